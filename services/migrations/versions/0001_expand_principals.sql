-- Who is calling: principals, the sealed caller, sign-in. Everything here stands in schema skep, out of skep_app's reach.
-- No function carries SET search_path: skep_app can create no object anywhere that could shadow a name, and every switch
-- of the path makes the functions below plan anew (skep.me takes 180 us then, instead of 17).
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM public;
CREATE SCHEMA skep;
GRANT USAGE ON SCHEMA skep TO skep_app, skep_job;
GRANT USAGE ON SCHEMA public TO skep_app, skep_job;

-- UUIDv7 (RFC 9562, 5.7 and 6.2 method 3): 48 bits of milliseconds, 12 bits of their fraction, the rest random.
CREATE FUNCTION skep.uuid7() RETURNS uuid LANGUAGE plpgsql VOLATILE PARALLEL SAFE AS $$
DECLARE
  micros bigint := extract(epoch FROM clock_timestamp()) * 1000000;
BEGIN
  RETURN (lpad(to_hex(micros / 1000), 12, '0') || '7' || lpad(to_hex(micros % 1000 * 4096 / 1000), 3, '0')
          || substr(gen_random_uuid()::text, 20))::uuid;
END $$;
GRANT EXECUTE ON FUNCTION skep.uuid7 TO skep_app, skep_job;

-- A client's key and a person's session, as SHA-256 of what the caller shows.
CREATE TABLE skep.credentials (
  kind text NOT NULL CONSTRAINT credentials_kind_check CHECK (kind IN ('client', 'session')),
  hash bytea NOT NULL,
  client_id uuid,
  person_id uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz,
  revoked_at timestamptz,
  CONSTRAINT credentials_pkey PRIMARY KEY (kind, hash)
);
CREATE INDEX credentials_client ON skep.credentials (client_id);
CREATE INDEX credentials_person ON skep.credentials (person_id);

-- verifier is SHA-256 of the argon2id output, so that neither the hash nor its equivalent leaves the database.
CREATE TABLE skep.passwords (
  person_id uuid NOT NULL CONSTRAINT passwords_pkey PRIMARY KEY,
  salt bytea NOT NULL,
  verifier bytea NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE skep.sign_in_failures (
  email text NOT NULL,
  at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX sign_in_failures_email ON skep.sign_in_failures (email, at);

-- The caller travels in one transaction-local setting under a seal, so that SQL slipped in as skep_app can't become
-- somebody else: the key can't be read, and the backend and the transaction's start stop a replay.
CREATE TABLE skep.seal_key (key bytea NOT NULL);
INSERT INTO skep.seal_key VALUES (sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')));
CREATE TYPE skep.caller AS (
  principal_id uuid, role text, person_id uuid, team_id uuid, door text, change_set uuid, undoes uuid
);

-- In SQL, so that Postgres writes it into the functions that call it.
CREATE FUNCTION skep.seal(k bytea, caller text) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT encode(sha256(k || convert_to(
    caller || '|' || pg_backend_pid() || '|' || extract(epoch FROM transaction_timestamp()), 'UTF8') || k), 'base64')
$$;

-- The caller of this transaction; null when there is none or the seal is broken.
CREATE FUNCTION skep.me() RETURNS skep.caller LANGUAGE plpgsql STABLE SECURITY DEFINER AS $$
DECLARE
  given text := nullif(current_setting('skep.caller', true), '');  -- '' after a transaction-local value ended
  caller text := left(given, strpos(given, '#') - 1);
  k bytea := (SELECT key FROM skep.seal_key);
BEGIN
  IF given IS NULL OR caller || '#' || skep.seal(k, caller) <> given THEN
    RETURN NULL;
  END IF;
  RETURN caller::skep.caller;
END $$;

CREATE FUNCTION skep.set_caller(caller skep.caller) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  t text := caller::text;
  k bytea := (SELECT key FROM skep.seal_key);
BEGIN
  PERFORM set_config('skep.caller', t || '#' || skep.seal(k, t), true);
END $$;

CREATE FUNCTION skep.my_person() RETURNS uuid LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (skep.me()).person_id;
END $$;
GRANT EXECUTE ON FUNCTION skep.me, skep.my_person TO skep_app, skep_job;

-- SQL by hand, by somebody who is neither the application nor a principal.
CREATE FUNCTION skep.by_hand() RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN session_user NOT IN ('skep_app', 'skep_job') AND (skep.me()).principal_id IS NULL;
END $$;

CREATE FUNCTION skep.find_principal(kind text, credential bytea) RETURNS skep.caller
LANGUAGE plpgsql STABLE SECURITY DEFINER AS $$
DECLARE
  c skep.caller;
BEGIN
  IF kind = 'client' THEN
    SELECT cl.id, cl.role, cl.person_id, p.team_id INTO c
      FROM skep.credentials k JOIN public.clients cl ON cl.id = k.client_id JOIN public.people p ON p.id = cl.person_id
     WHERE k.kind = 'client' AND k.hash = credential AND k.revoked_at IS NULL
       AND cl.deleted_at IS NULL AND p.deleted_at IS NULL;
  ELSIF kind = 'session' THEN
    SELECT p.id, p.role, p.id, p.team_id INTO c
      FROM skep.credentials k JOIN public.people p ON p.id = k.person_id
     WHERE k.kind = 'session' AND k.hash = credential AND k.revoked_at IS NULL AND k.expires_at > now()
       AND p.deleted_at IS NULL;
  ELSIF kind = 'iam' THEN
    SELECT cl.id, cl.role, cl.person_id, p.team_id INTO c
      FROM public.clients cl JOIN public.people p ON p.id = cl.person_id
     WHERE regexp_replace(cl.iam_arn, ':role/(.*/)?', ':role/') = convert_from(credential, 'UTF8')  -- STS leaves paths out
       AND cl.deleted_at IS NULL AND p.deleted_at IS NULL;
  END IF;
  RETURN c;
END $$;

-- Finds the caller and opens the change set of this transaction: one call, in the same message as the statement.
-- Raises 28000 (nobody) and 28001 (the statement was made for another role). A null expected_role takes any.
CREATE FUNCTION skep.act_as(kind text, credential bytea, expected_role text, door text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  c skep.caller := skep.find_principal(kind, credential);
BEGIN
  IF c.principal_id IS NULL THEN
    RAISE EXCEPTION 'no such principal' USING ERRCODE = '28000';
  END IF;
  IF c.role <> expected_role THEN
    RAISE EXCEPTION 'the role is now %', c.role USING ERRCODE = '28001';
  END IF;
  c.door := door;
  c.change_set := skep.uuid7();
  PERFORM skep.set_caller(c);
END $$;

-- Role, principal and person of a credential, before anything is run as it; no row when there is none.
CREATE FUNCTION skep.identify(kind text, credential bytea)
RETURNS TABLE (principal_id uuid, role text, person_id uuid) LANGUAGE sql STABLE SECURITY DEFINER AS $$
  SELECT c.principal_id, c.role, c.person_id FROM skep.find_principal(kind, credential) AS c
   WHERE c.principal_id IS NOT NULL
$$;
GRANT EXECUTE ON FUNCTION skep.act_as, skep.identify TO skep_app, skep_job;
