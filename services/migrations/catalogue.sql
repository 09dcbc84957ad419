-- The live catalogue as SQL text, read by render.py. Each query gives (thing, text): what the text belongs to, and
-- the text. Run with search_path pg_catalog, so that every name is written with its schema.
--
-- Left out: what extensions own, the runner's own schema `migrations`, the partitions of a month (they come and go
-- with time) and the NOT NULL constraints that only Postgres 18 has in its catalogue.

-- name: roles
SELECT rolname,
       format('CREATE ROLE %I%s;', rolname, concat(
         CASE WHEN rolcanlogin THEN ' LOGIN' END, CASE WHEN rolsuper THEN ' SUPERUSER' END,
         CASE WHEN rolcreatedb THEN ' CREATEDB' END, CASE WHEN rolcreaterole THEN ' CREATEROLE' END,
         CASE WHEN rolbypassrls THEN ' BYPASSRLS' END, CASE WHEN rolreplication THEN ' REPLICATION' END))
FROM pg_roles
WHERE rolname LIKE 'skep\_%'
ORDER BY rolname;

-- name: memberships
SELECT member.rolname, format('GRANT %I TO %I;', role.rolname, member.rolname)
FROM pg_auth_members
JOIN pg_roles role ON role.oid = roleid
JOIN pg_roles member ON member.oid = pg_auth_members.member
WHERE member.rolname LIKE 'skep\_%'
ORDER BY member.rolname, role.rolname;

-- name: role_settings
SELECT rolname, format('ALTER ROLE %I SET %s;', rolname, setting)
FROM pg_db_role_setting
JOIN pg_roles ON pg_roles.oid = setrole
CROSS JOIN unnest(setconfig) AS setting
WHERE rolname LIKE 'skep\_%'
  AND setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
ORDER BY rolname, setting;

-- name: database_grants
SELECT 'database',
       format('GRANT %s ON DATABASE current TO %s;', string_agg(privilege_type, ', ' ORDER BY privilege_type),
              CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END)
FROM pg_database
CROSS JOIN aclexplode(coalesce(datacl, acldefault('d', datdba)))
WHERE datname = current_database() AND grantee <> datdba
GROUP BY grantee
ORDER BY 2;

-- name: extensions
SELECT extname, format('CREATE EXTENSION %I WITH SCHEMA %s;', extname, extnamespace::regnamespace)
FROM pg_extension
WHERE extname <> 'plpgsql'
ORDER BY extname;

-- name: schemas
SELECT nspname,
       concat_ws(E'\n', format('CREATE SCHEMA %I;', nspname), (
         SELECT string_agg(line, E'\n' ORDER BY line)
         FROM (
           SELECT format('GRANT %s ON SCHEMA %I TO %s;', string_agg(privilege_type, ', ' ORDER BY privilege_type),
                         nspname, CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END) AS line
           FROM aclexplode(coalesce(nspacl, acldefault('n', nspowner)))
           WHERE grantee <> nspowner
           GROUP BY grantee) AS lines))
FROM pg_namespace
WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'migrations')
ORDER BY nspname;

-- name: default_privileges
SELECT defaclrole::regrole::text,
       format('-- New %s of %s%s: %s', CASE defaclobjtype
                WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions' WHEN 'T' THEN 'types'
                ELSE 'schemas' END,
              defaclrole::regrole, CASE WHEN defaclnamespace <> 0 THEN ' in ' || defaclnamespace::regnamespace END,
              coalesce((
                SELECT string_agg(format('%s to %s', privilege_type,
                                         CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END), ', '
                                  ORDER BY grantee::regrole::text, privilege_type)
                FROM aclexplode(defaclacl)), 'nothing to anybody'))
FROM pg_default_acl
ORDER BY 1, 2;

-- name: types
SELECT pg_type.oid::regtype::text,
       CASE typtype
         WHEN 'e' THEN format('CREATE TYPE %s AS ENUM (%s);', pg_type.oid::regtype, (
           SELECT string_agg(quote_literal(enumlabel), ', ' ORDER BY enumsortorder)
           FROM pg_enum WHERE enumtypid = pg_type.oid))
         WHEN 'd' THEN format('CREATE DOMAIN %s AS %s%s;', pg_type.oid::regtype, format_type(typbasetype, typtypmod), (
           SELECT string_agg(format(' CONSTRAINT %I %s', conname, pg_get_constraintdef(oid)), '' ORDER BY conname)
           FROM pg_constraint WHERE contypid = pg_type.oid))
         ELSE format(E'CREATE TYPE %s AS (\n%s\n);', pg_type.oid::regtype, (
           SELECT string_agg(format('    %I %s', attname, format_type(atttypid, atttypmod)), E',\n' ORDER BY attnum)
           FROM pg_attribute WHERE attrelid = typrelid AND NOT attisdropped))
       END
