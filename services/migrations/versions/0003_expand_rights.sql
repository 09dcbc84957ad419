-- Row rights: policies for by-id reads and every write, one view for each disjoint branch of the rights for everything
-- that scans. A new table calls skep.searchable and skep.protect once, skep.link for each foreign key, skep.sort_index for each sort field.

-- Policies call these, one row at a time (15 us: never scan a table through its policy).
CREATE FUNCTION skep.may_read(owner_id uuid, team_id uuid, shared boolean) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE
  me skep.caller := skep.me();
BEGIN
  RETURN coalesce(CASE me.role
    WHEN 'admin' THEN true
    WHEN 'viewer' THEN true
    WHEN 'manager' THEN owner_id IS NULL OR owner_id = me.person_id OR team_id = me.team_id
    WHEN 'sales' THEN owner_id IS NULL OR owner_id = me.person_id OR (shared AND team_id = me.team_id)
  END, false);
END $$;

-- The row as it was.
CREATE FUNCTION skep.may_touch(owner_id uuid, team_id uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE
  me skep.caller := skep.me();
BEGIN
  RETURN coalesce(CASE me.role
    WHEN 'admin' THEN true
    WHEN 'manager' THEN owner_id IS NULL OR owner_id = me.person_id OR team_id = me.team_id
    WHEN 'sales' THEN owner_id IS NULL OR owner_id = me.person_id
  END, false);
END $$;

-- The row as it becomes.
CREATE FUNCTION skep.may_leave(owner_id uuid, team_id uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE
  me skep.caller := skep.me();
BEGIN
  RETURN coalesce(CASE me.role
    WHEN 'admin' THEN true
    WHEN 'manager' THEN owner_id IS NULL OR owner_id = me.person_id OR team_id = me.team_id
    WHEN 'sales' THEN owner_id = me.person_id
  END, false);
END $$;

CREATE FUNCTION skep.is_admin() RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN coalesce((skep.me()).role = 'admin', false);
END $$;
CREATE FUNCTION skep.is_somebody() RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (skep.me()).role IS NOT NULL;
END $$;

-- Views call these, once a query each: every call of skep.me costs.
CREATE FUNCTION skep.is_any(VARIADIC roles text[]) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN coalesce((skep.me()).role = ANY (roles), false);
END $$;
CREATE FUNCTION skep.person_as(VARIADIC roles text[]) RETURNS uuid LANGUAGE plpgsql STABLE AS $$
DECLARE
  me skep.caller := skep.me();
BEGIN
  RETURN CASE WHEN me.role = ANY (roles) THEN me.person_id END;
END $$;
CREATE FUNCTION skep.team_as(VARIADIC roles text[]) RETURNS uuid LANGUAGE plpgsql STABLE AS $$
DECLARE
  me skep.caller := skep.me();
BEGIN
  RETURN CASE WHEN me.role = ANY (roles) THEN me.team_id END;
END $$;
GRANT EXECUTE ON FUNCTION skep.is_any, skep.person_as, skep.team_as TO skep_app, skep_job;
GRANT EXECUTE ON FUNCTION skep.may_read, skep.may_touch, skep.may_leave, skep.is_admin, skep.is_somebody
  TO skep_app, skep_job;

-- What every table has in common is decided here and kept here: rights, and what each link does when its parent goes.
CREATE TABLE skep.tables (
  name name NOT NULL CONSTRAINT tables_pkey PRIMARY KEY,
  rights text NOT NULL CONSTRAINT tables_rights_check CHECK (rights IN ('owned', 'child_of', 'reference')),
  parent_column name,
  parent name
);
CREATE TABLE skep.links (
  child name NOT NULL,
  child_column name NOT NULL,
  parent name NOT NULL,
  on_delete text NOT NULL CONSTRAINT links_on_delete_check CHECK (on_delete IN ('refuse', 'cascade')),
  CONSTRAINT links_pkey PRIMARY KEY (child, child_column)
);

-- The branches of the rights: what a view shows, and to which roles. Disjoint, so that UNION ALL needs no sort.
CREATE FUNCTION skep.branches(rights text) RETURNS TABLE (name text, condition text) LANGUAGE sql IMMUTABLE AS $p$
  SELECT * FROM (VALUES
    ('all', $$(SELECT skep.is_any('admin', 'viewer'))$$),
    ('own', $$owner_id = (SELECT skep.person_as('manager', 'sales'))$$),
    ('unowned', $$owner_id IS NULL AND (SELECT skep.is_any('manager', 'sales'))$$),
    ('team', $$team_id = (SELECT skep.team_as('manager')) AND owner_id <> (SELECT skep.my_person())$$),
    ('team_shared', $$shared AND team_id = (SELECT skep.team_as('sales'))
      AND owner_id <> (SELECT skep.my_person())$$)) AS b (name, condition)
   WHERE rights <> 'reference'
  UNION ALL
  SELECT 'all', '(SELECT skep.is_somebody())' WHERE rights = 'reference'
$p$;

-- Plain views keep every index; under a policy only leakproof operators may use one. Run again after each change of
-- columns, since SELECT * is frozen in a view.
CREATE FUNCTION skep.protect_views(t name) RETURNS void LANGUAGE plpgsql AS $p$
DECLARE
  kind text := (SELECT rights FROM skep.tables WHERE name = t);
  b record;
BEGIN
  EXECUTE format('DROP VIEW IF EXISTS %I', t || '_visible');
  FOR b IN SELECT * FROM skep.branches(kind) LOOP
    EXECUTE format('DROP VIEW IF EXISTS %I', t || '_' || b.name);
    EXECUTE format('CREATE VIEW %I AS SELECT * FROM %I WHERE deleted_at IS NULL AND %s', t || '_' || b.name, t, b.condition);
    EXECUTE format('GRANT SELECT ON %I TO skep_app, skep_job', t || '_' || b.name);
  END LOOP;
  EXECUTE format('CREATE VIEW %I AS %s', t || '_visible',
    (SELECT string_agg(format('SELECT * FROM %I', t || '_' || name), ' UNION ALL ' ORDER BY name)
       FROM skep.branches(kind)));
  EXECUTE format('GRANT SELECT ON %I TO skep_app, skep_job', t || '_visible');
END $p$;

CREATE FUNCTION skep.add_policies(t name, rights text) RETURNS void LANGUAGE plpgsql AS $p$
DECLARE
  reads text := 'skep.may_read(owner_id, team_id, shared)';
  touches text := 'skep.may_touch(owner_id, team_id)';
  leaves text := 'skep.may_leave(owner_id, team_id)';
BEGIN
  IF rights = 'reference' THEN
    reads := 'skep.is_somebody()';
    touches := 'skep.is_admin()';
    leaves := 'skep.is_admin()';
  END IF;
  EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
  EXECUTE format('CREATE POLICY read_rights ON %I FOR SELECT USING (%s)', t, reads);
  EXECUTE format('CREATE POLICY insert_rights ON %I FOR INSERT WITH CHECK (%s)', t, leaves);
  EXECUTE format('CREATE POLICY update_rights ON %I FOR UPDATE USING (%s) WITH CHECK (%s)', t, touches, leaves);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %I TO skep_app, skep_job', t);
END $p$;

-- Everything that a table needs to be one of ours. rights: owned, reference, or child_of:<column>:<parent>.
CREATE FUNCTION skep.protect(t name, rights text) RETURNS void LANGUAGE plpgsql AS $p$
DECLARE
  kind text := split_part(rights, ':', 1);
  parent_column name := nullif(split_part(rights, ':', 2), '');
  parent name := nullif(split_part(rights, ':', 3), '');
BEGIN
  INSERT INTO skep.tables VALUES (t, kind, parent_column, parent);
  PERFORM skep.add_policies(t, kind);
  EXECUTE format('CREATE TRIGGER a_stamp BEFORE INSERT OR UPDATE ON %I FOR EACH ROW EXECUTE FUNCTION skep.stamp()', t);
  IF kind = 'child_of' THEN
    PERFORM skep.make_child_rights(t, parent_column, parent);
    EXECUTE format('CREATE TRIGGER b_%s AFTER UPDATE ON %I FOR EACH ROW
      WHEN ((old.owner_id, old.team_id, old.shared) IS DISTINCT FROM (new.owner_id, new.team_id, new.shared))
      EXECUTE FUNCTION skep.push_rights(%L, %L)', t, parent, t, parent_column);
    PERFORM skep.link(t, parent_column, parent, 'cascade');
  ELSIF kind = 'owned' THEN
    EXECUTE format('CREATE TRIGGER a_rights BEFORE INSERT OR UPDATE ON %I FOR EACH ROW
      EXECUTE FUNCTION skep.own_rights()', t);
    PERFORM skep.link(t, 'owner_id', 'people', 'refuse');
  END IF;
  EXECUTE format('CREATE TRIGGER z_log AFTER INSERT OR UPDATE OR DELETE ON %I FOR EACH ROW
    EXECUTE FUNCTION skep.log_change()', t);
  EXECUTE format('CREATE TRIGGER z_truncate BEFORE TRUNCATE ON %I FOR EACH STATEMENT
    EXECUTE FUNCTION skep.refuse_truncate()', t);
  PERFORM skep.protect_views(t);
END $p$;

-- What `q` looks in: the fields' values in small letters, kept with the row. LIKE reads them twenty times faster than
-- ILIKE, which turns both sides into small letters for every row. Call it before skep.protect: the views show columns.
CREATE FUNCTION skep.searchable(t name, VARIADIC fields text[]) RETURNS void LANGUAGE plpgsql AS $p$
BEGIN
  EXECUTE format('ALTER TABLE %I ADD COLUMN search_text text NOT NULL GENERATED ALWAYS AS (lower(%s)) STORED', t,
    (SELECT string_agg(format('coalesce(%I, %L)', f, ''), ' || chr(10) || ') FROM unnest(fields) f));
  EXECUTE format('CREATE INDEX %I ON %I USING gin (search_text gin_trgm_ops)', t || '_search', t);
END $p$;

-- The indexes of one sort field: one for each branch, and for the segment of records without a value. IS NULL gives
-- no order to a leading column, and (field, id) > (x, n) drops every NULL: hence the partial ones.
CREATE FUNCTION skep.sort_index(t name, field name) RETURNS void LANGUAGE plpgsql AS $p$
DECLARE
  nullable boolean := (SELECT NOT attnotnull FROM pg_attribute WHERE attrelid = t::text::regclass AND attname = field);
  owned boolean := (SELECT rights <> 'reference' FROM skep.tables WHERE name = t);
  b record;
BEGIN
  FOR b IN SELECT * FROM (VALUES
      ('all', '', 'true'), ('own', 'owner_id, ', 'true'), ('unowned', '', 'owner_id IS NULL'),
      ('team', 'team_id, ', 'true'), ('team_shared', 'team_id, ', 'shared')) AS v (name, leads, condition)
      WHERE owned OR v.name = 'all' LOOP
    EXECUTE format('CREATE INDEX %I ON %I (%s%I, id) WHERE deleted_at IS NULL AND %s',
      t || '_' || field || '_' || b.name, t, b.leads, field, b.condition);
    IF nullable THEN
      EXECUTE format('CREATE INDEX %I ON %I (%sid) WHERE deleted_at IS NULL AND %I IS NULL AND %s',
        t || '_' || field || '_' || b.name || '_null', t, b.leads, field, b.condition);
    END IF;
  END LOOP;
END $p$;
