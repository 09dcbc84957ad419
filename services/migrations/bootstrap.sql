-- Once for each database, by a superuser (on RDS: rds_superuser), before the first migration. Running it again
-- changes nothing. Passwords are set by the caller: they are in no file.

DO $$
BEGIN
  IF to_regrole('skep_owner') IS NULL THEN CREATE ROLE skep_owner; END IF;
  IF to_regrole('skep_app') IS NULL THEN CREATE ROLE skep_app; END IF;
  IF to_regrole('skep_job') IS NULL THEN CREATE ROLE skep_job; END IF;
END $$;

-- NOSUPERUSER and NOBYPASSRLS are the default; to say so takes a superuser, which RDS has not got.
ALTER ROLE skep_owner LOGIN NOCREATEDB NOCREATEROLE;
ALTER ROLE skep_app LOGIN NOCREATEDB NOCREATEROLE;
ALTER ROLE skep_job LOGIN NOCREATEDB NOCREATEROLE;

-- On RDS, who has this role comes in by a token, and by no password any more.
DO $$
BEGIN
  IF to_regrole('rds_iam') IS NOT NULL THEN GRANT rds_iam TO skep_owner, skep_app, skep_job; END IF;
END $$;

-- Settings of the role hold through RDS Proxy too, where a SET in the session would pin the connection.
-- jit: else 400 ms of compiling for a page that takes 1 ms.
ALTER ROLE skep_app SET jit = off;
-- What people work with is in memory. By the usual costs the planner would rather read a common word's whole index entry
-- than the thousand records of one owner.
ALTER ROLE skep_app SET random_page_cost = 0.1;
ALTER ROLE skep_app SET seq_page_cost = 0.1;
ALTER ROLE skep_app SET timezone = 'UTC';
ALTER ROLE skep_app SET statement_timeout = '10s';
ALTER ROLE skep_app SET idle_in_transaction_session_timeout = '30s';
ALTER ROLE skep_app SET search_path = public;
ALTER ROLE skep_job SET jit = off;
ALTER ROLE skep_job SET timezone = 'UTC';
ALTER ROLE skep_job SET statement_timeout = '10min';
ALTER ROLE skep_job SET idle_in_transaction_session_timeout = '10min';
ALTER ROLE skep_job SET search_path = public;
ALTER ROLE skep_owner SET timezone = 'UTC';
ALTER ROLE skep_owner SET search_path = public;

CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;

-- No temporary objects: a function in pg_temp could print rows that its caller may not see.
DO $$
BEGIN
  EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM public', current_database());
  EXECUTE format('GRANT CONNECT, CREATE ON DATABASE %I TO skep_owner', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO skep_app, skep_job', current_database());
END $$;
REVOKE CREATE ON SCHEMA public FROM public;

-- Each message carries the hash that its caller is known by, and a role sees the last messages of all its connections:
-- SQL slipped in could pick up an admin's. On RDS this only warns, since these functions belong to AWS.
REVOKE EXECUTE ON FUNCTION pg_stat_get_activity(int), pg_stat_get_backend_activity(int) FROM public;
GRANT EXECUTE ON FUNCTION pg_stat_get_activity(int), pg_stat_get_backend_activity(int) TO pg_monitor;
GRANT USAGE, CREATE ON SCHEMA public TO skep_owner;