FROM pg_type
LEFT JOIN pg_class ON pg_class.oid = typrelid
JOIN pg_namespace ON pg_namespace.oid = typnamespace
WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'migrations')
  AND (typtype IN ('e', 'd') OR relkind = 'c')
  AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_type.oid AND deptype = 'e')
ORDER BY 1;

-- name: sequences
SELECT pg_class.oid::regclass::text,
       format('CREATE SEQUENCE %s AS %s START %s INCREMENT %s%s;', pg_class.oid::regclass, seqtypid::regtype,
              seqstart, seqincrement, CASE WHEN seqcycle THEN ' CYCLE' END)
FROM pg_sequence
JOIN pg_class ON pg_class.oid = seqrelid
JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'migrations')
  AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = seqrelid AND deptype IN ('e', 'i'))
ORDER BY 1;

-- name: tables
SELECT pg_class.oid::regclass::text,
       CASE WHEN relispartition THEN
         format('CREATE TABLE %s PARTITION OF %s %s;', pg_class.oid::regclass, (
           SELECT inhparent::regclass FROM pg_inherits WHERE inhrelid = pg_class.oid), pg_get_expr(relpartbound, pg_class.oid))
       ELSE
         format(E'CREATE %sTABLE %s (\n%s\n)%s%s;', CASE relpersistence WHEN 'u' THEN 'UNLOGGED ' END,
           pg_class.oid::regclass, concat_ws(E',\n', (
             SELECT string_agg(concat(
                 format('    %I %s', attname, format_type(atttypid, atttypmod)),
                 CASE WHEN attcollation NOT IN (0, (SELECT typcollation FROM pg_type WHERE oid = atttypid))
                   THEN ' COLLATE ' || attcollation::regcollation END,
                 CASE attidentity WHEN 'a' THEN ' GENERATED ALWAYS AS IDENTITY'
                   WHEN 'd' THEN ' GENERATED BY DEFAULT AS IDENTITY' END,
                 CASE attgenerated WHEN 's' THEN ' GENERATED ALWAYS AS (' || pg_get_expr(adbin, adrelid) || ') STORED'
                   WHEN '' THEN ' DEFAULT ' || pg_get_expr(adbin, adrelid) ELSE ' GENERATED ALWAYS AS VIRTUAL' END,
                 CASE WHEN attnotnull THEN ' NOT NULL' END), E',\n' ORDER BY attnum)
             FROM pg_attribute
             LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
             WHERE attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped), (
             SELECT string_agg(format('    CONSTRAINT %I %s', conname, pg_get_constraintdef(oid)), E',\n'
                               ORDER BY position(contype::text IN 'pufxc'), conname)
             FROM pg_constraint
             WHERE conrelid = pg_class.oid AND contype IN ('p', 'u', 'c', 'f', 'x'))),
           CASE relkind WHEN 'p' THEN ' PARTITION BY ' || pg_get_partkeydef(pg_class.oid) END,
           ' WITH (' || array_to_string(reloptions, ', ') || ')')
       END
       || CASE WHEN relrowsecurity THEN format(E'\nALTER TABLE %s ENABLE ROW LEVEL SECURITY;', pg_class.oid::regclass) ELSE '' END
       || CASE WHEN relforcerowsecurity THEN format(E'\nALTER TABLE %s FORCE ROW LEVEL SECURITY;', pg_class.oid::regclass) ELSE '' END
FROM pg_class
JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE relkind IN ('r', 'p') AND nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'migrations')
  AND (NOT relispartition OR pg_get_expr(relpartbound, pg_class.oid) = 'DEFAULT')
  AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')
ORDER BY 1;

-- name: views
SELECT pg_class.oid::regclass::text,
       format(E'CREATE %sVIEW %s%s AS\n%s', CASE relkind WHEN 'm' THEN 'MATERIALIZED ' END, pg_class.oid::regclass,
              ' WITH (' || array_to_string(reloptions, ', ') || ')', pg_get_viewdef(pg_class.oid, true))
