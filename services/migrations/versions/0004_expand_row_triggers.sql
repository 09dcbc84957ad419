-- What no statement may set, a trigger sets: team follows owner, no owner means not shared, id and created_at stay,
-- version counts, a child's rights are its parent's, a link to an invisible record answers like one to a missing record.

CREATE FUNCTION skep.stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF tg_op = 'UPDATE' THEN
    new.id := old.id;
    new.created_at := old.created_at;
    new.version := old.version + 1;
  ELSE
    new.version := 1;
    new.created_at := now();
  END IF;
  new.updated_at := now();
  RETURN new;
END $$;

CREATE FUNCTION skep.own_rights() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF tg_op = 'INSERT' OR new.owner_id IS DISTINCT FROM old.owner_id OR pg_trigger_depth() > 1 THEN
    new.team_id := (SELECT p.team_id FROM public.people p WHERE p.id = new.owner_id);
  ELSE
    new.team_id := old.team_id;
  END IF;
  new.shared := new.shared AND new.owner_id IS NOT NULL;
  RETURN new;
END $$;

-- Foreign key checks bypass row security, so this looks first. Inside another trigger the parent's own trigger is at
-- work, and the caller's rights were checked there.
CREATE FUNCTION skep.child_rights() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  parent record;
BEGIN
  EXECUTE format('SELECT owner_id, team_id, shared FROM public.%I WHERE id = $1
      AND (deleted_at IS NULL OR $3) AND ($2 OR skep.may_read(owner_id, team_id, shared))', tg_argv[1])
    INTO parent
    USING (to_jsonb(new) ->> tg_argv[0])::uuid, pg_trigger_depth() > 1 OR skep.by_hand(), new.deleted_at IS NOT NULL;
  IF parent IS NULL THEN
    PERFORM skep.no_such_parent(tg_table_name, tg_argv[0]);
  END IF;
  new.owner_id := parent.owner_id;
  new.team_id := parent.team_id;
  new.shared := parent.shared;
  RETURN new;
END $$;

CREATE FUNCTION skep.no_such_parent(child name, child_column text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  broken text := child || '_' || child_column || '_fkey';
BEGIN
  RAISE foreign_key_violation USING CONSTRAINT = broken, TABLE = child, MESSAGE = 'no such record for ' || child_column;
END $$;

-- tg_argv: child table, its column. Runs after a parent's rights columns changed.
CREATE FUNCTION skep.push_rights() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  EXECUTE format('UPDATE public.%I SET owner_id = owner_id WHERE %I = $1', tg_argv[0], tg_argv[1]) USING new.id;
  RETURN NULL;
END $$;

-- A link: its foreign key looks at what the caller may see, and its parent's delete is refused or cascades.
CREATE FUNCTION skep.link(t name, field name, parent name, on_delete text) RETURNS void LANGUAGE plpgsql AS $p$
BEGIN
  INSERT INTO skep.links VALUES (t, field, parent, on_delete);
  IF NOT EXISTS (SELECT FROM skep.tables k WHERE k.name = t AND k.parent_column = field) THEN
    EXECUTE format('CREATE TRIGGER c_%s BEFORE INSERT OR UPDATE OF %I, deleted_at ON %I FOR EACH ROW
      WHEN (new.%I IS NOT NULL) EXECUTE FUNCTION skep.check_link(%L, %L)', field, field, t, field, field, parent);
  END IF;
  EXECUTE format('CREATE TRIGGER d_%s_%s AFTER UPDATE OF deleted_at ON %I FOR EACH ROW
    WHEN (old.deleted_at IS NULL AND new.deleted_at IS NOT NULL)
    EXECUTE FUNCTION skep.parent_deleted(%L, %L, %L)', t, field, parent, t, field, on_delete);
  EXECUTE format('CREATE INDEX %I ON %I (%I)', t || '_' || field || '_link', t, field);
END $p$;

-- tg_argv: this table's column, the parent table.
CREATE FUNCTION skep.check_link() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  given uuid := to_jsonb(new) ->> tg_argv[0];
  readable text := CASE WHEN (SELECT k.rights FROM skep.tables k WHERE k.name = tg_argv[1]) = 'reference'
    THEN 'true' ELSE 'skep.may_read(owner_id, team_id, shared)' END;
  unchanged boolean := false;
  found_one boolean;
BEGIN
  IF tg_op = 'UPDATE' THEN
    unchanged := given::text = to_jsonb(old) ->> tg_argv[0];
    -- A record that comes back must not refer to a deleted one. Its owner may have gone: an admin hands it over then.
    IF unchanged AND (old.deleted_at IS NULL OR new.deleted_at IS NOT NULL OR tg_argv[0] = 'owner_id') THEN
      RETURN new;
    END IF;
  END IF;
  -- An unchanged link may point to what has left the caller's view since.
  EXECUTE format('SELECT true FROM public.%I WHERE id = $1 AND deleted_at IS NULL AND ($2 OR %s)', tg_argv[1], readable)
    INTO found_one USING given, unchanged OR pg_trigger_depth() > 1 OR skep.by_hand();
  IF found_one IS NULL THEN
    PERFORM skep.no_such_parent(tg_table_name, tg_argv[0]);
  END IF;
  RETURN new;
END $$;

-- tg_argv: child table, its column, refuse or cascade. It looks at all children, not only at those the caller sees.
CREATE FUNCTION skep.parent_deleted() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  broken text := tg_argv[0] || '_' || tg_argv[1] || '_restrict';
  has_children boolean;
BEGIN
  IF tg_argv[2] = 'cascade' THEN
    EXECUTE format('UPDATE public.%I SET deleted_at = $2 WHERE %I = $1 AND deleted_at IS NULL', tg_argv[0], tg_argv[1])
      USING new.id, new.deleted_at;
    RETURN NULL;
  END IF;
  EXECUTE format('SELECT true FROM public.%I WHERE %I = $1 AND deleted_at IS NULL LIMIT 1', tg_argv[0], tg_argv[1])
    INTO has_children USING new.id;
  IF has_children THEN
    RAISE foreign_key_violation USING CONSTRAINT = broken, TABLE = tg_argv[0], MESSAGE = 'records still refer to it';
  END IF;
  RETURN NULL;
END $$;

-- A value of a list that an admin edits (sectors, countries). By name and not by id: it reads well in files.
CREATE FUNCTION skep.option(t name, field name, list name) RETURNS void LANGUAGE plpgsql AS $p$
BEGIN
  EXECUTE format('CREATE TRIGGER c_%s BEFORE INSERT OR UPDATE OF %I ON %I FOR EACH ROW
    WHEN (new.%I IS NOT NULL) EXECUTE FUNCTION skep.check_option(%L, %L)', field, field, t, field, field, list);
END $p$;

CREATE FUNCTION skep.check_option() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  given text := to_jsonb(new) ->> tg_argv[0];
  broken text := tg_table_name || '_' || tg_argv[0] || '_option';
  found_one boolean;
BEGIN
  IF tg_op = 'UPDATE' THEN
    IF given = to_jsonb(old) ->> tg_argv[0] THEN
      RETURN new;  -- a value that the list has lost since may stay
    END IF;
  END IF;
  EXECUTE format('SELECT true FROM public.%I WHERE name = $1 AND deleted_at IS NULL', tg_argv[1])
    INTO found_one USING given;
  IF found_one IS NULL THEN
    RAISE check_violation USING CONSTRAINT = broken, TABLE = tg_table_name, MESSAGE = 'not in the list ' || tg_argv[1];
  END IF;
  RETURN new;
END $$;

-- A policy refuses to give one's own record away (its giver would no longer see it), so this does it by its own rule.
-- Returns whether a record (of this version, where one is given) was handed over; false is answered as 404.
CREATE FUNCTION skep.hand_over(t name, record uuid, to_owner uuid, if_version int DEFAULT NULL) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  me skep.caller := skep.me();
  changed int;
BEGIN
  IF (SELECT k.rights FROM skep.tables k WHERE k.name = t) IS DISTINCT FROM 'owned' THEN
    RAISE insufficient_privilege USING MESSAGE = 'its rights are its parent''s';
  END IF;
  IF to_owner IS NOT NULL AND NOT EXISTS (SELECT FROM public.people WHERE id = to_owner AND deleted_at IS NULL) THEN
    PERFORM skep.no_such_parent(t, 'owner_id');
  END IF;
  IF me.role = 'sales' AND to_owner IS NULL THEN
    RAISE insufficient_privilege USING MESSAGE = 'a record of yours needs an owner';
  END IF;
  EXECUTE format('UPDATE public.%I SET owner_id = $1 WHERE id = $2 AND deleted_at IS NULL
      AND skep.may_touch(owner_id, team_id) AND ($3 OR owner_id IS NOT NULL OR $1 = $4)
      AND ($5 IS NULL OR version = $5)', t)
    USING to_owner, record, me.role <> 'sales', me.person_id, if_version;
  GET DIAGNOSTICS changed = ROW_COUNT;
  RETURN changed = 1;
END $$;
GRANT EXECUTE ON FUNCTION skep.hand_over TO skep_app, skep_job;

-- A person who changes teams takes the records along.
CREATE FUNCTION skep.team_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  t name;
BEGIN
  FOR t IN SELECT k.name FROM skep.tables k WHERE k.rights = 'owned' LOOP
    EXECUTE format('UPDATE public.%I SET owner_id = owner_id WHERE owner_id = $1', t) USING new.id;
  END LOOP;
  RETURN NULL;
END $$;
