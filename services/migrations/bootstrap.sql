-- Once for each database, by a superuser (on RDS: rds_superuser), before the first migration. Running it
-- again changes nothing. Passwords are set by the caller: they are in no file.

do $$
begin
    if to_regrole('skep_owner') is null then create role skep_owner; end if;
    if to_regrole('skep_app') is null then create role skep_app; end if;
    if to_regrole('skep_job') is null then create role skep_job; end if;
end $$;

-- What each role may be is said in full, so that a role that was there before is corrected. (No superuser and
-- no bypassrls are the default; to say so takes a superuser, which RDS has not got.)
alter role skep_owner login nocreatedb nocreaterole;
alter role skep_app login nocreatedb nocreaterole;
alter role skep_job login nocreatedb nocreaterole;

-- These hold through RDS Proxy too, where a SET in the session would pin the connection.
-- jit: else 400 ms of compiling for a page that takes 1 ms.
alter role skep_app set jit = off;
alter role skep_app set timezone = 'UTC';
alter role skep_app set statement_timeout = '10s';
alter role skep_app set idle_in_transaction_session_timeout = '30s';
alter role skep_app set search_path = public;
alter role skep_job set jit = off;
alter role skep_job set timezone = 'UTC';
alter role skep_job set statement_timeout = '10min';
alter role skep_job set idle_in_transaction_session_timeout = '10min';
alter role skep_job set search_path = public;
alter role skep_owner set timezone = 'UTC';
alter role skep_owner set search_path = public;

create extension if not exists pg_trgm with schema public;

-- No temporary objects: a function in pg_temp could print rows that its caller may not see.
do $$
begin
    execute format('revoke temporary on database %I from public', current_database());
    execute format('grant connect, create on database %I to skep_owner', current_database());
    execute format('grant connect on database %I to skep_app, skep_job', current_database());
end $$;
revoke create on schema public from public;
grant usage, create on schema public to skep_owner;
