-- Undo: a change set's own writes taken back in reverse, under the undoer's rights and policies. A large one is taken
-- back in chunks of one transaction: undo_plan says what there is to do, undo_rows does some of it.

-- Marks this transaction's change set as the undo of another.
CREATE FUNCTION skep.mark_undo(of uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  me skep.caller := skep.me();
BEGIN
  IF me.principal_id IS NULL THEN
    RAISE EXCEPTION 'no principal' USING ERRCODE = '28000';
  END IF;
  me.undoes := of;
  PERFORM skep.set_caller(me);
END $$;

CREATE FUNCTION skep.records_of(of uuid) RETURNS TABLE (table_name name, ids uuid[])
LANGUAGE sql STABLE SECURITY DEFINER AS $$
  SELECT l.table_name, array_agg(DISTINCT l.record_id) FROM skep.change_log l
   WHERE l.change_set = of AND NOT l.derived GROUP BY l.table_name
$$;

-- How many of its writes undo would take back, counted up to a limit: whether that is work for a request or for a job.
CREATE FUNCTION skep.undo_size(of uuid, most int) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER AS $$
  SELECT count(*) FROM (SELECT FROM skep.change_log l WHERE l.change_set = of AND NOT l.derived LIMIT most) counted
$$;

-- How many of its records the caller does not see now: they are conflicts, without their ids.
CREATE FUNCTION skep.hidden_in_change_set(id uuid) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER AS $$
  SELECT coalesce(sum(cardinality(g.ids) - (SELECT count(*) FROM skep.seen_now(g.table_name, g.ids))), 0)::bigint
    FROM skep.records_of(id) g
$$;

-- What there is to take back, in the order in which to do it: the writes of records that the caller sees at its start.
-- No nested loop: the log's statistics know nothing of the latest change sets, and it would be quadratic.
CREATE FUNCTION skep.undo_plan(of uuid) RETURNS TABLE (xid xid8, seq bigint, table_name name, record_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET enable_nestloop = off AS $$
  WITH seen AS MATERIALIZED (
    SELECT g.table_name, s.id FROM skep.records_of(of) g, skep.seen_now(g.table_name, g.ids) AS s (id)
  )
  SELECT l.xid, l.seq, l.table_name, l.record_id
    FROM skep.change_log l JOIN seen s ON s.table_name = l.table_name AND s.id = l.record_id
   WHERE l.change_set = of AND NOT l.derived
   ORDER BY l.xid DESC, l.seq DESC
$$;

-- One write to take back. All but seq is null when the caller does not see the record any more.
CREATE TYPE skep.undo_step AS (
  seq bigint,
  table_name name,
  record_id uuid,
  hands_over boolean,
  fields text[],  -- what is set back
  was jsonb,      -- to these values
  became jsonb    -- provided that these are still there
);

-- The steps of some log rows, in the order given; consecutive ones that set the same fields of different records of a
-- table are one run. A step has what a user may set: not what triggers keep, which for a child are its rights, too.
CREATE FUNCTION skep.undo_runs(of uuid, xids xid8[], seqs bigint[]) RETURNS TABLE (steps skep.undo_step[])
LANGUAGE sql STABLE SECURITY DEFINER AS $$
  WITH asked AS (
    SELECT a.place, l.seq, l.table_name, l.record_id, l.operation, l.before - kept AS before, l.after - kept AS after
      FROM unnest(xids, seqs) WITH ORDINALITY AS a (xid, seq, place)
      JOIN skep.change_log l ON l.change_set = of AND l.xid = a.xid AND l.seq = a.seq AND NOT l.derived
      JOIN skep.tables k ON k.name = l.table_name
     CROSS JOIN LATERAL (SELECT '{id,created_at,updated_at,version,team_id}'::text[]
       || CASE k.rights WHEN 'child_of' THEN '{owner_id,shared}'::text[] END AS kept) s
  ), seen AS (
    SELECT g.table_name, s.id
      FROM (SELECT a.table_name, array_agg(DISTINCT a.record_id) AS ids FROM asked a GROUP BY a.table_name) g,
           skep.seen_now(g.table_name, g.ids) AS s (id)
  ), planned AS (
    SELECT a.place, a.seq, a.table_name, v.id AS record_id,
           coalesce(a.operation = 'U' AND d.became ? 'owner_id', false) AS hands_over,
           CASE a.operation WHEN 'I' THEN '{deleted_at}'::text[] ELSE d.fields END AS fields,
           CASE a.operation WHEN 'I' THEN jsonb_build_object('deleted_at', now()) ELSE a.before END AS was,
           CASE a.operation WHEN 'I' THEN a.after ELSE coalesce(d.became, '{}') END AS became
      FROM asked a LEFT JOIN seen v ON v.table_name = a.table_name AND v.id = a.record_id
     CROSS JOIN LATERAL (SELECT array_agg(e.key ORDER BY e.key) AS fields, jsonb_object_agg(e.key, e.value) AS became
       FROM jsonb_each(a.after) e WHERE a.operation = 'U' AND e.value IS DISTINCT FROM a.before -> e.key) d
  ), turns AS (
    SELECT p.*, (p.table_name, p.fields, p.hands_over, p.record_id IS NULL,
             row_number() OVER (PARTITION BY p.table_name, p.record_id, p.fields ORDER BY p.place)) AS sort_of
      FROM planned p
  ), starts AS (
    SELECT t.*, (t.sort_of IS DISTINCT FROM lag(t.sort_of) OVER (ORDER BY t.place))::int AS starts FROM turns t
  ), runs AS (
    SELECT s.*, sum(s.starts) OVER (ORDER BY s.place) AS run FROM starts s
  )
  SELECT array_agg(CASE WHEN r.record_id IS NULL THEN (r.seq, NULL, NULL, false, NULL, NULL, NULL)::skep.undo_step
           ELSE (r.seq, r.table_name, r.record_id, r.hands_over, r.fields, r.was, r.became)::skep.undo_step
         END ORDER BY r.place)
    FROM runs r GROUP BY r.run ORDER BY r.run
$$;

-- The assignments of an UPDATE that sets fields back; who owns a record is handed over instead. Null without any.
CREATE FUNCTION skep.undo_sets(fields text[]) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT string_agg(format('%1$I = r.%1$I', f), ', ') FROM unnest(fields) f WHERE f <> 'owner_id'
$$;

-- Takes one step. Returns null, or why it can't be: {"reason", "fields"?, "constraint"?}; then nothing has changed.
CREATE FUNCTION skep.undo_one(s skep.undo_step) RETURNS jsonb LANGUAGE plpgsql AS $p$
DECLARE
  now_is jsonb;
  stale text[];
  sets text := skep.undo_sets(s.fields);
  hit int;
  broken text;
BEGIN
  IF s.record_id IS NOT NULL THEN
    EXECUTE format('SELECT to_jsonb(r) FROM public.%I r WHERE id = $1 FOR UPDATE', s.table_name)
      INTO now_is USING s.record_id;
  END IF;
  IF now_is IS NULL THEN
    RETURN '{"reason": "forbidden"}';  -- seen but not to be changed, or erased
  END IF;
  SELECT array_agg(e.key ORDER BY e.key) INTO stale FROM jsonb_each(s.became) e WHERE now_is -> e.key IS DISTINCT FROM e.value;
  IF stale IS NOT NULL THEN
    RETURN jsonb_build_object('reason', 'changed_since', 'fields', to_jsonb(stale));
  END IF;
  IF s.hands_over THEN
    IF NOT skep.hand_over(s.table_name, s.record_id, (s.was ->> 'owner_id')::uuid) THEN
      RETURN '{"reason": "forbidden"}';
    END IF;
  END IF;
  IF sets IS NOT NULL THEN
    EXECUTE format('UPDATE public.%1$I t SET %2$s FROM jsonb_populate_record(NULL::public.%1$I, $1) r WHERE t.id = $2',
                   s.table_name, sets) USING s.was, s.record_id;
    GET DIAGNOSTICS hit = ROW_COUNT;
    IF hit = 0 THEN
      RAISE insufficient_privilege;  -- takes a hand-over back, too
    END IF;
  END IF;
  RETURN NULL;
EXCEPTION
  WHEN unique_violation OR foreign_key_violation OR check_violation THEN
    GET STACKED DIAGNOSTICS broken = CONSTRAINT_NAME;
    RETURN jsonb_build_object('reason', 'constraint', 'constraint', broken);
  WHEN insufficient_privilege THEN
    RETURN '{"reason": "forbidden"}';
END $p$;

-- Takes a run's steps in one statement. Whatever the statement passes over has a conflict, which its own step tells;
-- where it fails, the halves are taken one after the other, down to single steps.
CREATE FUNCTION skep.undo_run(steps skep.undo_step[]) RETURNS TABLE (seq bigint, conflict jsonb) LANGUAGE plpgsql AS $p$
DECLARE
  one skep.undo_step := steps[1];
  half int := cardinality(steps) / 2;
  done uuid[];
BEGIN
  IF half > 0 AND one.record_id IS NOT NULL AND NOT one.hands_over AND one.fields IS NOT NULL THEN
    BEGIN
      EXECUTE format('WITH done AS (
          UPDATE public.%1$I t SET %2$s FROM unnest($1) s, jsonb_populate_record(NULL::public.%1$I, s.was) r
           WHERE t.id = s.record_id AND (SELECT j || s.became = j FROM (SELECT to_jsonb(t) AS j OFFSET 0) n)
          RETURNING t.id)
        SELECT array_agg(id) FROM done', one.table_name, skep.undo_sets(one.fields)) INTO done USING steps;
    EXCEPTION
      WHEN unique_violation OR foreign_key_violation OR check_violation OR insufficient_privilege OR undefined_column THEN
        RETURN QUERY SELECT * FROM skep.undo_run(steps[:half]);
        RETURN QUERY SELECT * FROM skep.undo_run(steps[half + 1:]);
        RETURN;
    END;
  END IF;
  IF cardinality(done) = cardinality(steps) THEN
    RETURN;
  END IF;
  FOREACH one IN ARRAY steps LOOP
    CONTINUE WHEN one.record_id = ANY (done);
    seq := one.seq;
    conflict := skep.undo_one(one);
    IF conflict IS NOT NULL THEN
      RETURN NEXT;
    END IF;
  END LOOP;
END $p$;

-- Takes back what it can of some rows of a plan and returns the conflicts; the caller decides whether to commit that.
CREATE FUNCTION skep.undo_rows(of uuid, xids xid8[], seqs bigint[]) RETURNS TABLE (seq bigint, conflict jsonb)
LANGUAGE plpgsql AS $p$
DECLARE
  steps skep.undo_step[];
BEGIN
  FOR steps IN SELECT r.steps FROM skep.undo_runs(of, xids, seqs) r LOOP
    RETURN QUERY SELECT * FROM skep.undo_run(steps);
  END LOOP;
END $p$;
GRANT EXECUTE ON FUNCTION skep.mark_undo, skep.undo_size, skep.hidden_in_change_set, skep.undo_plan, skep.undo_runs,
  skep.undo_sets, skep.undo_one, skep.undo_run, skep.undo_rows TO skep_app, skep_job;
