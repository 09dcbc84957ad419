-- Teams, people, clients; sign-in and keys. A person's role and team decide what every door shows.
CREATE TABLE teams (
  id uuid NOT NULL DEFAULT skep.uuid7() CONSTRAINT teams_pkey PRIMARY KEY,
  name text NOT NULL CONSTRAINT teams_name_check CHECK (length(name) BETWEEN 1 AND 200),
  office text,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  version int NOT NULL DEFAULT 1,
  deleted_at timestamptz,
  custom jsonb NOT NULL DEFAULT '{}'
);
CREATE UNIQUE INDEX teams_name_unique ON teams (name) WHERE deleted_at IS NULL;

CREATE TABLE people (
  id uuid NOT NULL DEFAULT skep.uuid7() CONSTRAINT people_pkey PRIMARY KEY,
  name text NOT NULL CONSTRAINT people_name_check CHECK (length(name) BETWEEN 1 AND 200),
  email text,
  role text NOT NULL DEFAULT 'sales'
    CONSTRAINT people_role_check CHECK (role IN ('admin', 'manager', 'sales', 'viewer')),
  team_id uuid CONSTRAINT people_team_id_fkey REFERENCES teams,
  office text,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  version int NOT NULL DEFAULT 1,
  deleted_at timestamptz,
  custom jsonb NOT NULL DEFAULT '{}'
);
CREATE UNIQUE INDEX people_name_unique ON people (name) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX people_email_unique ON people (lower(email)) WHERE deleted_at IS NULL;

CREATE TABLE clients (
  id uuid NOT NULL DEFAULT skep.uuid7() CONSTRAINT clients_pkey PRIMARY KEY,
  name text NOT NULL CONSTRAINT clients_name_check CHECK (length(name) BETWEEN 1 AND 200),
  person_id uuid NOT NULL CONSTRAINT clients_person_id_fkey REFERENCES people,
  role text NOT NULL CONSTRAINT clients_role_check CHECK (role IN ('admin', 'manager', 'sales', 'viewer')),
  iam_arn text,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  version int NOT NULL DEFAULT 1,
  deleted_at timestamptz,
  custom jsonb NOT NULL DEFAULT '{}'
);
CREATE UNIQUE INDEX clients_name_unique ON clients (name) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX clients_iam_arn_unique ON clients (iam_arn) WHERE deleted_at IS NULL;

SELECT skep.searchable('teams', 'name'),
       skep.searchable('people', 'name', 'email'),
       skep.searchable('clients', 'name');
SELECT skep.protect('teams', 'reference'), skep.protect('people', 'reference'), skep.protect('clients', 'reference');
SELECT skep.link('people', 'team_id', 'teams', 'refuse'), skep.link('clients', 'person_id', 'people', 'refuse');
CREATE TRIGGER e_team AFTER UPDATE OF team_id ON people FOR EACH ROW
  WHEN (old.team_id IS DISTINCT FROM new.team_id) EXECUTE FUNCTION skep.team_changed();
SELECT skep.sort_index('teams', 'name'), skep.sort_index('teams', 'created_at'),
       skep.sort_index('people', 'name'), skep.sort_index('people', 'created_at'),
       skep.sort_index('clients', 'name'), skep.sort_index('clients', 'created_at');
-- Both tables are still empty.
ALTER TABLE skep.credentials
  -- squawk-ignore constraint-missing-not-valid, adding-foreign-key-constraint
  ADD CONSTRAINT credentials_client_id_fkey FOREIGN KEY (client_id) REFERENCES clients,
  -- squawk-ignore constraint-missing-not-valid, adding-foreign-key-constraint
  ADD CONSTRAINT credentials_person_id_fkey FOREIGN KEY (person_id) REFERENCES people;
-- squawk-ignore constraint-missing-not-valid, adding-foreign-key-constraint
ALTER TABLE skep.passwords ADD CONSTRAINT passwords_person_id_fkey FOREIGN KEY (person_id) REFERENCES people;

