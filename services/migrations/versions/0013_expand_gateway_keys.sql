-- API Gateway knows each live key by its value, Postgres only by its SHA-256. So a new key's value waits here, written in
-- the transaction that issues the key (a transactional outbox), until the key queue has it, and is wiped then. It is made
-- in Postgres and leaves it as a result only: no statement holds it, so no log of slow or failed statements does.
CREATE TABLE skep.client_keys (
  id text NOT NULL CONSTRAINT client_keys_pkey PRIMARY KEY,  -- of skp_<id>_<secret>: fit for lists, logs, API Gateway
  kind text NOT NULL DEFAULT 'client' CONSTRAINT client_keys_kind_check CHECK (kind = 'client'),
  hash bytea NOT NULL CONSTRAINT client_keys_hash_unique UNIQUE,
  value text,
  issued_at timestamptz NOT NULL DEFAULT now(),
  handed_over_at timestamptz,
  CONSTRAINT client_keys_credential_fkey FOREIGN KEY (kind, hash) REFERENCES skep.credentials ON DELETE CASCADE
);
CREATE INDEX client_keys_waiting ON skep.client_keys (issued_at) WHERE value IS NOT NULL;

-- What the key queue was last told: when, and of which keys.
CREATE TABLE skep.gateway (told_at timestamptz, state text);
INSERT INTO skep.gateway VALUES (NULL, NULL);

-- By hand, too: the first key of all is nobody's to issue.
CREATE OR REPLACE FUNCTION skep.revoke_keys(client uuid) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  revoked bigint;
BEGIN
  IF NOT (skep.by_hand() OR skep.is_admin()) THEN
    RAISE insufficient_privilege USING MESSAGE = 'only an admin manages keys';
  END IF;
  UPDATE skep.credentials k SET revoked_at = now() WHERE k.client_id = client AND k.revoked_at IS NULL;
  GET DIAGNOSTICS revoked = ROW_COUNT;
  RETURN revoked;
END $$;

-- A client's new key, given this once; the ones before end with it. Raises as the function of two arguments does, by
-- which the release before this one makes keys: those the gateway never hears of.
CREATE FUNCTION skep.issue_key(client uuid) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  id text := left(replace(gen_random_uuid()::text, '-', ''), 12);
  secret bytea := sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));
  key text := 'skp_' || id || '_' || translate(encode(secret, 'base64'), '+/=', '-_');
  hash bytea := sha256(convert_to(key, 'UTF8'));
BEGIN
  PERFORM skep.issue_key(client, hash);
  INSERT INTO skep.client_keys (id, hash, value) VALUES (id, hash, key);
  RETURN key;
END $$;
GRANT EXECUTE ON FUNCTION skep.issue_key(uuid) TO skep_app;

-- However a key ends, its value ends with it.
CREATE FUNCTION skep.wipe_key() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  UPDATE skep.client_keys k SET value = NULL WHERE k.hash = new.hash AND k.value IS NOT NULL;
  RETURN NULL;
END $$;
CREATE TRIGGER e_wipe AFTER UPDATE OF revoked_at ON skep.credentials FOR EACH ROW
  WHEN (new.kind = 'client' AND new.revoked_at IS NOT NULL) EXECUTE FUNCTION skep.wipe_key();

-- What the gateway has to be told, or no row: which keys are live, and so many of the values that wait, oldest first.
-- There is something to tell when a value waits, when other keys are live than last time, and each hour, since a message
-- may get lost. under_way: the gateway may not have these yet; settled: it must.
CREATE FUNCTION skep.gateway_news(most int)
RETURNS TABLE (at timestamptz, state text, settled text[], under_way text[], waiting jsonb)
LANGUAGE sql STABLE SECURITY DEFINER AS $$
  WITH live AS (
    SELECT k.id, k.value, k.issued_at, cl.id AS client_id, cl.name,
           k.value IS NULL AND coalesce(k.handed_over_at, k.issued_at) < now() - interval '15 minutes' AS settled
      FROM skep.client_keys k
      JOIN skep.credentials c ON c.kind = k.kind AND c.hash = k.hash AND c.revoked_at IS NULL
      JOIN public.clients cl ON cl.id = c.client_id AND cl.deleted_at IS NULL
      JOIN public.people p ON p.id = cl.person_id AND p.deleted_at IS NULL
  ), waiting AS (
    SELECT w.* FROM live w WHERE w.value IS NOT NULL ORDER BY w.issued_at, w.id LIMIT most
  ), news AS (
    SELECT encode(sha256(convert_to(coalesce(string_agg(l.id, ' ' ORDER BY l.id), ''), 'UTF8')), 'hex') AS state,
           coalesce(array_agg(l.id ORDER BY l.id) FILTER (WHERE l.settled), '{}') AS settled,
           coalesce(array_agg(l.id ORDER BY l.id) FILTER (WHERE NOT l.settled), '{}') AS under_way
      FROM live l
  )
  SELECT now(), n.state, n.settled, n.under_way,
         (SELECT coalesce(jsonb_agg(jsonb_build_object('key_id', w.id, 'value', w.value, 'client_id', w.client_id,
                                                       'name', left(w.name, 100))), '[]') FROM waiting w)
    FROM news n, skep.gateway g
   WHERE g.state IS DISTINCT FROM n.state OR g.told_at < now() - interval '1 hour' OR EXISTS (SELECT FROM waiting)
$$;

-- The key queue has taken it: the values are wiped.
CREATE FUNCTION skep.gateway_told(state text, handed_over text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  UPDATE skep.client_keys k SET value = NULL, handed_over_at = now() WHERE k.id = ANY (handed_over) AND k.value IS NOT NULL;
  UPDATE skep.gateway SET told_at = now(), state = gateway_told.state;
END $$;
GRANT EXECUTE ON FUNCTION skep.gateway_news, skep.gateway_told TO skep_job;

-- Daily: what has served its time, and values that nobody took within a day, where there is no key queue.
CREATE OR REPLACE FUNCTION skep.purge() RETURNS TABLE (kind text, removed bigint)
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  kind := 'idempotency_keys';
  DELETE FROM skep.idempotency_keys k WHERE k.created_at < now() - interval '30 days';
  GET DIAGNOSTICS removed = ROW_COUNT;
  RETURN NEXT;
  kind := 'sessions';
  DELETE FROM skep.credentials c WHERE c.kind = 'session' AND (c.expires_at < now() OR c.revoked_at IS NOT NULL);
  GET DIAGNOSTICS removed = ROW_COUNT;
  RETURN NEXT;
  kind := 'sign_in_failures';
  DELETE FROM skep.sign_in_failures f WHERE f.at < now() - interval '1 day';
  GET DIAGNOSTICS removed = ROW_COUNT;
  RETURN NEXT;
  kind := 'jobs';
  DELETE FROM skep.jobs j WHERE j.finished_at < now() - interval '30 days';
  GET DIAGNOSTICS removed = ROW_COUNT;
  RETURN NEXT;
  kind := 'waiting_keys';
  UPDATE skep.client_keys k SET value = NULL WHERE k.issued_at < now() - interval '1 day' AND k.value IS NOT NULL;
  GET DIAGNOSTICS removed = ROW_COUNT;
  RETURN NEXT;
END $$;
