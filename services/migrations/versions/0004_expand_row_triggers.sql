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
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  IF tg_op = 'INSERT' OR new.owner_id IS DISTINCT FROM old.owner_id THEN
    PERFORM FROM public.people p WHERE p.id = new.owner_id FOR SHARE;  -- a change of teams waits, and then sees the record
  END IF;
  IF tg_op = 'INSERT' OR new.owner_id IS DISTINCT FROM old.owner_id OR pg_trigger_depth() > 1 THEN
    new.team_id := (SELECT p.team_id FROM public.people p WHERE p.id = new.owner_id);
  ELSE
    new.team_id := old.team_id;
  END IF;
  new.shared := new.shared AND new.owner_id IS NOT NULL;
  RETURN new;
END $$;

-- The functions that look at another table are made for each link, with SQL of their own whose plan is kept: through
-- EXECUTE each look costs 0.14 ms. Foreign key checks bypass row security, so these look first. Inside another trigger
-- the parent's own trigger is at work, and the caller's rights were checked there. A new child locks its parent (FOR SHARE):
-- a hand-over or a delete of the parent then waits, and sees the child when its turn comes.
CREATE FUNCTION skep.make_child_rights(t name, field name, parent name) RETURNS void LANGUAGE plpgsql AS $p$
BEGIN
  EXECUTE format($f$CREATE FUNCTION skep.%1$I() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  IF tg_op = 'INSERT' OR new.%3$I IS DISTINCT FROM old.%3$I OR new.deleted_at IS DISTINCT FROM old.deleted_at THEN
    PERFORM FROM public.%4$I p WHERE p.id = new.%3$I FOR SHARE;
  END IF;
  SELECT p.owner_id, p.team_id, p.shared INTO new.owner_id, new.team_id, new.shared
    FROM public.%4$I p
   WHERE p.id = new.%3$I AND (p.deleted_at IS NULL OR new.deleted_at IS NOT NULL)
     AND (pg_trigger_depth() > 1 OR skep.by_hand() OR skep.may_read(p.owner_id, p.team_id, p.shared));
  IF NOT FOUND THEN
    PERFORM skep.no_such_parent(%2$L, %3$L);
  END IF;
  RETURN new;
END $$ $f$, 'rights_' || t, t, field, parent);
  EXECUTE format('CREATE TRIGGER a_rights BEFORE INSERT OR UPDATE ON %I FOR EACH ROW EXECUTE FUNCTION skep.%I()',
                 t, 'rights_' || t);
END $p$;

