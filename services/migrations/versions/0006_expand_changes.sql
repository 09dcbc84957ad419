-- What is read from the change log: the feed, a record's history, a change set; and undo.

-- Whether the caller sees the record as it is now, deleted or not.
CREATE FUNCTION skep.sees_now(t name, record uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER AS $$
DECLARE
  kind text := (SELECT k.rights FROM skep.tables k WHERE k.name = t);
  answer boolean;
BEGIN
  IF kind IS NULL OR NOT skep.is_somebody() THEN
    RETURN false;
  END IF;
  EXECUTE format('SELECT %s FROM public.%I WHERE id = $1',
    CASE kind WHEN 'reference' THEN 'true' ELSE 'skep.may_read(owner_id, team_id, shared)' END, t)
    INTO answer USING record;
  RETURN coalesce(answer, skep.is_admin());  -- erased by hand: only an admin reads what was
END $$;

-- Those of many records that the caller sees now: by the conditions of the views, in one query.
CREATE FUNCTION skep.seen_now(t name, records uuid[]) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER AS $$
BEGIN
  IF skep.is_admin() THEN
    RETURN QUERY SELECT unnest(records);
    RETURN;
  END IF;
  RETURN QUERY EXECUTE (
    SELECT format('SELECT id FROM public.%I WHERE id = ANY ($1) AND (%s)', t, string_agg('(' || b.condition || ')', ' OR '))
      FROM skep.tables k, skep.branches(k.rights) b WHERE k.name = t) USING records;
END $$;

-- Whether the caller saw the record as one image of it says.
CREATE FUNCTION skep.saw(image jsonb) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN image IS NOT NULL AND (NOT image ? 'shared' OR skep.may_read(
    (image ->> 'owner_id')::uuid, (image ->> 'team_id')::uuid, (image ->> 'shared')::boolean));
END $$;

-- The feed after a cursor, oldest first, as the caller may see it: values only of records visible now, and one entry
-- operation g (gone) without values for the write that took a record out of the caller's view. More than max_rows log
-- rows are never looked at in one call: scanned_xid and scanned_seq say how far it came.
CREATE FUNCTION skep.changes_after(after_xid xid8, after_seq bigint, max_rows int)
RETURNS TABLE (xid xid8, seq bigint, at timestamptz, change_set uuid, undoes uuid, door text, principal_id uuid,
  person_id uuid, table_name name, record_id uuid, operation "char", derived boolean, before jsonb, after jsonb)
LANGUAGE plpgsql STABLE SECURITY DEFINER AS $$
BEGIN
  FOR xid, seq, at, change_set, undoes, door, principal_id, person_id, table_name, record_id, operation, derived,
      before, after IN
    SELECT l.xid, l.seq, l.at, l.change_set, l.undoes, l.door, l.principal_id, l.person_id, l.table_name,
           l.record_id, l.operation, l.derived, l.before, l.after
      FROM skep.change_log l
     WHERE (l.xid, l.seq) > (after_xid, after_seq) AND l.xid < pg_snapshot_xmin(pg_current_snapshot())
     ORDER BY l.xid, l.seq LIMIT max_rows LOOP
    IF skep.sees_now(table_name, record_id) THEN
      RETURN NEXT;
    ELSIF skep.saw(before) AND NOT skep.saw(after) THEN
      operation := 'g';
      before := NULL;
      after := NULL;
      principal_id := NULL;
      person_id := NULL;
      RETURN NEXT;
    ELSE
      operation := '-';  -- not for the caller: it only moves the cursor
      change_set := NULL;
      undoes := NULL;
      record_id := NULL;
      table_name := NULL;
      before := NULL;
      after := NULL;
      principal_id := NULL;
      person_id := NULL;
      RETURN NEXT;
    END IF;
  END LOOP;
END $$;

CREATE FUNCTION skep.feed_epoch() RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER AS $$
  SELECT epoch FROM skep.feed
$$;

-- One record's log rows below a cursor, newest first.
CREATE FUNCTION skep.history(t name, record uuid, before_xid xid8, before_seq bigint, max_rows int)
RETURNS SETOF skep.change_log LANGUAGE plpgsql STABLE SECURITY DEFINER AS $$
BEGIN
  IF skep.sees_now(t, record) THEN
    RETURN QUERY SELECT l.* FROM skep.change_log l
      WHERE l.table_name = t AND l.record_id = record
        AND (before_xid IS NULL OR (l.xid, l.seq) < (before_xid, before_seq))
      ORDER BY l.xid DESC, l.seq DESC LIMIT max_rows;
  END IF;
END $$;

-- A change set's log rows of records that the caller sees now, in the order in which they were written.
CREATE FUNCTION skep.change_set_rows(id uuid, after_xid xid8, after_seq bigint, max_rows int)
RETURNS SETOF skep.change_log LANGUAGE sql STABLE SECURITY DEFINER AS $$
  WITH all_rows AS (SELECT l.* FROM skep.change_log l WHERE l.change_set = id),
       seen AS MATERIALIZED (
         SELECT g.table_name, v AS record_id
           FROM (SELECT a.table_name, array_agg(DISTINCT a.record_id) AS ids FROM all_rows a GROUP BY a.table_name) g,
                skep.seen_now(g.table_name, g.ids) v)
  SELECT l.* FROM all_rows l JOIN seen s ON s.table_name = l.table_name AND s.record_id = l.record_id
   WHERE after_xid IS NULL OR (l.xid, l.seq) > (after_xid, after_seq)
   ORDER BY l.xid, l.seq LIMIT max_rows
$$;

-- The change set that undid this one and was not undone itself; null when there is none.
CREATE FUNCTION skep.undone_by(id uuid) RETURNS uuid LANGUAGE plpgsql STABLE SECURITY DEFINER AS $$
DECLARE
  undo uuid;
BEGIN
  FOR undo IN SELECT DISTINCT l.change_set FROM skep.change_log l WHERE l.undoes = id LOOP
    IF skep.undone_by(undo) IS NULL THEN
      RETURN undo;
    END IF;
  END LOOP;
  RETURN NULL;
END $$;

-- The latest change sets with something in them that the caller sees, and the caller's own, newest first; of the newest
-- 20,000 log rows. Tables and records are those that the caller sees.
CREATE FUNCTION skep.recent_change_sets(max_rows int)
RETURNS TABLE (change_set uuid, at timestamptz, door text, person_id uuid, undoes uuid, undone_by uuid,
  tables name[], records bigint) LANGUAGE sql STABLE SECURITY DEFINER AS $$
  WITH latest AS MATERIALIZED (SELECT * FROM skep.change_log WHERE NOT derived ORDER BY xid DESC, seq DESC LIMIT 20000),
       seen AS MATERIALIZED (
         SELECT g.table_name, v AS record_id
           FROM (SELECT l.table_name, array_agg(DISTINCT l.record_id) AS ids FROM latest l GROUP BY l.table_name) g,
                skep.seen_now(g.table_name, g.ids) v)
  SELECT l.change_set, min(l.at), min(l.door), (array_agg(l.person_id))[1], (array_agg(l.undoes))[1],
         skep.undone_by(l.change_set), coalesce(array_agg(DISTINCT s.table_name) FILTER (WHERE s.table_name IS NOT NULL), '{}'),
         count(DISTINCT s.record_id)
    FROM latest l LEFT JOIN seen s ON s.table_name = l.table_name AND s.record_id = l.record_id
   GROUP BY l.change_set
  HAVING count(s.record_id) > 0 OR (array_agg(l.person_id))[1] = (skep.me()).person_id
   ORDER BY min(l.at) DESC, l.change_set DESC LIMIT max_rows
$$;
GRANT EXECUTE ON FUNCTION skep.sees_now, skep.changes_after, skep.feed_epoch, skep.history, skep.change_set_rows,
  skep.undone_by, skep.recent_change_sets TO skep_app, skep_job;
