-- Undo: a change set's own writes taken back in reverse, under the undoer's rights and policies.

-- Marks this transaction's change set as the undo of another.
CREATE FUNCTION skep.mark_undo(of uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  me skep.caller := skep.me();
BEGIN
  IF me.principal_id IS NULL THEN
    RAISE EXCEPTION 'no principal' USING ERRCODE = '28000';
  END IF;
  me.undoes := of;
  PERFORM skep.set_caller(me);
END $$;

-- How many of its records the caller does not see now: they are conflicts, without their ids.
CREATE FUNCTION skep.hidden_in_change_set(id uuid) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER AS $$
  SELECT count(DISTINCT l.record_id) FROM skep.change_log l
   WHERE l.change_set = id AND NOT l.derived AND NOT skep.sees_now(l.table_name, l.record_id)
$$;

-- What a user may set: everything but what triggers keep, which for a child are its rights, too.
CREATE FUNCTION skep.user_values(t name, image jsonb) RETURNS jsonb LANGUAGE sql STABLE SECURITY DEFINER AS $$
  SELECT image - ARRAY['id', 'created_at', 'updated_at', 'version', 'team_id']
    - CASE k.rights WHEN 'child_of' THEN ARRAY['owner_id', 'shared'] ELSE '{}' END
    FROM skep.tables k WHERE k.name = t
$$;

-- Takes back one log row. Returns null, or why it can't: {"reason", "fields"?}.
CREATE FUNCTION skep.undo_row(l skep.change_log) RETURNS jsonb LANGUAGE plpgsql AS $p$
DECLARE
  was jsonb := coalesce(skep.user_values(l.table_name, l.before), '{}');
  became jsonb := skep.user_values(l.table_name, l.after);
  now_is jsonb;
  changed text[];
  stale text[];
  sets text;
  hit int;
BEGIN
  EXECUTE format('SELECT to_jsonb(r) FROM public.%I r WHERE id = $1 FOR UPDATE', l.table_name)
    INTO now_is USING l.record_id;
  IF now_is IS NULL THEN
    RETURN '{"reason": "forbidden"}';  -- seen but not to be changed, or erased
  END IF;
  IF l.operation = 'I' THEN
    was := jsonb_build_object('deleted_at', now());
  END IF;
  SELECT array_agg(k ORDER BY k) INTO changed FROM jsonb_object_keys(became) k
   WHERE l.operation = 'I' OR became -> k IS DISTINCT FROM was -> k;
  SELECT array_agg(k ORDER BY k) INTO stale FROM unnest(changed) k WHERE now_is -> k IS DISTINCT FROM became -> k;
  IF stale IS NOT NULL THEN
    RETURN jsonb_build_object('reason', 'changed_since', 'fields', to_jsonb(stale));
  END IF;
  IF l.operation <> 'I' AND 'owner_id' = ANY (changed) THEN
    IF NOT skep.hand_over(l.table_name, l.record_id, (was ->> 'owner_id')::uuid) THEN
      RETURN '{"reason": "forbidden"}';
    END IF;
  END IF;
  SELECT string_agg(format('%I = r.%I', k, k), ', ') INTO sets FROM jsonb_object_keys(was) k
   WHERE k <> 'owner_id' AND k = ANY (CASE WHEN l.operation = 'I' THEN ARRAY['deleted_at'] ELSE changed END);
  IF sets IS NOT NULL THEN
    EXECUTE format('UPDATE public.%1$I t SET %2$s FROM jsonb_populate_record(NULL::public.%1$I, $1) r WHERE t.id = $2',
                   l.table_name, sets) USING was, l.record_id;
    GET DIAGNOSTICS hit = ROW_COUNT;
    IF hit = 0 THEN
      RETURN '{"reason": "forbidden"}';
    END IF;
  END IF;
  RETURN NULL;
END $p$;

-- Takes back what it can of a change set and returns the conflicts; the caller decides whether to commit that.
CREATE FUNCTION skep.undo(of uuid) RETURNS TABLE (table_name name, record_id uuid, conflict jsonb) LANGUAGE plpgsql AS $p$
DECLARE
  l skep.change_log;
  problem text;
BEGIN
  PERFORM skep.mark_undo(of);
  FOR l IN SELECT * FROM skep.change_set_rows(of, NULL, NULL, NULL) r WHERE NOT r.derived ORDER BY r.xid DESC, r.seq DESC LOOP
    BEGIN
      conflict := skep.undo_row(l);
    EXCEPTION
      WHEN unique_violation OR foreign_key_violation OR check_violation THEN
        GET STACKED DIAGNOSTICS problem = CONSTRAINT_NAME;
        conflict := jsonb_build_object('reason', 'constraint', 'constraint', problem);
      WHEN insufficient_privilege THEN
        conflict := '{"reason": "forbidden"}';
    END;
    IF conflict IS NOT NULL THEN
      table_name := l.table_name;
      record_id := l.record_id;
      RETURN NEXT;
    END IF;
  END LOOP;
END $p$;
GRANT EXECUTE ON FUNCTION skep.mark_undo, skep.hidden_in_change_set, skep.user_values, skep.undo_row, skep.undo
  TO skep_app, skep_job;