-- A new key for a client; the ones before end with it. Raises 42501 unless the caller is an admin, no_data_found when
-- there is no such client, check_violation clients_iam_arn_check when the client has a role instead.
CREATE FUNCTION skep.issue_key(client uuid, hash bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  found_one record;
BEGIN
  PERFORM skep.revoke_keys(client);
  SELECT c.iam_arn INTO found_one FROM public.clients c WHERE c.id = client AND c.deleted_at IS NULL;
  IF NOT FOUND THEN
    RAISE no_data_found USING MESSAGE = 'no such client';
  END IF;
  IF found_one.iam_arn IS NOT NULL THEN
    RAISE check_violation USING CONSTRAINT = 'clients_iam_arn_check', TABLE = 'clients';
  END IF;
  INSERT INTO skep.credentials (kind, hash, client_id) VALUES ('client', issue_key.hash, client);
END $$;

-- A client that gets an IAM role loses its keys: it has one or the other.
CREATE FUNCTION skep.role_instead_of_key() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  UPDATE skep.credentials k SET revoked_at = now() WHERE k.client_id = new.id AND k.revoked_at IS NULL;
  RETURN NULL;
END $$;
CREATE TRIGGER e_role AFTER UPDATE OF iam_arn ON clients FOR EACH ROW
  WHEN (new.iam_arn IS NOT NULL) EXECUTE FUNCTION skep.role_instead_of_key();

CREATE FUNCTION skep.revoke_keys(client uuid) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  revoked bigint;
BEGIN
  IF NOT skep.is_admin() THEN
    RAISE insufficient_privilege USING MESSAGE = 'only an admin manages keys';
  END IF;
  UPDATE skep.credentials k SET revoked_at = now() WHERE k.client_id = client AND k.revoked_at IS NULL;
  GET DIAGNOSTICS revoked = ROW_COUNT;
  RETURN revoked;
END $$;

-- An admin sets anybody's password, a person their own; sessions opened with the old one end.
CREATE FUNCTION skep.set_password(person uuid, salt bytea, verifier bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  IF NOT (skep.by_hand() OR skep.is_admin() OR coalesce((skep.me()).person_id = person, false)) THEN
    RAISE insufficient_privilege USING MESSAGE = 'only an admin sets another person''s password';
  END IF;
  INSERT INTO skep.passwords AS p (person_id, salt, verifier)
  VALUES (person, set_password.salt, set_password.verifier)
  ON CONFLICT (person_id) DO UPDATE SET salt = excluded.salt, verifier = excluded.verifier, changed_at = now();
  UPDATE skep.credentials k SET revoked_at = now()
   WHERE k.person_id = person AND k.kind = 'session' AND k.revoked_at IS NULL;
END $$;

-- The salt to hash a password with. Somebody unknown gets one too, always the same, so that nobody learns who is known.
CREATE FUNCTION skep.sign_in_salt(email text) RETURNS bytea
LANGUAGE sql STABLE SECURITY DEFINER AS $$
  SELECT coalesce(
    (SELECT w.salt FROM public.people p JOIN skep.passwords w ON w.person_id = p.id
      WHERE lower(p.email) = lower(sign_in_salt.email) AND p.deleted_at IS NULL),
    substring(sha256((SELECT key FROM skep.seal_key) || convert_to(lower(sign_in_salt.email), 'UTF8')) FROM 1 FOR 16))
$$;

-- Opens a session. outcome: ok, wrong, or wait (five failures within 15 minutes).
CREATE FUNCTION skep.sign_in(email text, verifier bytea, session_hash bytea, lifetime interval) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  person uuid;
BEGIN
  IF (SELECT count(*) FROM skep.sign_in_failures f
       WHERE f.email = lower(sign_in.email) AND f.at > now() - interval '15 minutes') >= 5 THEN
    RETURN 'wait';
  END IF;
  SELECT p.id INTO person FROM public.people p JOIN skep.passwords w ON w.person_id = p.id
   WHERE lower(p.email) = lower(sign_in.email) AND p.deleted_at IS NULL AND w.verifier = sign_in.verifier;
  IF person IS NULL THEN
    INSERT INTO skep.sign_in_failures (email) VALUES (lower(sign_in.email));
    RETURN 'wrong';
  END IF;
  DELETE FROM skep.sign_in_failures f WHERE f.email = lower(sign_in.email);
  INSERT INTO skep.credentials (kind, hash, person_id, expires_at)
  VALUES ('session', session_hash, person, now() + lifetime);
  RETURN 'ok';
END $$;

CREATE FUNCTION skep.sign_out(session_hash bytea) RETURNS void
LANGUAGE sql SECURITY DEFINER AS $$
  UPDATE skep.credentials SET revoked_at = now() WHERE kind = 'session' AND hash = session_hash AND revoked_at IS NULL
$$;
GRANT EXECUTE ON FUNCTION skep.issue_key, skep.revoke_keys, skep.set_password, skep.sign_in_salt, skep.sign_in,
  skep.sign_out TO skep_app;
