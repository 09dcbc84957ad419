-- Jobs: work longer than a request. A row is written in its caller's transaction and is the outbox: what committed is
-- to be done. Only these functions reach the table. A worker's writes carry its attempt, so that one that was thought
-- lost and comes back changes nothing.
CREATE TABLE skep.jobs (
  id uuid NOT NULL DEFAULT skep.uuid7() CONSTRAINT jobs_pkey PRIMARY KEY,
  kind text NOT NULL CONSTRAINT jobs_kind_check CHECK (length(kind) BETWEEN 1 AND 40),
  args jsonb NOT NULL,
  principal_kind text NOT NULL CONSTRAINT jobs_principal_kind_check CHECK (principal_kind IN ('client', 'person')),
  principal_id uuid NOT NULL,
  person_id uuid NOT NULL,
  door text NOT NULL,
  idempotent boolean NOT NULL,  -- may be run again when its worker was lost
  state text NOT NULL DEFAULT 'queued'
    CONSTRAINT jobs_state_check CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
  progress bigint NOT NULL DEFAULT 0,
  total bigint,
  change_set uuid,  -- what it has done
  result jsonb,
  error jsonb,      -- a problem document
  attempts int NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  started_at timestamptz,
  heartbeat_at timestamptz,
  finished_at timestamptz
);
CREATE INDEX jobs_open ON skep.jobs (created_at) WHERE state IN ('queued', 'running');
CREATE INDEX jobs_finished_at ON skep.jobs (finished_at) WHERE finished_at IS NOT NULL;

CREATE FUNCTION skep.create_job(kind text, args jsonb, idempotent boolean) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  me skep.caller := skep.me();
  made uuid := skep.uuid7();
BEGIN
  IF me.principal_id IS NULL THEN
    RAISE EXCEPTION 'no principal' USING ERRCODE = '28000';
  END IF;
  INSERT INTO skep.jobs (id, kind, args, idempotent, principal_kind, principal_id, person_id, door)
  VALUES (made, create_job.kind, create_job.args, create_job.idempotent,
          CASE WHEN EXISTS (SELECT FROM public.clients c WHERE c.id = me.principal_id) THEN 'client' ELSE 'person' END,
          me.principal_id, me.person_id, me.door);
  RETURN made;
END $$;

-- A job of the caller's own; an admin's is every job. No row for any other.
CREATE FUNCTION skep.find_job(job uuid) RETURNS SETOF skep.jobs
LANGUAGE sql STABLE SECURITY DEFINER AS $$
  SELECT j.* FROM skep.jobs j
   WHERE j.id = job AND (skep.is_admin() OR j.principal_id = (skep.me()).principal_id)
$$;

-- Ends a job that has not ended; a running one then commits nothing. Returns whether it is cancelled now.
CREATE FUNCTION skep.cancel_job(job uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM skep.find_job(job)) THEN
    RETURN false;
  END IF;
  UPDATE skep.jobs j SET state = 'cancelled', finished_at = now() WHERE j.id = job AND j.state IN ('queued', 'running');
  RETURN EXISTS (SELECT FROM skep.jobs j WHERE j.id = job AND j.state = 'cancelled');
END $$;
GRANT EXECUTE ON FUNCTION skep.create_job, skep.find_job, skep.cancel_job TO skep_app, skep_job;

-- The oldest job that waits, or whose worker has not been heard of for two minutes; one that can't be run again, or
-- was lost five times, fails. The rest is for workers only.
CREATE FUNCTION skep.claim_job(kinds text[]) RETURNS SETOF skep.jobs
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  silence CONSTANT interval := '2 minutes';
  lost jsonb := '{"title": "Internal Server Error", "status": 500, "code": "interrupted", "detail": "The work was '
    'interrupted and could not be done again. Nothing was changed."}';