FROM pg_class
JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE relkind IN ('v', 'm') AND nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'migrations')
  AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')
ORDER BY 1;

-- name: indexes
SELECT indrelid::regclass::text,
       pg_get_indexdef(indexrelid) || CASE WHEN indisvalid THEN ';' ELSE '; -- invalid' END
FROM pg_index
WHERE NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))
  AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = indexrelid)
ORDER BY 1, indexrelid::regclass::text;

-- name: statistics
SELECT stxrelid::regclass::text, pg_get_statisticsobjdef(oid) || ';'
FROM pg_statistic_ext
ORDER BY 1, 2;

-- name: triggers
SELECT tgrelid::regclass::text,
       pg_get_triggerdef(oid) || CASE tgenabled WHEN 'O' THEN ';' ELSE '; -- enabled: ' || tgenabled::text END
FROM pg_trigger
WHERE NOT tgisinternal AND tgparentid = 0
ORDER BY 1, tgname;

-- name: policies
SELECT polrelid::regclass::text,
       concat(format('CREATE POLICY %I ON %s AS %s FOR %s TO %s', polname, polrelid::regclass,
                     CASE WHEN polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
                     CASE polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'
                       WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
                     (SELECT string_agg(CASE role WHEN 0 THEN 'PUBLIC' ELSE role::regrole::text END, ', '
                                        ORDER BY role::regrole::text) FROM unnest(polroles) AS role)),
              ' USING (' || pg_get_expr(polqual, polrelid) || ')',
              ' WITH CHECK (' || pg_get_expr(polwithcheck, polrelid) || ')', ';')
FROM pg_policy
ORDER BY 1, polname;

-- name: table_grants
SELECT thing,
       format('GRANT %s%s ON %s TO %s;', string_agg(privilege_type, ', ' ORDER BY privilege_type), columns, thing,
              CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END)
FROM (
  SELECT pg_class.oid::regclass::text AS thing, '' AS columns, relowner, acl.*
  FROM pg_class CROSS JOIN aclexplode(relacl) AS acl
  UNION ALL
  SELECT attrelid::regclass::text, format(' (%I)', attname), relowner, acl.*
  FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid CROSS JOIN aclexplode(attacl) AS acl) AS granted
WHERE grantee <> relowner
GROUP BY thing, columns, grantee
ORDER BY thing, columns, 2;

-- name: functions
SELECT pg_proc.oid::regprocedure::text,
       concat_ws(E'\n', rtrim(pg_get_functiondef(pg_proc.oid), E'\n ') || ';', (
         SELECT string_agg(line, E'\n' ORDER BY line)
         FROM (
           SELECT format('GRANT EXECUTE ON FUNCTION %s TO %s;', pg_proc.oid::regprocedure,
                         CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END) AS line
           FROM aclexplode(coalesce(proacl, acldefault('f', proowner)))
           WHERE grantee <> proowner) AS lines))
FROM pg_proc
JOIN pg_namespace ON pg_namespace.oid = pronamespace
WHERE prokind IN ('f', 'p') AND nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'migrations')
  AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
ORDER BY 1;

-- name: comments
SELECT identity, format('COMMENT ON %s %s IS %L;', upper(regexp_replace(type, '^.* column$', 'column')), identity, description)
FROM pg_description
CROSS JOIN pg_identify_object(classoid, objoid, objsubid)
WHERE schema !~ '^pg_' AND schema NOT IN ('information_schema', 'migrations')
  AND NOT EXISTS (SELECT FROM pg_depend WHERE pg_depend.objid = objoid AND deptype = 'e')
ORDER BY 1, 2;

-- name: other_owners
SELECT thing, format('-- %s is owned by %s', thing, owner)
FROM (
  SELECT pg_class.oid::regclass::text AS thing, relowner::regrole::text AS owner, pg_class.oid AS id, relnamespace AS space
  FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'S')
  UNION ALL
  SELECT pg_proc.oid::regprocedure::text, proowner::regrole::text, pg_proc.oid, pronamespace FROM pg_proc) AS things
JOIN pg_namespace ON pg_namespace.oid = space
WHERE owner <> 'skep_owner' AND nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'migrations')
  AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = id AND deptype = 'e')
ORDER BY 1;
