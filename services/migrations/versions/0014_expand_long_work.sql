-- Jobs that a message names, and jobs that kill their worker: one is tried three times, and then says so itself.
CREATE FUNCTION skep.claim_job(kinds text[], job uuid) RETURNS SETOF skep.jobs
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  silence CONSTANT interval := '2 minutes';
  most CONSTANT int := 3;
BEGIN
  UPDATE skep.jobs j SET state = 'failed', finished_at = now(), error = jsonb_build_object(
           'type', 'about:blank', 'title', 'Internal Server Error', 'status', 500, 'code', 'interrupted',
           'detail', 'The work was interrupted and is not tried again. Nothing was changed.', 'attempts', j.attempts)
   WHERE j.id IN (SELECT o.id FROM skep.jobs o
     WHERE o.state = 'running' AND o.heartbeat_at < now() - silence AND (o.attempts >= most OR NOT o.idempotent)
       FOR UPDATE SKIP LOCKED);
  RETURN QUERY UPDATE skep.jobs j
     SET state = 'running', attempts = j.attempts + 1, progress = 0, total = NULL,
         started_at = coalesce(j.started_at, now()), heartbeat_at = now()
   WHERE j.id = (SELECT o.id FROM skep.jobs o
     WHERE o.kind = ANY (kinds) AND (claim_job.job IS NULL OR o.id = claim_job.job)
       AND (o.state = 'queued' OR o.state = 'running' AND o.heartbeat_at < now() - silence)
     ORDER BY o.created_at LIMIT 1 FOR UPDATE SKIP LOCKED)
  RETURNING j.*;
END $$;

-- The oldest job that waits, or whose worker has not been heard of.
CREATE OR REPLACE FUNCTION skep.claim_job(kinds text[]) RETURNS SETOF skep.jobs
LANGUAGE sql SECURITY DEFINER AS $$
  SELECT * FROM skep.claim_job(kinds, NULL)
$$;

-- How a job stands, for whoever was told to do it. code: why it failed. No row when there is none.
CREATE FUNCTION skep.job_state(job uuid) RETURNS TABLE (state text, code text)
LANGUAGE sql STABLE SECURITY DEFINER AS $$
  SELECT j.state, j.error ->> 'code' FROM skep.jobs j WHERE j.id = job
$$;

-- As before; a job that has changed nothing names no change set.
CREATE OR REPLACE FUNCTION skep.finish_job(job uuid, attempt int, result jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  made uuid := (SELECT l.change_set FROM skep.change_log l WHERE l.change_set = (skep.me()).change_set LIMIT 1);
BEGIN
  UPDATE skep.jobs j SET state = 'done', finished_at = clock_timestamp(), result = finish_job.result, change_set = made
   WHERE j.id = job AND j.attempts = attempt AND j.state = 'running';
  IF NOT found THEN
    RAISE EXCEPTION 'the job is not running' USING ERRCODE = 'SK003';
  END IF;
END $$;

-- As before, with three attempts for all that may go better next time.
CREATE OR REPLACE FUNCTION skep.give_up_job(job uuid, attempt int, error jsonb, again boolean) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  now_is text;
BEGIN
  UPDATE skep.jobs j SET state = CASE WHEN again AND j.idempotent AND j.attempts < 3 THEN 'queued' ELSE 'failed' END
   WHERE j.id = job AND j.attempts = attempt AND j.state = 'running' RETURNING j.state INTO now_is;
  IF now_is = 'failed' THEN
    UPDATE skep.jobs j SET error = give_up_job.error || jsonb_build_object('attempts', attempt), finished_at = now()
     WHERE j.id = job;
  END IF;
  RETURN now_is;
END $$;
GRANT EXECUTE ON FUNCTION skep.claim_job(text[], uuid), skep.job_state TO skep_job;
