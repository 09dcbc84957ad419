-- The change log: a row for every write, by every door and by hand. Read by history, undo and the feed.
-- Order is (xid, seq), and readers stop below the oldest running transaction, so that a slow one is never passed by.
CREATE TABLE skep.change_log (
  at timestamptz NOT NULL DEFAULT now(),
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  seq bigint GENERATED ALWAYS AS IDENTITY,
  change_set uuid NOT NULL,
  undoes uuid,
  door text NOT NULL,
  principal_id uuid,
  person_id uuid,
  table_name name NOT NULL,
  record_id uuid NOT NULL,
  -- "char" is one byte, not character(1):
  -- squawk-ignore ban-char-field
  operation "char" NOT NULL,  -- I, U, D
  derived boolean NOT NULL,   -- follows from another write: undo leaves it to that write
  before jsonb,
  after jsonb,
  CONSTRAINT change_log_pkey PRIMARY KEY (at, xid, seq)
) PARTITION BY RANGE (at);
CREATE TABLE skep.change_log_rest PARTITION OF skep.change_log DEFAULT;
CREATE INDEX change_log_order ON skep.change_log (xid, seq);
CREATE INDEX change_log_record ON skep.change_log (table_name, record_id, xid, seq);
CREATE INDEX change_log_change_set ON skep.change_log (change_set, xid, seq);
CREATE INDEX change_log_undoes ON skep.change_log (undoes) WHERE undoes IS NOT NULL;

-- The feed's epoch: a cursor from before a restore names another one. An operator who restores gives a new one.
CREATE TABLE skep.feed (epoch uuid NOT NULL);
INSERT INTO skep.feed VALUES (skep.uuid7());

-- Makes this month's and the next two months' partitions; the default one only catches what nobody foresaw, which
-- moves to its month's partition here.
CREATE FUNCTION skep.make_partitions() RETURNS int
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  made int := 0;
  month timestamptz;
  next_month timestamptz;
  partition text;
BEGIN
  FOR i IN 0..2 LOOP
    month := (date_trunc('month', now() AT TIME ZONE 'UTC') + i * interval '1 month') AT TIME ZONE 'UTC';
    partition := 'change_log_' || to_char(month AT TIME ZONE 'UTC', 'YYYYMM');
    CONTINUE WHEN to_regclass('skep.' || partition) IS NOT NULL;
    next_month := (month AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC';
    LOCK TABLE skep.change_log_rest IN ACCESS EXCLUSIVE MODE;
    EXECUTE format('CREATE TABLE skep.%I (LIKE skep.change_log)', partition);
    EXECUTE format('WITH moved AS (DELETE FROM skep.change_log_rest WHERE at >= %L AND at < %L RETURNING *)
      INSERT INTO skep.%I SELECT * FROM moved', month, next_month, partition);
    EXECUTE format('ALTER TABLE skep.change_log ATTACH PARTITION skep.%I FOR VALUES FROM (%L) TO (%L)',
                   partition, month, next_month);
    made := made + 1;
  END LOOP;
  RETURN made;
END $$;
GRANT EXECUTE ON FUNCTION skep.make_partitions TO skep_job;

-- SQL by hand is one change set a transaction, door sql, in nobody's name. Times are logged in UTC, whatever zone
-- the writer's session has: undo compares images as text.
CREATE FUNCTION skep.log_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET timezone = 'UTC' AS $$
DECLARE
  me skep.caller := skep.me();
  old_row jsonb := CASE WHEN tg_op <> 'INSERT' THEN to_jsonb(old) - 'search_text' END;
  new_row jsonb := CASE WHEN tg_op <> 'DELETE' THEN to_jsonb(new) - 'search_text' END;
BEGIN
  IF me IS NULL THEN
    me.door := 'sql';
    me.change_set := skep.uuid7();
    PERFORM skep.set_caller(me);
  END IF;
  INSERT INTO skep.change_log
    (change_set, undoes, door, principal_id, person_id, table_name, record_id, operation, derived, before, after)
  VALUES (me.change_set, me.undoes, me.door, me.principal_id, me.person_id, tg_table_name,
          coalesce(new_row ->> 'id', old_row ->> 'id')::uuid, left(tg_op, 1)::"char",
          -- A cascaded delete is the user's own act, which undo takes back; what else a trigger writes follows by itself.
          pg_trigger_depth() > 1
            AND NOT (tg_op = 'UPDATE' AND old_row -> 'deleted_at' IS DISTINCT FROM new_row -> 'deleted_at'),
          old_row, new_row);
  RETURN NULL;
END $$;

CREATE FUNCTION skep.refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'TRUNCATE of % would leave no trace in the change log: delete its rows', tg_table_name
    USING ERRCODE = '0A000';
END $$;