CREATE FUNCTION skep.no_such_parent(child name, child_column text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  broken text := child || '_' || child_column || '_fkey';
BEGIN
  RAISE foreign_key_violation USING CONSTRAINT = broken, TABLE = child, MESSAGE = 'no such record for ' || child_column;
END $$;

-- tg_argv: child table, its column. Runs after a parent's rights columns changed.
CREATE FUNCTION skep.push_rights() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  EXECUTE format('UPDATE public.%I SET owner_id = owner_id WHERE %I = $1', tg_argv[0], tg_argv[1]) USING new.id;
  RETURN NULL;
END $$;

-- A link: its foreign key looks at what the caller may see, and its parent's delete is refused or cascades.
CREATE FUNCTION skep.link(t name, field name, parent name, on_delete text) RETURNS void LANGUAGE plpgsql AS $p$
BEGIN
  INSERT INTO skep.links VALUES (t, field, parent, on_delete);
  IF NOT EXISTS (SELECT FROM skep.tables k WHERE k.name = t AND k.parent_column = field) THEN
    PERFORM skep.make_link_check(t, field, parent);
  END IF;
  PERFORM skep.make_parent_deleted(t, field, parent, on_delete);
  EXECUTE format('CREATE INDEX %I ON %I (%I)', t || '_' || field || '_link', t, field);
END $p$;

-- An unchanged link may point to what has left the caller's view since. A record that comes back must not refer to a
-- deleted one; but its owner may have gone: an admin hands it over then.
CREATE FUNCTION skep.make_link_check(t name, field name, parent name) RETURNS void LANGUAGE plpgsql AS $p$
DECLARE
  readable text;
BEGIN
  SELECT CASE k.rights WHEN 'reference' THEN 'true' ELSE 'skep.may_read(p.owner_id, p.team_id, p.shared)' END
    INTO STRICT readable FROM skep.tables k WHERE k.name = make_link_check.parent;  -- protect the parent first
  EXECUTE format($f$CREATE FUNCTION skep.%1$I() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  unchanged boolean := false;
BEGIN
  IF tg_op = 'UPDATE' THEN
    unchanged := new.%3$I IS NOT DISTINCT FROM old.%3$I;
    IF unchanged AND (old.deleted_at IS NULL OR new.deleted_at IS NOT NULL OR %3$L = 'owner_id') THEN
      RETURN new;
    END IF;
  END IF;
  PERFORM FROM public.%4$I p WHERE p.id = new.%3$I AND p.deleted_at IS NULL
     AND (unchanged OR pg_trigger_depth() > 1 OR skep.by_hand() OR %5$s) FOR SHARE;
  IF NOT FOUND THEN
    PERFORM skep.no_such_parent(%2$L, %3$L);
  END IF;
  RETURN new;
END $$ $f$, 'check_' || t || '_' || field, t, field, parent, readable);
  EXECUTE format('CREATE TRIGGER c_%s BEFORE INSERT OR UPDATE OF %I, deleted_at ON %I FOR EACH ROW
    WHEN (new.%I IS NOT NULL) EXECUTE FUNCTION skep.%I()', field, field, t, field, 'check_' || t || '_' || field);
END $p$;

-- What a parent's delete does to the children of one link. It looks at all children, not only at those the caller sees.
CREATE FUNCTION skep.make_parent_deleted(t name, field name, parent name, on_delete text) RETURNS void
LANGUAGE plpgsql AS $p$
DECLARE
  cascades text := format('UPDATE public.%I c SET deleted_at = new.deleted_at WHERE c.%I = new.id AND c.deleted_at IS NULL;',
    t, field);
  refuses text := format($f$IF EXISTS (SELECT FROM public.%1$I c WHERE c.%2$I = new.id AND c.deleted_at IS NULL) THEN
    RAISE foreign_key_violation USING CONSTRAINT = %3$L, TABLE = %1$L, MESSAGE = 'records still refer to it';
  END IF;$f$, t, field, t || '_' || field || '_restrict');
BEGIN
  EXECUTE format($f$CREATE FUNCTION skep.%I() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  %s
  RETURN NULL;
END $$ $f$, 'deleted_' || t || '_' || field, CASE on_delete WHEN 'cascade' THEN cascades ELSE refuses END);
  EXECUTE format('CREATE TRIGGER d_%s_%s AFTER UPDATE OF deleted_at ON %I FOR EACH ROW
    WHEN (old.deleted_at IS NULL AND new.deleted_at IS NOT NULL) EXECUTE FUNCTION skep.%I()',
    t, field, parent, 'deleted_' || t || '_' || field);
END $p$;

-- A value of a list that an admin edits (sectors, countries). By name and not by id: it reads well in files. A value
-- that the list has lost since may stay.
CREATE FUNCTION skep.option(t name, field name, list name) RETURNS void LANGUAGE plpgsql AS $p$
BEGIN
  EXECUTE format($f$CREATE FUNCTION skep.%1$I() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  IF tg_op = 'UPDATE' AND new.%3$I IS NOT DISTINCT FROM old.%3$I THEN
    RETURN new;
  END IF;
  IF NOT EXISTS (SELECT FROM public.%4$I l WHERE l.name = new.%3$I AND l.deleted_at IS NULL) THEN
    RAISE check_violation USING CONSTRAINT = %5$L, TABLE = %2$L, MESSAGE = 'not in the list ' || %4$L;
  END IF;
  RETURN new;
END $$ $f$, 'check_' || t || '_' || field, t, field, list, t || '_' || field || '_option');
  EXECUTE format('CREATE TRIGGER c_%s BEFORE INSERT OR UPDATE OF %I ON %I FOR EACH ROW
    WHEN (new.%I IS NOT NULL) EXECUTE FUNCTION skep.%I()', field, field, t, field, 'check_' || t || '_' || field);
END $p$;

-- A policy refuses to give one's own record away (its giver would no longer see it), so this does it by its own rule.
-- Returns whether a record (of this version, where one is given) was handed over; false is answered as 404.
CREATE FUNCTION skep.hand_over(t name, record uuid, to_owner uuid, if_version int DEFAULT NULL) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER AS $$
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
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  t name;
BEGIN
  FOR t IN SELECT k.name FROM skep.tables k WHERE k.rights = 'owned' LOOP
    EXECUTE format('UPDATE public.%I SET owner_id = owner_id WHERE owner_id = $1', t) USING new.id;
  END LOOP;
  RETURN NULL;
END $$;