BEGIN
  UPDATE skep.jobs j SET state = 'failed', finished_at = now(), error = lost
   WHERE j.id IN (SELECT o.id FROM skep.jobs o
     WHERE o.state = 'running' AND o.heartbeat_at < now() - silence AND (o.attempts >= 5 OR NOT o.idempotent)
       FOR UPDATE SKIP LOCKED);
  RETURN QUERY UPDATE skep.jobs j
     SET state = 'running', attempts = j.attempts + 1, progress = 0, total = NULL,
         started_at = coalesce(j.started_at, now()), heartbeat_at = now()
   WHERE j.id = (SELECT o.id FROM skep.jobs o
     WHERE o.kind = ANY (kinds) AND (o.state = 'queued' OR o.state = 'running' AND o.heartbeat_at < now() - silence)
     ORDER BY o.created_at LIMIT 1 FOR UPDATE SKIP LOCKED)
  RETURNING j.*;
END $$;

-- The caller of this transaction becomes the one who asked for the job, with the role and team of today and a new
-- change set. Raises 28000 when that one may not call any more, as act_as does; SK003 when the job is not running.
CREATE FUNCTION skep.act_for_job(job uuid) RETURNS TABLE (principal_id uuid, role text, person_id uuid)
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  j skep.jobs := (SELECT o FROM skep.jobs o WHERE o.id = job AND o.state = 'running');
  c skep.caller;
BEGIN
  IF j.id IS NULL THEN
    RAISE EXCEPTION 'the job is not running' USING ERRCODE = 'SK003';
  END IF;
  IF j.principal_kind = 'client' THEN
    SELECT cl.id, cl.role, cl.person_id, p.team_id INTO c
      FROM public.clients cl JOIN public.people p ON p.id = cl.person_id
     WHERE cl.id = j.principal_id AND cl.deleted_at IS NULL AND p.deleted_at IS NULL
       AND (cl.iam_arn IS NOT NULL
            OR EXISTS (SELECT FROM skep.credentials k WHERE k.client_id = cl.id AND k.revoked_at IS NULL));
  ELSE
    SELECT p.id, p.role, p.id, p.team_id INTO c FROM public.people p WHERE p.id = j.principal_id AND p.deleted_at IS NULL;
  END IF;
  IF c.principal_id IS NULL THEN
    RAISE EXCEPTION 'no such principal' USING ERRCODE = '28000';
  END IF;
  c.door := j.door;
  c.change_set := skep.uuid7();
  PERFORM skep.set_caller(c);
  RETURN QUERY SELECT c.principal_id, c.role, c.person_id;
END $$;

-- Tells how far an attempt is, and that it is alive. Returns whether it is to go on.
CREATE FUNCTION skep.report_job(job uuid, attempt int, progress bigint, total bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  UPDATE skep.jobs j SET heartbeat_at = now(), progress = report_job.progress, total = report_job.total
   WHERE j.id = job AND j.attempts = attempt AND j.state = 'running';
  RETURN found;
END $$;

-- In the transaction that does the work: either both are kept or neither. Raises SK003 when it was cancelled.
CREATE FUNCTION skep.finish_job(job uuid, attempt int, result jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  UPDATE skep.jobs j SET state = 'done', finished_at = clock_timestamp(), result = finish_job.result,
         change_set = (skep.me()).change_set
   WHERE j.id = job AND j.attempts = attempt AND j.state = 'running';
  IF NOT found THEN
    RAISE EXCEPTION 'the job is not running' USING ERRCODE = 'SK003';
  END IF;
END $$;

-- After the work was rolled back. again: it may do better next time, up to five attempts.
CREATE FUNCTION skep.give_up_job(job uuid, attempt int, error jsonb, again boolean) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  now_is text;
BEGIN
  UPDATE skep.jobs j SET state = CASE WHEN again AND j.idempotent AND j.attempts < 5 THEN 'queued' ELSE 'failed' END
   WHERE j.id = job AND j.attempts = attempt AND j.state = 'running' RETURNING j.state INTO now_is;
  IF now_is = 'failed' THEN
    UPDATE skep.jobs j SET error = give_up_job.error, finished_at = now() WHERE j.id = job;
  END IF;
  RETURN now_is;
END $$;
GRANT EXECUTE ON FUNCTION skep.claim_job, skep.act_for_job, skep.report_job, skep.finish_job, skep.give_up_job
  TO skep_job;

-- Daily: what has served its time.
CREATE FUNCTION skep.purge() RETURNS TABLE (kind text, removed bigint)
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
END $$;
GRANT EXECUTE ON FUNCTION skep.purge TO skep_job;
