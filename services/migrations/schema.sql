-- The schema after all migrations, written by `make schema`. Change it by a migration.

CREATE ROLE skep_app LOGIN;
CREATE ROLE skep_job LOGIN;
CREATE ROLE skep_owner LOGIN;

ALTER ROLE skep_app SET TimeZone=UTC;
ALTER ROLE skep_app SET idle_in_transaction_session_timeout=30s;
ALTER ROLE skep_app SET jit=off;
ALTER ROLE skep_app SET random_page_cost=0.1;
ALTER ROLE skep_app SET search_path=public;
ALTER ROLE skep_app SET seq_page_cost=0.1;
ALTER ROLE skep_app SET statement_timeout=10s;
ALTER ROLE skep_job SET TimeZone=UTC;
ALTER ROLE skep_job SET idle_in_transaction_session_timeout=10min;
ALTER ROLE skep_job SET jit=off;
ALTER ROLE skep_job SET search_path=public;
ALTER ROLE skep_job SET statement_timeout=10min;
ALTER ROLE skep_owner SET TimeZone=UTC;
ALTER ROLE skep_owner SET search_path=public;

GRANT CONNECT ON DATABASE current TO PUBLIC;
GRANT CONNECT ON DATABASE current TO skep_app;
GRANT CONNECT ON DATABASE current TO skep_job;
GRANT CONNECT, CREATE ON DATABASE current TO skep_owner;

CREATE EXTENSION pg_trgm WITH SCHEMA public;

CREATE SCHEMA public;
GRANT CREATE, USAGE ON SCHEMA public TO skep_owner;
GRANT USAGE ON SCHEMA public TO PUBLIC;
CREATE SCHEMA skep;
GRANT USAGE ON SCHEMA skep TO skep_app;
GRANT USAGE ON SCHEMA skep TO skep_job;

-- New functions of skep_owner: EXECUTE to skep_owner

CREATE TYPE skep.caller AS (
    principal_id uuid,
    role text,
    person_id uuid,
    team_id uuid,
    door text,
    change_set uuid,
    undoes uuid
);
CREATE TYPE skep.undo_step AS (
    seq bigint,
    table_name name,
    record_id uuid,
    hands_over boolean,
    fields text[],
    was jsonb,
    became jsonb
);

CREATE TABLE public.clients (
    id uuid DEFAULT skep.uuid7() NOT NULL,
    name text NOT NULL,
    person_id uuid NOT NULL,
    role text NOT NULL,
    iam_arn text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    deleted_at timestamp with time zone,
    custom jsonb DEFAULT '{}'::jsonb NOT NULL,
    search_text text GENERATED ALWAYS AS (lower(COALESCE(name, ''::text))) STORED NOT NULL,
    CONSTRAINT clients_pkey PRIMARY KEY (id),
    CONSTRAINT clients_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.people(id),
    CONSTRAINT clients_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),
    CONSTRAINT clients_role_check CHECK ((role = ANY (ARRAY['admin'::text, 'manager'::text, 'sales'::text, 'viewer'::text])))
);
ALTER TABLE public.clients ENABLE ROW LEVEL SECURITY;
CREATE INDEX clients_created_at_all ON public.clients USING btree (created_at, id) WHERE ((deleted_at IS NULL) AND true);
CREATE UNIQUE INDEX clients_iam_arn_unique ON public.clients USING btree (iam_arn) WHERE (deleted_at IS NULL);
CREATE INDEX clients_name_all ON public.clients USING btree (name, id) WHERE ((deleted_at IS NULL) AND true);
CREATE UNIQUE INDEX clients_name_unique ON public.clients USING btree (name) WHERE (deleted_at IS NULL);
CREATE INDEX clients_person_id_link ON public.clients USING btree (person_id);
CREATE INDEX clients_search ON public.clients USING gin (search_text public.gin_trgm_ops);
CREATE TRIGGER a_stamp BEFORE INSERT OR UPDATE ON public.clients FOR EACH ROW EXECUTE FUNCTION skep.stamp();
CREATE TRIGGER c_person_id BEFORE INSERT OR UPDATE OF person_id, deleted_at ON public.clients FOR EACH ROW WHEN ((new.person_id IS NOT NULL)) EXECUTE FUNCTION skep.check_clients_person_id();
CREATE TRIGGER e_role AFTER UPDATE OF iam_arn ON public.clients FOR EACH ROW WHEN ((new.iam_arn IS NOT NULL)) EXECUTE FUNCTION skep.role_instead_of_key();
CREATE TRIGGER z_log AFTER INSERT OR DELETE OR UPDATE ON public.clients FOR EACH ROW EXECUTE FUNCTION skep.log_change();
CREATE TRIGGER z_truncate BEFORE TRUNCATE ON public.clients FOR EACH STATEMENT EXECUTE FUNCTION skep.refuse_truncate();
CREATE POLICY insert_rights ON public.clients AS PERMISSIVE FOR INSERT TO PUBLIC WITH CHECK (skep.is_admin());
CREATE POLICY read_rights ON public.clients AS PERMISSIVE FOR SELECT TO PUBLIC USING (skep.is_somebody());
CREATE POLICY update_rights ON public.clients AS PERMISSIVE FOR UPDATE TO PUBLIC USING (skep.is_admin()) WITH CHECK (skep.is_admin());
GRANT INSERT, SELECT, UPDATE ON public.clients TO skep_app;
GRANT INSERT, SELECT, UPDATE ON public.clients TO skep_job;

CREATE TABLE public.contacts (
    id uuid DEFAULT skep.uuid7() NOT NULL,
    customer_id uuid NOT NULL,
    name text NOT NULL,
    email text,
    phone text,
    title text,
    notes text,
    owner_id uuid,
    team_id uuid,
    shared boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    deleted_at timestamp with time zone,
    custom jsonb DEFAULT '{}'::jsonb NOT NULL,
    search_text text GENERATED ALWAYS AS (lower(((COALESCE(name, ''::text) || chr(10)) || COALESCE(email, ''::text)))) STORED NOT NULL,
    CONSTRAINT contacts_pkey PRIMARY KEY (id),
    CONSTRAINT contacts_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES public.customers(id),
    CONSTRAINT contacts_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200)))
);
ALTER TABLE public.contacts ENABLE ROW LEVEL SECURITY;
CREATE INDEX contacts_created_at_all ON public.contacts USING btree (created_at, id) WHERE ((deleted_at IS NULL) AND true);
CREATE INDEX contacts_created_at_own ON public.contacts USING btree (owner_id, created_at, id) WHERE ((deleted_at IS NULL) AND true);
CREATE INDEX contacts_created_at_team ON public.contacts USING btree (team_id, created_at, id) WHERE ((deleted_at IS NULL) AND true);
CREATE INDEX contacts_created_at_team_shared ON public.contacts USING btree (team_id, created_at, id) WHERE ((deleted_at IS NULL) AND shared);
CREATE INDEX contacts_created_at_unowned ON public.contacts USING btree (created_at, id) WHERE ((deleted_at IS NULL) AND (owner_id IS NULL));
CREATE INDEX contacts_customer_id_link ON public.contacts USING btree (customer_id);
CREATE INDEX contacts_name_all ON public.contacts USING btree (name, id) WHERE ((deleted_at IS NULL) AND true);
CREATE INDEX contacts_name_own ON public.contacts USING btree (owner_id, name, id) WHERE ((deleted_at IS NULL) AND true);
CREATE INDEX contacts_name_team ON public.contacts USING btree (team_id, name, id) WHERE ((deleted_at IS NULL) AND true);
CREATE INDEX contacts_name_team_shared ON public.contacts USING btree (team_id, name, id) WHERE ((deleted_at IS NULL) AND shared);
CREATE INDEX contacts_name_unowned ON public.contacts USING btree (name, id) WHERE ((deleted_at IS NULL) AND (owner_id IS NULL));
CREATE INDEX contacts_search ON public.contacts USING gin (search_text public.gin_trgm_ops);
CREATE TRIGGER a_rights BEFORE INSERT OR UPDATE ON public.contacts FOR EACH ROW EXECUTE FUNCTION skep.rights_contacts();
CREATE TRIGGER a_stamp BEFORE INSERT OR UPDATE ON public.contacts FOR EACH ROW EXECUTE FUNCTION skep.stamp();
CREATE TRIGGER z_log AFTER INSERT OR DELETE OR UPDATE ON public.contacts FOR EACH ROW EXECUTE FUNCTION skep.log_change();
CREATE TRIGGER z_truncate BEFORE TRUNCATE ON public.contacts FOR EACH STATEMENT EXECUTE FUNCTION skep.refuse_truncate();
CREATE POLICY insert_rights ON public.contacts AS PERMISSIVE FOR INSERT TO PUBLIC WITH CHECK (skep.may_leave(owner_id, team_id));
CREATE POLICY read_rights ON public.contacts AS PERMISSIVE FOR SELECT TO PUBLIC USING (skep.may_read(owner_id, team_id, shared));
CREATE POLICY update_rights ON public.contacts AS PERMISSIVE FOR UPDATE TO PUBLIC USING (skep.may_touch(owner_id, team_id)) WITH CHECK (skep.may_leave(owner_id, team_id));
GRANT INSERT, SELECT, UPDATE ON public.contacts TO skep_app;
GRANT INSERT, SELECT, UPDATE ON public.contacts TO skep_job;

CREATE TABLE public.countries (
    id uuid DEFAULT skep.uuid7() NOT NULL,
    name text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    deleted_at timestamp with time zone,
    custom jsonb DEFAULT '{}'::jsonb NOT NULL,
    search_text text GENERATED ALWAYS AS (lower(COALESCE(name, ''::text))) STORED NOT NULL,
    CONSTRAINT countries_pkey PRIMARY KEY (id),
    CONSTRAINT countries_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200)))
);
ALTER TABLE public.countries ENABLE ROW LEVEL SECURITY;
CREATE INDEX countries_created_at_all ON public.countries USING btree (created_at, id) WHERE ((deleted_at IS NULL) AND true);
CREATE INDEX countries_name_all ON public.countries USING btree (name, id) WHERE ((deleted_at IS NULL) AND true);
CREATE UNIQUE INDEX countries_name_unique ON public.countries USING btree (name) WHERE (deleted_at IS NULL);
CREATE INDEX countries_search ON public.countries USING gin (search_text public.gin_trgm_ops);
CREATE TRIGGER a_stamp BEFORE INSERT OR UPDATE ON public.countries FOR EACH ROW EXECUTE FUNCTION skep.stamp();
CREATE TRIGGER z_log AFTER INSERT OR DELETE OR UPDATE ON public.countries FOR EACH ROW EXECUTE FUNCTION skep.log_change();
CREATE TRIGGER z_truncate BEFORE TRUNCATE ON public.countries FOR EACH STATEMENT EXECUTE FUNCTION skep.refuse_truncate();
CREATE POLICY insert_rights ON public.countries AS PERMISSIVE FOR INSERT TO PUBLIC WITH CHECK (skep.is_admin());
CREATE POLICY read_rights ON public.countries AS PERMISSIVE FOR SELECT TO PUBLIC USING (skep.is_somebody());
CREATE POLICY update_rights ON public.countries AS PERMISSIVE FOR UPDATE TO PUBLIC USING (skep.is_admin()) WITH CHECK (skep.is_admin());
GRANT INSERT, SELECT, UPDATE ON public.countries TO skep_app;
GRANT INSERT, SELECT, UPDATE ON public.countries TO skep_job;

CREATE TABLE public.customers (
    id uuid DEFAULT skep.uuid7() NOT NULL,
    company text NOT NULL,
    sector text,
    email text,
    phone text,
    website text,
    size integer,
    founded integer,
    revenue numeric(14,3),
    currency text NOT NULL,
    country text,
    parent_id uuid,
    notes text,
    owner_id uuid DEFAULT skep.my_person(),
    team_id uuid,
    shared boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    deleted_at timestamp with time zone,
    custom jsonb DEFAULT '{}'::jsonb NOT NULL,
    search_text text GENERATED ALWAYS AS (lower(((COALESCE(company, ''::text) || chr(10)) || COALESCE(email, ''::text)))) STORED NOT NULL,
    CONSTRAINT customers_pkey PRIMARY KEY (id),
    CONSTRAINT customers_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.people(id),
    CONSTRAINT customers_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES public.customers(id),
    CONSTRAINT customers_company_check CHECK (((length(company) >= 1) AND (length(company) <= 200))),
    CONSTRAINT customers_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT customers_founded_check CHECK (((founded >= 1) AND (founded <= 9999))),
    CONSTRAINT customers_parent_id_check CHECK ((parent_id <> id)),
    CONSTRAINT customers_size_check CHECK ((size >= 0))
);
ALTER TABLE public.customers ENABLE ROW LEVEL SECURITY;
CREATE INDEX customers_company_all ON public.customers USING btree (company, id) WHERE ((deleted_at IS NULL) AND true);
CREATE INDEX customers_company_own ON public.customers USING btree (owner_id, company, id) WHERE ((deleted_at IS NULL) AND true);
CREATE INDEX customers_company_team ON public.customers USING btree (team_id, company, id) WHERE ((deleted_at IS NULL) AND true);
CREATE INDEX customers_company_team_shared ON public.customers USING btree (team_id, company, id) WHERE ((deleted_at IS NULL) AND shared);
CREATE UNIQUE INDEX customers_company_unique ON public.customers USING btree (company) WHERE (deleted_at IS NULL);
CREATE INDEX customers_company_unowned ON public.customers USING btree (company, id) WHERE ((deleted_at IS NULL) AND (owner_id IS NULL));
CREATE INDEX customers_created_at_all ON public.customers USING btree (created_at, id) WHERE ((deleted_at IS NULL) AND true);
CREATE INDEX customers_created_at_own ON public.customers USING btree (owner_id, created_at, id) WHERE ((deleted_at IS NULL) AND true);
CREATE INDEX customers_created_at_team ON public.customers USING btree (team_id, created_at, id) WHERE ((deleted_at IS NULL) AND true);
CREATE INDEX customers_created_at_team_shared ON public.customers USING btree (team_id, created_at, id) WHERE ((deleted_at IS NULL) AND shared);
CREATE INDEX customers_created_at_unowned ON public.customers USING btree (created_at, id) WHERE ((deleted_at IS NULL) AND (owner_id IS NULL));
CREATE INDEX customers_owner_id_link ON public.customers USING btree (owner_id);
CREATE INDEX customers_parent_id_link ON public.customers USING btree (parent_id);
CREATE INDEX customers_revenue_all ON public.customers USING btree (revenue, id) WHERE ((deleted_at IS NULL) AND true);
CREATE INDEX customers_revenue_all_null ON public.customers USING btree (id) WHERE ((deleted_at IS NULL) AND (revenue IS NULL) AND true);
CREATE INDEX customers_revenue_own ON public.customers USING btree (owner_id, revenue, id) WHERE ((deleted_at IS NULL) AND true);
CREATE INDEX customers_revenue_own_null ON public.customers USING btree (owner_id, id) WHERE ((deleted_at IS NULL) AND (revenue IS NULL) AND true);
CREATE INDEX customers_revenue_team ON public.customers USING btree (team_id, revenue, id) WHERE ((deleted_at IS NULL) AND true);
CREATE INDEX customers_revenue_team_null ON public.customers USING btree (team_id, id) WHERE ((deleted_at IS NULL) AND (revenue IS NULL) AND true);
CREATE INDEX customers_revenue_team_shared ON public.customers USING btree (team_id, revenue, id) WHERE ((deleted_at IS NULL) AND shared);
CREATE INDEX customers_revenue_team_shared_null ON public.customers USING btree (team_id, id) WHERE ((deleted_at IS NULL) AND (revenue IS NULL) AND shared);
CREATE INDEX customers_revenue_unowned ON public.customers USING btree (revenue, id) WHERE ((deleted_at IS NULL) AND (owner_id IS NULL));
CREATE INDEX customers_revenue_unowned_null ON public.customers USING btree (id) WHERE ((deleted_at IS NULL) AND (revenue IS NULL) AND (owner_id IS NULL));
CREATE INDEX customers_search ON public.customers USING gin (search_text public.gin_trgm_ops);
CREATE TRIGGER a_rights BEFORE INSERT OR UPDATE ON public.customers FOR EACH ROW EXECUTE FUNCTION skep.own_rights();
CREATE TRIGGER a_stamp BEFORE INSERT OR UPDATE ON public.customers FOR EACH ROW EXECUTE FUNCTION skep.stamp();
CREATE TRIGGER b_contacts AFTER UPDATE ON public.customers FOR EACH ROW WHEN ((((old.owner_id IS DISTINCT FROM new.owner_id) OR (old.team_id IS DISTINCT FROM new.team_id)) OR (old.shared IS DISTINCT FROM new.shared))) EXECUTE FUNCTION skep.push_rights('contacts', 'customer_id');
CREATE TRIGGER c_country BEFORE INSERT OR UPDATE OF country ON public.customers FOR EACH ROW WHEN ((new.country IS NOT NULL)) EXECUTE FUNCTION skep.check_customers_country();
CREATE TRIGGER c_owner_id BEFORE INSERT OR UPDATE OF owner_id, deleted_at ON public.customers FOR EACH ROW WHEN ((new.owner_id IS NOT NULL)) EXECUTE FUNCTION skep.check_customers_owner_id();
CREATE TRIGGER c_parent_id BEFORE INSERT OR UPDATE OF parent_id, deleted_at ON public.customers FOR EACH ROW WHEN ((new.parent_id IS NOT NULL)) EXECUTE FUNCTION skep.check_customers_parent_id();
CREATE TRIGGER c_sector BEFORE INSERT OR UPDATE OF sector ON public.customers FOR EACH ROW WHEN ((new.sector IS NOT NULL)) EXECUTE FUNCTION skep.check_customers_sector();
CREATE TRIGGER d_contacts_customer_id AFTER UPDATE OF deleted_at ON public.customers FOR EACH ROW WHEN (((old.deleted_at IS NULL) AND (new.deleted_at IS NOT NULL))) EXECUTE FUNCTION skep.deleted_contacts_customer_id();
CREATE TRIGGER d_customers_parent_id AFTER UPDATE OF deleted_at ON public.customers FOR EACH ROW WHEN (((old.deleted_at IS NULL) AND (new.deleted_at IS NOT NULL))) EXECUTE FUNCTION skep.deleted_customers_parent_id();
CREATE TRIGGER d_opportunities_customer_id AFTER UPDATE OF deleted_at ON public.customers FOR EACH ROW WHEN (((old.deleted_at IS NULL) AND (new.deleted_at IS NOT NULL))) EXECUTE FUNCTION skep.deleted_opportunities_customer_id();
CREATE TRIGGER z_log AFTER INSERT OR DELETE OR UPDATE ON public.customers FOR EACH ROW EXECUTE FUNCTION skep.log_change();
CREATE TRIGGER z_truncate BEFORE TRUNCATE ON public.customers FOR EACH STATEMENT EXECUTE FUNCTION skep.refuse_truncate();
CREATE POLICY insert_rights ON public.customers AS PERMISSIVE FOR INSERT TO PUBLIC WITH CHECK (skep.may_leave(owner_id, team_id));
CREATE POLICY read_rights ON public.customers AS PERMISSIVE FOR SELECT TO PUBLIC USING (skep.may_read(owner_id, team_id, shared));
CREATE POLICY update_rights ON public.customers AS PERMISSIVE FOR UPDATE TO PUBLIC USING (skep.may_touch(owner_id, team_id)) WITH CHECK (skep.may_leave(owner_id, team_id));
GRANT INSERT, SELECT, UPDATE ON public.customers TO skep_app;
GRANT INSERT, SELECT, UPDATE ON public.customers TO skep_job;

CREATE TABLE public.opportunities (
    id uuid DEFAULT skep.uuid7() NOT NULL,
    external_id text,
    name text NOT NULL,
    customer_id uuid,
    product_id uuid,
    stage text NOT NULL,
    amount numeric(14,3),
    currency text NOT NULL,
    engaged_on date,
    expected_on date,
    closed_on date,
    notes text,
    owner_id uuid DEFAULT skep.my_person(),
    team_id uuid,
    shared boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    deleted_at timestamp with time zone,
    custom jsonb DEFAULT '{}'::jsonb NOT NULL,
    search_text text GENERATED ALWAYS AS (lower(((COALESCE(name, ''::text) || chr(10)) || COALESCE(external_id, ''::text)))) STORED NOT NULL,
    CONSTRAINT opportunities_pkey PRIMARY KEY (id),
    CONSTRAINT opportunities_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES public.customers(id),
    CONSTRAINT opportunities_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.people(id),
    CONSTRAINT opportunities_product_id_fkey FOREIGN KEY (product_id) REFERENCES public.products(id),
    CONSTRAINT opportunities_amount_check CHECK ((amount >= (0)::numeric)),
    CONSTRAINT opportunities_closed_on_check CHECK ((closed_on >= engaged_on)),
    CONSTRAINT opportunities_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT opportunities_external_id_check CHECK (((length(external_id) >= 1) AND (length(external_id) <= 200))),
    CONSTRAINT opportunities_name_check CHECK (((length(name) >= 1) AND (length(name) <= 400))),
    CONSTRAINT opportunities_stage_check CHECK ((stage = ANY (ARRAY['Prospecting'::text, 'Engaging'::text, 'Proposal'::text, 'Won'::text, 'Lost'::text])))
);
ALTER TABLE public.opportunities ENABLE ROW LEVEL SECURITY;
CREATE INDEX opportunities_amount_all ON public.opportunities USING btree (amount, id) WHERE ((deleted_at IS NULL) AND true);
CREATE INDEX opportunities_amount_all_null ON public.opportunities USING btree (id) WHERE ((deleted_at IS NULL) AND (amount IS NULL) AND true);
CREATE INDEX opportunities_amount_own ON public.opportunities USING btree (owner_id, amount, id) WHERE ((deleted_at IS NULL) AND true);
CREATE INDEX opportunities_amount_own_null ON public.opportunities USING btree (owner_id, id) WHERE ((deleted_at IS NULL) AND (amount IS NULL) AND true);
CREATE INDEX opportunities_amount_team ON public.opportunities USING btree (team_id, amount, id) WHERE ((deleted_at IS NULL) AND true);
CREATE INDEX opportunities_amount_team_null ON public.opportunities USING btree (team_id, id) WHERE ((deleted_at IS NULL) AND (amount IS NULL) AND true);
CREATE INDEX opportunities_amount_team_shared ON public.opportunities USING btree (team_id, amount, id) WHERE ((deleted_at IS NULL) AND shared);
CREATE INDEX opportunities_amount_team_shared_null ON public.opportunities USING btree (team_id, id) WHERE ((deleted_at IS NULL) AND (amount IS NULL) AND shared);
CREATE INDEX opportunities_amount_unowned ON public.opportunities USING btree (amount, id) WHERE ((deleted_at IS NULL) AND (owner_id IS NULL));
CREATE INDEX opportunities_amount_unowned_null ON public.opportunities USING btree (id) WHERE ((deleted_at IS NULL) AND (amount IS NULL) AND (owner_id IS NULL));
CREATE INDEX opportunities_closed_on_all ON public.opportunities USING btree (closed_on, id) WHERE ((deleted_at IS NULL) AND true);
CREATE INDEX opportunities_closed_on_all_null ON public.opportunities USING btree (id) WHERE ((deleted_at IS NULL) AND (closed_on IS NULL) AND true);
CREATE INDEX opportunities_closed_on_own ON public.opportunities USING btree (owner_id, closed_on, id) WHERE ((deleted_at IS NULL) AND true);
CREATE INDEX opportunities_closed_on_own_null ON public.opportunities USING btree (owner_id, id) WHERE ((deleted_at IS NULL) AND (closed_on IS NULL) AND true);
CREATE INDEX opportunities_closed_on_team ON public.opportunities USING btree (team_id, closed_on, id) WHERE ((deleted_at IS NULL) AND true);
CREATE INDEX opportunities_closed_on_team_null ON public.opportunities USING btree (team_id, id) WHERE ((deleted_at IS NULL) AND (closed_on IS NULL) AND true);
CREATE INDEX opportunities_closed_on_team_shared ON public.opportunities USING btree (team_id, closed_on, id) WHERE ((deleted_at IS NULL) AND shared);
CREATE INDEX opportunities_closed_on_team_shared_null ON public.opportunities USING btree (team_id, id) WHERE ((deleted_at IS NULL) AND (closed_on IS NULL) AND shared);
CREATE INDEX opportunities_closed_on_unowned ON public.opportunities USING btree (closed_on, id) WHERE ((deleted_at IS NULL) AND (owner_id IS NULL));
CREATE INDEX opportunities_closed_on_unowned_null ON public.opportunities USING btree (id) WHERE ((deleted_at IS NULL) AND (closed_on IS NULL) AND (owner_id IS NULL));
CREATE INDEX opportunities_created_at_all ON public.opportunities USING btree (created_at, id) WHERE ((deleted_at IS NULL) AND true);
CREATE INDEX opportunities_created_at_own ON public.opportunities USING btree (owner_id, created_at, id) WHERE ((deleted_at IS NULL) AND true);
CREATE INDEX opportunities_created_at_team ON public.opportunities USING btree (team_id, created_at, id) WHERE ((deleted_at IS NULL) AND true);
CREATE INDEX opportunities_created_at_team_shared ON public.opportunities USING btree (team_id, created_at, id) WHERE ((deleted_at IS NULL) AND shared);
CREATE INDEX opportunities_created_at_unowned ON public.opportunities USING btree (created_at, id) WHERE ((deleted_at IS NULL) AND (owner_id IS NULL));
CREATE INDEX opportunities_customer_id_link ON public.opportunities USING btree (customer_id);
CREATE UNIQUE INDEX opportunities_external_id_unique ON public.opportunities USING btree (external_id) WHERE (deleted_at IS NULL);
CREATE INDEX opportunities_name_all ON public.opportunities USING btree (name, id) WHERE ((deleted_at IS NULL) AND true);
CREATE INDEX opportunities_name_own ON public.opportunities USING btree (owner_id, name, id) WHERE ((deleted_at IS NULL) AND true);
CREATE INDEX opportunities_name_team ON public.opportunities USING btree (team_id, name, id) WHERE ((deleted_at IS NULL) AND true);
CREATE INDEX opportunities_name_team_shared ON public.opportunities USING btree (team_id, name, id) WHERE ((deleted_at IS NULL) AND shared);
CREATE INDEX opportunities_name_unowned ON public.opportunities USING btree (name, id) WHERE ((deleted_at IS NULL) AND (owner_id IS NULL));
CREATE INDEX opportunities_owner_id_link ON public.opportunities USING btree (owner_id);
CREATE INDEX opportunities_product_id_link ON public.opportunities USING btree (product_id);
CREATE INDEX opportunities_search ON public.opportunities USING gin (search_text public.gin_trgm_ops);
CREATE INDEX opportunities_stage_all ON public.opportunities USING btree (stage, id) WHERE ((deleted_at IS NULL) AND true);
CREATE INDEX opportunities_stage_own ON public.opportunities USING btree (owner_id, stage, id) WHERE ((deleted_at IS NULL) AND true);
CREATE INDEX opportunities_stage_team ON public.opportunities USING btree (team_id, stage, id) WHERE ((deleted_at IS NULL) AND true);
CREATE INDEX opportunities_stage_team_shared ON public.opportunities USING btree (team_id, stage, id) WHERE ((deleted_at IS NULL) AND shared);
CREATE INDEX opportunities_stage_unowned ON public.opportunities USING btree (stage, id) WHERE ((deleted_at IS NULL) AND (owner_id IS NULL));
CREATE TRIGGER a_rights BEFORE INSERT OR UPDATE ON public.opportunities FOR EACH ROW EXECUTE FUNCTION skep.own_rights();
CREATE TRIGGER a_stamp BEFORE INSERT OR UPDATE ON public.opportunities FOR EACH ROW EXECUTE FUNCTION skep.stamp();
CREATE TRIGGER c_customer_id BEFORE INSERT OR UPDATE OF customer_id, deleted_at ON public.opportunities FOR EACH ROW WHEN ((new.customer_id IS NOT NULL)) EXECUTE FUNCTION skep.check_opportunities_customer_id();
CREATE TRIGGER c_owner_id BEFORE INSERT OR UPDATE OF owner_id, deleted_at ON public.opportunities FOR EACH ROW WHEN ((new.owner_id IS NOT NULL)) EXECUTE FUNCTION skep.check_opportunities_owner_id();
CREATE TRIGGER c_product_id BEFORE INSERT OR UPDATE OF product_id, deleted_at ON public.opportunities FOR EACH ROW WHEN ((new.product_id IS NOT NULL)) EXECUTE FUNCTION skep.check_opportunities_product_id();
CREATE TRIGGER e_name BEFORE INSERT OR UPDATE OF name ON public.opportunities FOR EACH ROW WHEN ((new.name IS NULL)) EXECUTE FUNCTION skep.name_opportunity();
CREATE TRIGGER z_log AFTER INSERT OR DELETE OR UPDATE ON public.opportunities FOR EACH ROW EXECUTE FUNCTION skep.log_change();
CREATE TRIGGER z_truncate BEFORE TRUNCATE ON public.opportunities FOR EACH STATEMENT EXECUTE FUNCTION skep.refuse_truncate();
CREATE POLICY insert_rights ON public.opportunities AS PERMISSIVE FOR INSERT TO PUBLIC WITH CHECK (skep.may_leave(owner_id, team_id));
CREATE POLICY read_rights ON public.opportunities AS PERMISSIVE FOR SELECT TO PUBLIC USING (skep.may_read(owner_id, team_id, shared));
CREATE POLICY update_rights ON public.opportunities AS PERMISSIVE FOR UPDATE TO PUBLIC USING (skep.may_touch(owner_id, team_id)) WITH CHECK (skep.may_leave(owner_id, team_id));
GRANT INSERT, SELECT, UPDATE ON public.opportunities TO skep_app;
GRANT INSERT, SELECT, UPDATE ON public.opportunities TO skep_job;

CREATE TABLE public.people (
    id uuid DEFAULT skep.uuid7() NOT NULL,
    name text NOT NULL,
    email text,
    role text DEFAULT 'sales'::text NOT NULL,
    team_id uuid,
    office text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    deleted_at timestamp with time zone,
    custom jsonb DEFAULT '{}'::jsonb NOT NULL,
    search_text text GENERATED ALWAYS AS (lower(((COALESCE(name, ''::text) || chr(10)) || COALESCE(email, ''::text)))) STORED NOT NULL,
    CONSTRAINT people_pkey PRIMARY KEY (id),
    CONSTRAINT people_team_id_fkey FOREIGN KEY (team_id) REFERENCES public.teams(id),
    CONSTRAINT people_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),
    CONSTRAINT people_role_check CHECK ((role = ANY (ARRAY['admin'::text, 'manager'::text, 'sales'::text, 'viewer'::text])))
);
ALTER TABLE public.people ENABLE ROW LEVEL SECURITY;
CREATE INDEX people_created_at_all ON public.people USING btree (created_at, id) WHERE ((deleted_at IS NULL) AND true);
CREATE UNIQUE INDEX people_email_unique ON public.people USING btree (lower(email)) WHERE (deleted_at IS NULL);
CREATE INDEX people_name_all ON public.people USING btree (name, id) WHERE ((deleted_at IS NULL) AND true);
CREATE UNIQUE INDEX people_name_unique ON public.people USING btree (name) WHERE (deleted_at IS NULL);
CREATE INDEX people_search ON public.people USING gin (search_text public.gin_trgm_ops);
CREATE INDEX people_team_id_link ON public.people USING btree (team_id);
CREATE TRIGGER a_stamp BEFORE INSERT OR UPDATE ON public.people FOR EACH ROW EXECUTE FUNCTION skep.stamp();
CREATE TRIGGER c_team_id BEFORE INSERT OR UPDATE OF team_id, deleted_at ON public.people FOR EACH ROW WHEN ((new.team_id IS NOT NULL)) EXECUTE FUNCTION skep.check_people_team_id();
CREATE TRIGGER d_clients_person_id AFTER UPDATE OF deleted_at ON public.people FOR EACH ROW WHEN (((old.deleted_at IS NULL) AND (new.deleted_at IS NOT NULL))) EXECUTE FUNCTION skep.deleted_clients_person_id();
CREATE TRIGGER d_customers_owner_id AFTER UPDATE OF deleted_at ON public.people FOR EACH ROW WHEN (((old.deleted_at IS NULL) AND (new.deleted_at IS NOT NULL))) EXECUTE FUNCTION skep.deleted_customers_owner_id();
CREATE TRIGGER d_opportunities_owner_id AFTER UPDATE OF deleted_at ON public.people FOR EACH ROW WHEN (((old.deleted_at IS NULL) AND (new.deleted_at IS NOT NULL))) EXECUTE FUNCTION skep.deleted_opportunities_owner_id();
CREATE TRIGGER e_team AFTER UPDATE OF team_id ON public.people FOR EACH ROW WHEN ((old.team_id IS DISTINCT FROM new.team_id)) EXECUTE FUNCTION skep.team_changed();
CREATE TRIGGER z_log AFTER INSERT OR DELETE OR UPDATE ON public.people FOR EACH ROW EXECUTE FUNCTION skep.log_change();
CREATE TRIGGER z_truncate BEFORE TRUNCATE ON public.people FOR EACH STATEMENT EXECUTE FUNCTION skep.refuse_truncate();
CREATE POLICY insert_rights ON public.people AS PERMISSIVE FOR INSERT TO PUBLIC WITH CHECK (skep.is_admin());
CREATE POLICY read_rights ON public.people AS PERMISSIVE FOR SELECT TO PUBLIC USING (skep.is_somebody());
CREATE POLICY update_rights ON public.people AS PERMISSIVE FOR UPDATE TO PUBLIC USING (skep.is_admin()) WITH CHECK (skep.is_admin());
GRANT INSERT, SELECT, UPDATE ON public.people TO skep_app;
GRANT INSERT, SELECT, UPDATE ON public.people TO skep_job;

CREATE TABLE public.products (
    id uuid DEFAULT skep.uuid7() NOT NULL,
    name text NOT NULL,
    series text,
    price numeric(14,3),
    currency text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    deleted_at timestamp with time zone,
    custom jsonb DEFAULT '{}'::jsonb NOT NULL,
    search_text text GENERATED ALWAYS AS (lower(COALESCE(name, ''::text))) STORED NOT NULL,
    CONSTRAINT products_pkey PRIMARY KEY (id),
    CONSTRAINT products_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT products_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),
    CONSTRAINT products_price_check CHECK ((price >= (0)::numeric))
);
ALTER TABLE public.products ENABLE ROW LEVEL SECURITY;
CREATE INDEX products_created_at_all ON public.products USING btree (created_at, id) WHERE ((deleted_at IS NULL) AND true);
CREATE INDEX products_name_all ON public.products USING btree (name, id) WHERE ((deleted_at IS NULL) AND true);
CREATE UNIQUE INDEX products_name_unique ON public.products USING btree (name) WHERE (deleted_at IS NULL);
CREATE INDEX products_search ON public.products USING gin (search_text public.gin_trgm_ops);
CREATE TRIGGER a_stamp BEFORE INSERT OR UPDATE ON public.products FOR EACH ROW EXECUTE FUNCTION skep.stamp();
CREATE TRIGGER d_opportunities_product_id AFTER UPDATE OF deleted_at ON public.products FOR EACH ROW WHEN (((old.deleted_at IS NULL) AND (new.deleted_at IS NOT NULL))) EXECUTE FUNCTION skep.deleted_opportunities_product_id();
CREATE TRIGGER z_log AFTER INSERT OR DELETE OR UPDATE ON public.products FOR EACH ROW EXECUTE FUNCTION skep.log_change();
CREATE TRIGGER z_truncate BEFORE TRUNCATE ON public.products FOR EACH STATEMENT EXECUTE FUNCTION skep.refuse_truncate();
CREATE POLICY insert_rights ON public.products AS PERMISSIVE FOR INSERT TO PUBLIC WITH CHECK (skep.is_admin());
CREATE POLICY read_rights ON public.products AS PERMISSIVE FOR SELECT TO PUBLIC USING (skep.is_somebody());
CREATE POLICY update_rights ON public.products AS PERMISSIVE FOR UPDATE TO PUBLIC USING (skep.is_admin()) WITH CHECK (skep.is_admin());
GRANT INSERT, SELECT, UPDATE ON public.products TO skep_app;
GRANT INSERT, SELECT, UPDATE ON public.products TO skep_job;

CREATE TABLE public.sectors (
    id uuid DEFAULT skep.uuid7() NOT NULL,
    name text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    deleted_at timestamp with time zone,
    custom jsonb DEFAULT '{}'::jsonb NOT NULL,
    search_text text GENERATED ALWAYS AS (lower(COALESCE(name, ''::text))) STORED NOT NULL,
    CONSTRAINT sectors_pkey PRIMARY KEY (id),
    CONSTRAINT sectors_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200)))
);
ALTER TABLE public.sectors ENABLE ROW LEVEL SECURITY;
CREATE INDEX sectors_created_at_all ON public.sectors USING btree (created_at, id) WHERE ((deleted_at IS NULL) AND true);
CREATE INDEX sectors_name_all ON public.sectors USING btree (name, id) WHERE ((deleted_at IS NULL) AND true);
CREATE UNIQUE INDEX sectors_name_unique ON public.sectors USING btree (name) WHERE (deleted_at IS NULL);
CREATE INDEX sectors_search ON public.sectors USING gin (search_text public.gin_trgm_ops);
CREATE TRIGGER a_stamp BEFORE INSERT OR UPDATE ON public.sectors FOR EACH ROW EXECUTE FUNCTION skep.stamp();
CREATE TRIGGER z_log AFTER INSERT OR DELETE OR UPDATE ON public.sectors FOR EACH ROW EXECUTE FUNCTION skep.log_change();
CREATE TRIGGER z_truncate BEFORE TRUNCATE ON public.sectors FOR EACH STATEMENT EXECUTE FUNCTION skep.refuse_truncate();
CREATE POLICY insert_rights ON public.sectors AS PERMISSIVE FOR INSERT TO PUBLIC WITH CHECK (skep.is_admin());
CREATE POLICY read_rights ON public.sectors AS PERMISSIVE FOR SELECT TO PUBLIC USING (skep.is_somebody());
CREATE POLICY update_rights ON public.sectors AS PERMISSIVE FOR UPDATE TO PUBLIC USING (skep.is_admin()) WITH CHECK (skep.is_admin());
GRANT INSERT, SELECT, UPDATE ON public.sectors TO skep_app;
GRANT INSERT, SELECT, UPDATE ON public.sectors TO skep_job;

CREATE TABLE public.teams (
    id uuid DEFAULT skep.uuid7() NOT NULL,
    name text NOT NULL,
    office text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    deleted_at timestamp with time zone,
    custom jsonb DEFAULT '{}'::jsonb NOT NULL,
    search_text text GENERATED ALWAYS AS (lower(COALESCE(name, ''::text))) STORED NOT NULL,
    CONSTRAINT teams_pkey PRIMARY KEY (id),
    CONSTRAINT teams_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200)))
);
ALTER TABLE public.teams ENABLE ROW LEVEL SECURITY;
CREATE INDEX teams_created_at_all ON public.teams USING btree (created_at, id) WHERE ((deleted_at IS NULL) AND true);
CREATE INDEX teams_name_all ON public.teams USING btree (name, id) WHERE ((deleted_at IS NULL) AND true);
CREATE UNIQUE INDEX teams_name_unique ON public.teams USING btree (name) WHERE (deleted_at IS NULL);
CREATE INDEX teams_search ON public.teams USING gin (search_text public.gin_trgm_ops);
CREATE TRIGGER a_stamp BEFORE INSERT OR UPDATE ON public.teams FOR EACH ROW EXECUTE FUNCTION skep.stamp();
CREATE TRIGGER d_people_team_id AFTER UPDATE OF deleted_at ON public.teams FOR EACH ROW WHEN (((old.deleted_at IS NULL) AND (new.deleted_at IS NOT NULL))) EXECUTE FUNCTION skep.deleted_people_team_id();
CREATE TRIGGER z_log AFTER INSERT OR DELETE OR UPDATE ON public.teams FOR EACH ROW EXECUTE FUNCTION skep.log_change();
CREATE TRIGGER z_truncate BEFORE TRUNCATE ON public.teams FOR EACH STATEMENT EXECUTE FUNCTION skep.refuse_truncate();
CREATE POLICY insert_rights ON public.teams AS PERMISSIVE FOR INSERT TO PUBLIC WITH CHECK (skep.is_admin());
CREATE POLICY read_rights ON public.teams AS PERMISSIVE FOR SELECT TO PUBLIC USING (skep.is_somebody());
CREATE POLICY update_rights ON public.teams AS PERMISSIVE FOR UPDATE TO PUBLIC USING (skep.is_admin()) WITH CHECK (skep.is_admin());
GRANT INSERT, SELECT, UPDATE ON public.teams TO skep_app;
GRANT INSERT, SELECT, UPDATE ON public.teams TO skep_job;

CREATE TABLE skep.change_log (
    at timestamp with time zone DEFAULT now() NOT NULL,
    xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    seq bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
    change_set uuid NOT NULL,
    undoes uuid,
    door text NOT NULL,
    principal_id uuid,
    person_id uuid,
    table_name name NOT NULL,
    record_id uuid NOT NULL,
    operation "char" NOT NULL,
    derived boolean NOT NULL,
    before jsonb,
    after jsonb,
    CONSTRAINT change_log_pkey PRIMARY KEY (at, xid, seq)
) PARTITION BY RANGE (at);
CREATE INDEX change_log_change_set ON ONLY skep.change_log USING btree (change_set, xid, seq);
CREATE INDEX change_log_order ON ONLY skep.change_log USING btree (xid, seq);
CREATE INDEX change_log_record ON ONLY skep.change_log USING btree (table_name, record_id, xid, seq);
CREATE INDEX change_log_undoes ON ONLY skep.change_log USING btree (undoes) WHERE (undoes IS NOT NULL);

CREATE TABLE skep.change_log_rest PARTITION OF skep.change_log DEFAULT;

CREATE TABLE skep.client_keys (
    id text NOT NULL,
    kind text DEFAULT 'client'::text NOT NULL,
    hash bytea NOT NULL,
    value text,
    issued_at timestamp with time zone DEFAULT now() NOT NULL,
    handed_over_at timestamp with time zone,
    CONSTRAINT client_keys_pkey PRIMARY KEY (id),
    CONSTRAINT client_keys_hash_unique UNIQUE (hash),
    CONSTRAINT client_keys_credential_fkey FOREIGN KEY (kind, hash) REFERENCES skep.credentials(kind, hash) ON DELETE CASCADE,
    CONSTRAINT client_keys_kind_check CHECK ((kind = 'client'::text))
);
CREATE INDEX client_keys_waiting ON skep.client_keys USING btree (issued_at) WHERE (value IS NOT NULL);

CREATE TABLE skep.credentials (
    kind text NOT NULL,
    hash bytea NOT NULL,
    client_id uuid,
    person_id uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone,
    revoked_at timestamp with time zone,
    CONSTRAINT credentials_pkey PRIMARY KEY (kind, hash),
    CONSTRAINT credentials_client_id_fkey FOREIGN KEY (client_id) REFERENCES public.clients(id),
    CONSTRAINT credentials_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.people(id),
    CONSTRAINT credentials_kind_check CHECK ((kind = ANY (ARRAY['client'::text, 'session'::text])))
);
CREATE INDEX credentials_client ON skep.credentials USING btree (client_id);
CREATE INDEX credentials_person ON skep.credentials USING btree (person_id);
CREATE TRIGGER e_wipe AFTER UPDATE OF revoked_at ON skep.credentials FOR EACH ROW WHEN (((new.kind = 'client'::text) AND (new.revoked_at IS NOT NULL))) EXECUTE FUNCTION skep.wipe_key();

CREATE TABLE skep.feed (
    epoch uuid NOT NULL
);

CREATE TABLE skep.gateway (
    told_at timestamp with time zone,
    state text
);

CREATE TABLE skep.idempotency_keys (
    principal_id uuid NOT NULL,
    key text NOT NULL,
    request_hash bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    change_set uuid NOT NULL,
    status integer,
    answer jsonb,
    CONSTRAINT idempotency_keys_pkey PRIMARY KEY (principal_id, key),
    CONSTRAINT idempotency_keys_key_check CHECK (((length(key) >= 1) AND (length(key) <= 255)))
);
CREATE INDEX idempotency_keys_created_at ON skep.idempotency_keys USING btree (created_at);

CREATE TABLE skep.jobs (
    id uuid DEFAULT skep.uuid7() NOT NULL,
    kind text NOT NULL,
    args jsonb NOT NULL,
    principal_kind text NOT NULL,
    principal_id uuid NOT NULL,
    person_id uuid NOT NULL,
    door text NOT NULL,
    idempotent boolean NOT NULL,
    state text DEFAULT 'queued'::text NOT NULL,
    progress bigint DEFAULT 0 NOT NULL,
    total bigint,
    change_set uuid,
    result jsonb,
    error jsonb,
    attempts integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    started_at timestamp with time zone,
    heartbeat_at timestamp with time zone,
    finished_at timestamp with time zone,
    CONSTRAINT jobs_pkey PRIMARY KEY (id),
    CONSTRAINT jobs_kind_check CHECK (((length(kind) >= 1) AND (length(kind) <= 40))),
    CONSTRAINT jobs_principal_kind_check CHECK ((principal_kind = ANY (ARRAY['client'::text, 'person'::text]))),
    CONSTRAINT jobs_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'running'::text, 'done'::text, 'failed'::text, 'cancelled'::text])))
);
CREATE INDEX jobs_finished_at ON skep.jobs USING btree (finished_at) WHERE (finished_at IS NOT NULL);
CREATE INDEX jobs_open ON skep.jobs USING btree (created_at) WHERE (state = ANY (ARRAY['queued'::text, 'running'::text]));

CREATE TABLE skep.links (
    child name NOT NULL,
    child_column name NOT NULL,
    parent name NOT NULL,
    on_delete text NOT NULL,
    CONSTRAINT links_pkey PRIMARY KEY (child, child_column),
    CONSTRAINT links_on_delete_check CHECK ((on_delete = ANY (ARRAY['refuse'::text, 'cascade'::text])))
);

CREATE TABLE skep.passwords (
    person_id uuid NOT NULL,
    salt bytea NOT NULL,
    verifier bytea NOT NULL,
    changed_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT passwords_pkey PRIMARY KEY (person_id),
    CONSTRAINT passwords_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.people(id)
);

CREATE TABLE skep.seal_key (
    key bytea NOT NULL
);

CREATE TABLE skep.sign_in_failures (
    email text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE INDEX sign_in_failures_email ON skep.sign_in_failures USING btree (email, at);

CREATE TABLE skep.tables (
    name name NOT NULL,
    rights text NOT NULL,
    parent_column name,
    parent name,
    CONSTRAINT tables_pkey PRIMARY KEY (name),
    CONSTRAINT tables_rights_check CHECK ((rights = ANY (ARRAY['owned'::text, 'child_of'::text, 'reference'::text])))
);

CREATE VIEW public.clients_all AS
 SELECT id,
    name,
    person_id,
    role,
    iam_arn,
    created_at,
    updated_at,
    version,
    deleted_at,
    custom,
    search_text
   FROM public.clients
  WHERE deleted_at IS NULL AND ( SELECT skep.is_somebody() AS is_somebody);
GRANT SELECT ON public.clients_all TO skep_app;
GRANT SELECT ON public.clients_all TO skep_job;

CREATE VIEW public.clients_visible AS
 SELECT id,
    name,
    person_id,
    role,
    iam_arn,
    created_at,
    updated_at,
    version,
    deleted_at,
    custom,
    search_text
   FROM public.clients_all;
GRANT SELECT ON public.clients_visible TO skep_app;
GRANT SELECT ON public.clients_visible TO skep_job;

CREATE VIEW public.contacts_all AS
 SELECT id,
    customer_id,
    name,
    email,
    phone,
    title,
    notes,
    owner_id,
    team_id,
    shared,
    created_at,
    updated_at,
    version,
    deleted_at,
    custom,
    search_text
   FROM public.contacts
  WHERE deleted_at IS NULL AND ( SELECT skep.is_any(VARIADIC ARRAY['admin'::text, 'viewer'::text]) AS is_any);
GRANT SELECT ON public.contacts_all TO skep_app;
GRANT SELECT ON public.contacts_all TO skep_job;

CREATE VIEW public.contacts_own AS
 SELECT id,
    customer_id,
    name,
    email,
    phone,
    title,
    notes,
    owner_id,
    team_id,
    shared,
    created_at,
    updated_at,
    version,
    deleted_at,
    custom,
    search_text
   FROM public.contacts
  WHERE deleted_at IS NULL AND owner_id = (( SELECT skep.person_as(VARIADIC ARRAY['manager'::text, 'sales'::text]) AS person_as));
GRANT SELECT ON public.contacts_own TO skep_app;
GRANT SELECT ON public.contacts_own TO skep_job;

CREATE VIEW public.contacts_team AS
 SELECT id,
    customer_id,
    name,
    email,
    phone,
    title,
    notes,
    owner_id,
    team_id,
    shared,
    created_at,
    updated_at,
    version,
    deleted_at,
    custom,
    search_text
   FROM public.contacts
  WHERE deleted_at IS NULL AND team_id = (( SELECT skep.team_as(VARIADIC ARRAY['manager'::text]) AS team_as)) AND owner_id <> (( SELECT skep.my_person() AS my_person));
GRANT SELECT ON public.contacts_team TO skep_app;
GRANT SELECT ON public.contacts_team TO skep_job;

CREATE VIEW public.contacts_team_shared AS
 SELECT id,
    customer_id,
    name,
    email,
    phone,
    title,
    notes,
    owner_id,
    team_id,
    shared,
    created_at,
    updated_at,
    version,
    deleted_at,
    custom,
    search_text
   FROM public.contacts
  WHERE deleted_at IS NULL AND shared AND team_id = (( SELECT skep.team_as(VARIADIC ARRAY['sales'::text]) AS team_as)) AND owner_id <> (( SELECT skep.my_person() AS my_person));
GRANT SELECT ON public.contacts_team_shared TO skep_app;
GRANT SELECT ON public.contacts_team_shared TO skep_job;

CREATE VIEW public.contacts_unowned AS
 SELECT id,
    customer_id,
    name,
    email,
    phone,
    title,
    notes,
    owner_id,
    team_id,
    shared,
    created_at,
    updated_at,
    version,
    deleted_at,
    custom,
    search_text
   FROM public.contacts
  WHERE deleted_at IS NULL AND owner_id IS NULL AND ( SELECT skep.is_any(VARIADIC ARRAY['manager'::text, 'sales'::text]) AS is_any);
GRANT SELECT ON public.contacts_unowned TO skep_app;
GRANT SELECT ON public.contacts_unowned TO skep_job;

CREATE VIEW public.contacts_visible AS
 SELECT contacts_all.id,
    contacts_all.customer_id,
    contacts_all.name,
    contacts_all.email,
    contacts_all.phone,
    contacts_all.title,
    contacts_all.notes,
    contacts_all.owner_id,
    contacts_all.team_id,
    contacts_all.shared,
    contacts_all.created_at,
    contacts_all.updated_at,
    contacts_all.version,
    contacts_all.deleted_at,
    contacts_all.custom,
    contacts_all.search_text
   FROM public.contacts_all
UNION ALL
 SELECT contacts_own.id,
    contacts_own.customer_id,
    contacts_own.name,
    contacts_own.email,
    contacts_own.phone,
    contacts_own.title,
    contacts_own.notes,
    contacts_own.owner_id,
    contacts_own.team_id,
    contacts_own.shared,
    contacts_own.created_at,
    contacts_own.updated_at,
    contacts_own.version,
    contacts_own.deleted_at,
    contacts_own.custom,
    contacts_own.search_text
   FROM public.contacts_own
UNION ALL
 SELECT contacts_team.id,
    contacts_team.customer_id,
    contacts_team.name,
    contacts_team.email,
    contacts_team.phone,
    contacts_team.title,
    contacts_team.notes,
    contacts_team.owner_id,
    contacts_team.team_id,
    contacts_team.shared,
    contacts_team.created_at,
    contacts_team.updated_at,
    contacts_team.version,
    contacts_team.deleted_at,
    contacts_team.custom,
    contacts_team.search_text
   FROM public.contacts_team
UNION ALL
 SELECT contacts_team_shared.id,
    contacts_team_shared.customer_id,
    contacts_team_shared.name,
    contacts_team_shared.email,
    contacts_team_shared.phone,
    contacts_team_shared.title,
    contacts_team_shared.notes,
    contacts_team_shared.owner_id,
    contacts_team_shared.team_id,
    contacts_team_shared.shared,
    contacts_team_shared.created_at,
    contacts_team_shared.updated_at,
    contacts_team_shared.version,
    contacts_team_shared.deleted_at,
    contacts_team_shared.custom,
    contacts_team_shared.search_text
   FROM public.contacts_team_shared
UNION ALL
 SELECT contacts_unowned.id,
    contacts_unowned.customer_id,
    contacts_unowned.name,
    contacts_unowned.email,
    contacts_unowned.phone,
    contacts_unowned.title,
    contacts_unowned.notes,
    contacts_unowned.owner_id,
    contacts_unowned.team_id,
    contacts_unowned.shared,
    contacts_unowned.created_at,
    contacts_unowned.updated_at,
    contacts_unowned.version,
    contacts_unowned.deleted_at,
    contacts_unowned.custom,
    contacts_unowned.search_text
   FROM public.contacts_unowned;
GRANT SELECT ON public.contacts_visible TO skep_app;
GRANT SELECT ON public.contacts_visible TO skep_job;

CREATE VIEW public.countries_all AS
 SELECT id,
    name,
    created_at,
    updated_at,
    version,
    deleted_at,
    custom,
    search_text
   FROM public.countries
  WHERE deleted_at IS NULL AND ( SELECT skep.is_somebody() AS is_somebody);
GRANT SELECT ON public.countries_all TO skep_app;
GRANT SELECT ON public.countries_all TO skep_job;

CREATE VIEW public.countries_visible AS
 SELECT id,
    name,
    created_at,
    updated_at,
    version,
    deleted_at,
    custom,
    search_text
   FROM public.countries_all;
GRANT SELECT ON public.countries_visible TO skep_app;
GRANT SELECT ON public.countries_visible TO skep_job;

CREATE VIEW public.customers_all AS
 SELECT id,
    company,
    sector,
    email,
    phone,
    website,
    size,
    founded,
    revenue,
    currency,
    country,
    parent_id,
    notes,
    owner_id,
    team_id,
    shared,
    created_at,
    updated_at,
    version,
    deleted_at,
    custom,
    search_text
   FROM public.customers
  WHERE deleted_at IS NULL AND ( SELECT skep.is_any(VARIADIC ARRAY['admin'::text, 'viewer'::text]) AS is_any);
GRANT SELECT ON public.customers_all TO skep_app;
GRANT SELECT ON public.customers_all TO skep_job;

CREATE VIEW public.customers_own AS
 SELECT id,
    company,
    sector,
    email,
    phone,
    website,
    size,
    founded,
    revenue,
    currency,
    country,
    parent_id,
    notes,
    owner_id,
    team_id,
    shared,
    created_at,
    updated_at,
    version,
    deleted_at,
    custom,
    search_text
   FROM public.customers
  WHERE deleted_at IS NULL AND owner_id = (( SELECT skep.person_as(VARIADIC ARRAY['manager'::text, 'sales'::text]) AS person_as));
GRANT SELECT ON public.customers_own TO skep_app;
GRANT SELECT ON public.customers_own TO skep_job;

CREATE VIEW public.customers_team AS
 SELECT id,
    company,
    sector,
    email,
    phone,
    website,
    size,
    founded,
    revenue,
    currency,
    country,
    parent_id,
    notes,
    owner_id,
    team_id,
    shared,
    created_at,
    updated_at,
    version,
    deleted_at,
    custom,
    search_text
   FROM public.customers
  WHERE deleted_at IS NULL AND team_id = (( SELECT skep.team_as(VARIADIC ARRAY['manager'::text]) AS team_as)) AND owner_id <> (( SELECT skep.my_person() AS my_person));
GRANT SELECT ON public.customers_team TO skep_app;
GRANT SELECT ON public.customers_team TO skep_job;

CREATE VIEW public.customers_team_shared AS
 SELECT id,
    company,
    sector,
    email,
    phone,
    website,
    size,
    founded,
    revenue,
    currency,
    country,
    parent_id,
    notes,
    owner_id,
    team_id,
    shared,
    created_at,
    updated_at,
    version,
    deleted_at,
    custom,
    search_text
   FROM public.customers
  WHERE deleted_at IS NULL AND shared AND team_id = (( SELECT skep.team_as(VARIADIC ARRAY['sales'::text]) AS team_as)) AND owner_id <> (( SELECT skep.my_person() AS my_person));
GRANT SELECT ON public.customers_team_shared TO skep_app;
GRANT SELECT ON public.customers_team_shared TO skep_job;

CREATE VIEW public.customers_unowned AS
 SELECT id,
    company,
    sector,
    email,
    phone,
    website,
    size,
    founded,
    revenue,
    currency,
    country,
    parent_id,
    notes,
    owner_id,
    team_id,
    shared,
    created_at,
    updated_at,
    version,
    deleted_at,
    custom,
    search_text
   FROM public.customers
  WHERE deleted_at IS NULL AND owner_id IS NULL AND ( SELECT skep.is_any(VARIADIC ARRAY['manager'::text, 'sales'::text]) AS is_any);
GRANT SELECT ON public.customers_unowned TO skep_app;
GRANT SELECT ON public.customers_unowned TO skep_job;

CREATE VIEW public.customers_visible AS
 SELECT customers_all.id,
    customers_all.company,
    customers_all.sector,
    customers_all.email,
    customers_all.phone,
    customers_all.website,
    customers_all.size,
    customers_all.founded,
    customers_all.revenue,
    customers_all.currency,
    customers_all.country,
    customers_all.parent_id,
    customers_all.notes,
    customers_all.owner_id,
    customers_all.team_id,
    customers_all.shared,
    customers_all.created_at,
    customers_all.updated_at,
    customers_all.version,
    customers_all.deleted_at,
    customers_all.custom,
    customers_all.search_text
   FROM public.customers_all
UNION ALL
 SELECT customers_own.id,
    customers_own.company,
    customers_own.sector,
    customers_own.email,
    customers_own.phone,
    customers_own.website,
    customers_own.size,
    customers_own.founded,
    customers_own.revenue,
    customers_own.currency,
    customers_own.country,
    customers_own.parent_id,
    customers_own.notes,
    customers_own.owner_id,
    customers_own.team_id,
    customers_own.shared,
    customers_own.created_at,
    customers_own.updated_at,
    customers_own.version,
    customers_own.deleted_at,
    customers_own.custom,
    customers_own.search_text
   FROM public.customers_own
UNION ALL
 SELECT customers_team.id,
    customers_team.company,
    customers_team.sector,
    customers_team.email,
    customers_team.phone,
    customers_team.website,
    customers_team.size,
    customers_team.founded,
    customers_team.revenue,
    customers_team.currency,
    customers_team.country,
    customers_team.parent_id,
    customers_team.notes,
    customers_team.owner_id,
    customers_team.team_id,
    customers_team.shared,
    customers_team.created_at,
    customers_team.updated_at,
    customers_team.version,
    customers_team.deleted_at,
    customers_team.custom,
    customers_team.search_text
   FROM public.customers_team
UNION ALL
 SELECT customers_team_shared.id,
    customers_team_shared.company,
    customers_team_shared.sector,
    customers_team_shared.email,
    customers_team_shared.phone,
    customers_team_shared.website,
    customers_team_shared.size,
    customers_team_shared.founded,
    customers_team_shared.revenue,
    customers_team_shared.currency,
    customers_team_shared.country,
    customers_team_shared.parent_id,
    customers_team_shared.notes,
    customers_team_shared.owner_id,
    customers_team_shared.team_id,
    customers_team_shared.shared,
    customers_team_shared.created_at,
    customers_team_shared.updated_at,
    customers_team_shared.version,
    customers_team_shared.deleted_at,
    customers_team_shared.custom,
    customers_team_shared.search_text
   FROM public.customers_team_shared
UNION ALL
 SELECT customers_unowned.id,
    customers_unowned.company,
    customers_unowned.sector,
    customers_unowned.email,
    customers_unowned.phone,
    customers_unowned.website,
    customers_unowned.size,
    customers_unowned.founded,
    customers_unowned.revenue,
    customers_unowned.currency,
    customers_unowned.country,
    customers_unowned.parent_id,
    customers_unowned.notes,
    customers_unowned.owner_id,
    customers_unowned.team_id,
    customers_unowned.shared,
    customers_unowned.created_at,
    customers_unowned.updated_at,
    customers_unowned.version,
    customers_unowned.deleted_at,
    customers_unowned.custom,
    customers_unowned.search_text
   FROM public.customers_unowned;
GRANT SELECT ON public.customers_visible TO skep_app;
GRANT SELECT ON public.customers_visible TO skep_job;

CREATE VIEW public.opportunities_all AS
 SELECT id,
    external_id,
    name,
    customer_id,
    product_id,
    stage,
    amount,
    currency,
    engaged_on,
    expected_on,
    closed_on,
    notes,
    owner_id,
    team_id,
    shared,
    created_at,
    updated_at,
    version,
    deleted_at,
    custom,
    search_text
   FROM public.opportunities
  WHERE deleted_at IS NULL AND ( SELECT skep.is_any(VARIADIC ARRAY['admin'::text, 'viewer'::text]) AS is_any);
GRANT SELECT ON public.opportunities_all TO skep_app;
GRANT SELECT ON public.opportunities_all TO skep_job;

CREATE VIEW public.opportunities_own AS
 SELECT id,
    external_id,
    name,
    customer_id,
    product_id,
    stage,
    amount,
    currency,
    engaged_on,
    expected_on,
    closed_on,
    notes,
    owner_id,
    team_id,
    shared,
    created_at,
    updated_at,
    version,
    deleted_at,
    custom,
    search_text
   FROM public.opportunities
  WHERE deleted_at IS NULL AND owner_id = (( SELECT skep.person_as(VARIADIC ARRAY['manager'::text, 'sales'::text]) AS person_as));
GRANT SELECT ON public.opportunities_own TO skep_app;
GRANT SELECT ON public.opportunities_own TO skep_job;

CREATE VIEW public.opportunities_team AS
 SELECT id,
    external_id,
    name,
    customer_id,
    product_id,
    stage,
    amount,
    currency,
    engaged_on,
    expected_on,
    closed_on,
    notes,
    owner_id,
    team_id,
    shared,
    created_at,
    updated_at,
    version,
    deleted_at,
    custom,
    search_text
   FROM public.opportunities
  WHERE deleted_at IS NULL AND team_id = (( SELECT skep.team_as(VARIADIC ARRAY['manager'::text]) AS team_as)) AND owner_id <> (( SELECT skep.my_person() AS my_person));
GRANT SELECT ON public.opportunities_team TO skep_app;
GRANT SELECT ON public.opportunities_team TO skep_job;

CREATE VIEW public.opportunities_team_shared AS
 SELECT id,
    external_id,
    name,
    customer_id,
    product_id,
    stage,
    amount,
    currency,
    engaged_on,
    expected_on,
    closed_on,
    notes,
    owner_id,
    team_id,
    shared,
    created_at,
    updated_at,
    version,
    deleted_at,
    custom,
    search_text
   FROM public.opportunities
  WHERE deleted_at IS NULL AND shared AND team_id = (( SELECT skep.team_as(VARIADIC ARRAY['sales'::text]) AS team_as)) AND owner_id <> (( SELECT skep.my_person() AS my_person));
GRANT SELECT ON public.opportunities_team_shared TO skep_app;
GRANT SELECT ON public.opportunities_team_shared TO skep_job;

CREATE VIEW public.opportunities_unowned AS
 SELECT id,
    external_id,
    name,
    customer_id,
    product_id,
    stage,
    amount,
    currency,
    engaged_on,
    expected_on,
    closed_on,
    notes,
    owner_id,
    team_id,
    shared,
    created_at,
    updated_at,
    version,
    deleted_at,
    custom,
    search_text
   FROM public.opportunities
  WHERE deleted_at IS NULL AND owner_id IS NULL AND ( SELECT skep.is_any(VARIADIC ARRAY['manager'::text, 'sales'::text]) AS is_any);
GRANT SELECT ON public.opportunities_unowned TO skep_app;
GRANT SELECT ON public.opportunities_unowned TO skep_job;

CREATE VIEW public.opportunities_visible AS
 SELECT opportunities_all.id,
    opportunities_all.external_id,
    opportunities_all.name,
    opportunities_all.customer_id,
    opportunities_all.product_id,
    opportunities_all.stage,
    opportunities_all.amount,
    opportunities_all.currency,
    opportunities_all.engaged_on,
    opportunities_all.expected_on,
    opportunities_all.closed_on,
    opportunities_all.notes,
    opportunities_all.owner_id,
    opportunities_all.team_id,
    opportunities_all.shared,
    opportunities_all.created_at,
    opportunities_all.updated_at,
    opportunities_all.version,
    opportunities_all.deleted_at,
    opportunities_all.custom,
    opportunities_all.search_text
   FROM public.opportunities_all
UNION ALL
 SELECT opportunities_own.id,
    opportunities_own.external_id,
    opportunities_own.name,
    opportunities_own.customer_id,
    opportunities_own.product_id,
    opportunities_own.stage,
    opportunities_own.amount,
    opportunities_own.currency,
    opportunities_own.engaged_on,
    opportunities_own.expected_on,
    opportunities_own.closed_on,
    opportunities_own.notes,
    opportunities_own.owner_id,
    opportunities_own.team_id,
    opportunities_own.shared,
    opportunities_own.created_at,
    opportunities_own.updated_at,
    opportunities_own.version,
    opportunities_own.deleted_at,
    opportunities_own.custom,
    opportunities_own.search_text
   FROM public.opportunities_own
UNION ALL
 SELECT opportunities_team.id,
    opportunities_team.external_id,
    opportunities_team.name,
    opportunities_team.customer_id,
    opportunities_team.product_id,
    opportunities_team.stage,
    opportunities_team.amount,
    opportunities_team.currency,
    opportunities_team.engaged_on,
    opportunities_team.expected_on,
    opportunities_team.closed_on,
    opportunities_team.notes,
    opportunities_team.owner_id,
    opportunities_team.team_id,
    opportunities_team.shared,
    opportunities_team.created_at,
    opportunities_team.updated_at,
    opportunities_team.version,
    opportunities_team.deleted_at,
    opportunities_team.custom,
    opportunities_team.search_text
   FROM public.opportunities_team
UNION ALL
 SELECT opportunities_team_shared.id,
    opportunities_team_shared.external_id,
    opportunities_team_shared.name,
    opportunities_team_shared.customer_id,
    opportunities_team_shared.product_id,
    opportunities_team_shared.stage,
    opportunities_team_shared.amount,
    opportunities_team_shared.currency,
    opportunities_team_shared.engaged_on,
    opportunities_team_shared.expected_on,
    opportunities_team_shared.closed_on,
    opportunities_team_shared.notes,
    opportunities_team_shared.owner_id,
    opportunities_team_shared.team_id,
    opportunities_team_shared.shared,
    opportunities_team_shared.created_at,
    opportunities_team_shared.updated_at,
    opportunities_team_shared.version,
    opportunities_team_shared.deleted_at,
    opportunities_team_shared.custom,
    opportunities_team_shared.search_text
   FROM public.opportunities_team_shared
UNION ALL
 SELECT opportunities_unowned.id,
    opportunities_unowned.external_id,
    opportunities_unowned.name,
    opportunities_unowned.customer_id,
    opportunities_unowned.product_id,
    opportunities_unowned.stage,
    opportunities_unowned.amount,
    opportunities_unowned.currency,
    opportunities_unowned.engaged_on,
    opportunities_unowned.expected_on,
    opportunities_unowned.closed_on,
    opportunities_unowned.notes,
    opportunities_unowned.owner_id,
    opportunities_unowned.team_id,
    opportunities_unowned.shared,
    opportunities_unowned.created_at,
    opportunities_unowned.updated_at,
    opportunities_unowned.version,
    opportunities_unowned.deleted_at,
    opportunities_unowned.custom,
    opportunities_unowned.search_text
   FROM public.opportunities_unowned;
GRANT SELECT ON public.opportunities_visible TO skep_app;
GRANT SELECT ON public.opportunities_visible TO skep_job;

CREATE VIEW public.people_all AS
 SELECT id,
    name,
    email,
    role,
    team_id,
    office,
    created_at,
    updated_at,
    version,
    deleted_at,
    custom,
    search_text
   FROM public.people
  WHERE deleted_at IS NULL AND ( SELECT skep.is_somebody() AS is_somebody);
GRANT SELECT ON public.people_all TO skep_app;
GRANT SELECT ON public.people_all TO skep_job;

CREATE VIEW public.people_visible AS
 SELECT id,
    name,
    email,
    role,
    team_id,
    office,
    created_at,
    updated_at,
    version,
    deleted_at,
    custom,
    search_text
   FROM public.people_all;
GRANT SELECT ON public.people_visible TO skep_app;
GRANT SELECT ON public.people_visible TO skep_job;

CREATE VIEW public.products_all AS
 SELECT id,
    name,
    series,
    price,
    currency,
    created_at,
    updated_at,
    version,
    deleted_at,
    custom,
    search_text
   FROM public.products
  WHERE deleted_at IS NULL AND ( SELECT skep.is_somebody() AS is_somebody);
GRANT SELECT ON public.products_all TO skep_app;
GRANT SELECT ON public.products_all TO skep_job;

CREATE VIEW public.products_visible AS
 SELECT id,
    name,
    series,
    price,
    currency,
    created_at,
    updated_at,
    version,
    deleted_at,
    custom,
    search_text
   FROM public.products_all;
GRANT SELECT ON public.products_visible TO skep_app;
GRANT SELECT ON public.products_visible TO skep_job;

CREATE VIEW public.sectors_all AS
 SELECT id,
    name,
    created_at,
    updated_at,
    version,
    deleted_at,
    custom,
    search_text
   FROM public.sectors
  WHERE deleted_at IS NULL AND ( SELECT skep.is_somebody() AS is_somebody);
GRANT SELECT ON public.sectors_all TO skep_app;
GRANT SELECT ON public.sectors_all TO skep_job;

CREATE VIEW public.sectors_visible AS
 SELECT id,
    name,
    created_at,
    updated_at,
    version,
    deleted_at,
    custom,
    search_text
   FROM public.sectors_all;
GRANT SELECT ON public.sectors_visible TO skep_app;
GRANT SELECT ON public.sectors_visible TO skep_job;

CREATE VIEW public.teams_all AS
 SELECT id,
    name,
    office,
    created_at,
    updated_at,
    version,
    deleted_at,
    custom,
    search_text
   FROM public.teams
  WHERE deleted_at IS NULL AND ( SELECT skep.is_somebody() AS is_somebody);
GRANT SELECT ON public.teams_all TO skep_app;
GRANT SELECT ON public.teams_all TO skep_job;

CREATE VIEW public.teams_visible AS
 SELECT id,
    name,
    office,
    created_at,
    updated_at,
    version,
    deleted_at,
    custom,
    search_text
   FROM public.teams_all;
GRANT SELECT ON public.teams_visible TO skep_app;
GRANT SELECT ON public.teams_visible TO skep_job;

CREATE OR REPLACE FUNCTION skep.act_as(kind text, credential bytea, expected_role text, door text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
AS $function$
DECLARE
  c skep.caller := skep.find_principal(kind, credential);
BEGIN
  IF c.principal_id IS NULL THEN
    RAISE EXCEPTION 'no such principal' USING ERRCODE = '28000';
  END IF;
  IF c.role <> expected_role THEN
    RAISE EXCEPTION 'the role is now %', c.role USING ERRCODE = '28001';
  END IF;
  c.door := door;
  c.change_set := skep.uuid7();
  PERFORM skep.set_caller(c);
END $function$;
GRANT EXECUTE ON FUNCTION skep.act_as(text,bytea,text,text) TO skep_app;
GRANT EXECUTE ON FUNCTION skep.act_as(text,bytea,text,text) TO skep_job;

CREATE OR REPLACE FUNCTION skep.act_for_job(job uuid)
 RETURNS TABLE(principal_id uuid, role text, person_id uuid)
 LANGUAGE plpgsql
 SECURITY DEFINER
AS $function$
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
END $function$;
GRANT EXECUTE ON FUNCTION skep.act_for_job(uuid) TO skep_job;

CREATE OR REPLACE FUNCTION skep.add_policies(t name, rights text)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
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
END $function$;

CREATE OR REPLACE FUNCTION skep.branches(rights text)
 RETURNS TABLE(name text, condition text)
 LANGUAGE sql
 IMMUTABLE
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION skep.by_hand()
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE
AS $function$
BEGIN
  RETURN session_user NOT IN ('skep_app', 'skep_job') AND (skep.me()).principal_id IS NULL;
END $function$;

CREATE OR REPLACE FUNCTION skep.cancel_job(job uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
AS $function$
BEGIN
  IF NOT EXISTS (SELECT FROM skep.find_job(job)) THEN
    RETURN false;
  END IF;
  UPDATE skep.jobs j SET state = 'cancelled', finished_at = now() WHERE j.id = job AND j.state IN ('queued', 'running');
  RETURN EXISTS (SELECT FROM skep.jobs j WHERE j.id = job AND j.state = 'cancelled');
END $function$;
GRANT EXECUTE ON FUNCTION skep.cancel_job(uuid) TO skep_app;
GRANT EXECUTE ON FUNCTION skep.cancel_job(uuid) TO skep_job;

CREATE OR REPLACE FUNCTION skep.change_set_rows(id uuid, after_xid xid8, after_seq bigint, max_rows integer)
 RETURNS SETOF skep.change_log
 LANGUAGE sql
 STABLE SECURITY DEFINER
AS $function$
  WITH all_rows AS (SELECT l.* FROM skep.change_log l WHERE l.change_set = id),
       seen AS MATERIALIZED (
         SELECT g.table_name, v AS record_id
           FROM (SELECT a.table_name, array_agg(DISTINCT a.record_id) AS ids FROM all_rows a GROUP BY a.table_name) g,
                skep.seen_now(g.table_name, g.ids) v)
  SELECT l.* FROM all_rows l JOIN seen s ON s.table_name = l.table_name AND s.record_id = l.record_id
   WHERE after_xid IS NULL OR (l.xid, l.seq) > (after_xid, after_seq)
   ORDER BY l.xid, l.seq LIMIT max_rows
$function$;
GRANT EXECUTE ON FUNCTION skep.change_set_rows(uuid,xid8,bigint,integer) TO skep_app;
GRANT EXECUTE ON FUNCTION skep.change_set_rows(uuid,xid8,bigint,integer) TO skep_job;

CREATE OR REPLACE FUNCTION skep.changes_after(after_xid xid8, after_seq bigint, max_rows integer)
 RETURNS TABLE(xid xid8, seq bigint, at timestamp with time zone, change_set uuid, undoes uuid, door text, principal_id uuid, person_id uuid, table_name name, record_id uuid, operation "char", derived boolean, before jsonb, after jsonb)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
AS $function$
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
END $function$;
GRANT EXECUTE ON FUNCTION skep.changes_after(xid8,bigint,integer) TO skep_app;
GRANT EXECUTE ON FUNCTION skep.changes_after(xid8,bigint,integer) TO skep_job;

CREATE OR REPLACE FUNCTION skep.check_clients_person_id()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
AS $function$
DECLARE
  unchanged boolean := false;
BEGIN
  IF tg_op = 'UPDATE' THEN
    unchanged := new.person_id IS NOT DISTINCT FROM old.person_id;
    IF unchanged AND (old.deleted_at IS NULL OR new.deleted_at IS NOT NULL OR 'person_id' = 'owner_id') THEN
      RETURN new;
    END IF;
  END IF;
  PERFORM FROM public.people p WHERE p.id = new.person_id AND p.deleted_at IS NULL
     AND (unchanged OR pg_trigger_depth() > 1 OR skep.by_hand() OR true) FOR SHARE;
  IF NOT FOUND THEN
    PERFORM skep.no_such_parent('clients', 'person_id');
  END IF;
  RETURN new;
END $function$;

CREATE OR REPLACE FUNCTION skep.check_customers_country()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
AS $function$
BEGIN
  IF tg_op = 'UPDATE' AND new.country IS NOT DISTINCT FROM old.country THEN
    RETURN new;
  END IF;
  IF NOT EXISTS (SELECT FROM public.countries l WHERE l.name = new.country AND l.deleted_at IS NULL) THEN
    RAISE check_violation USING CONSTRAINT = 'customers_country_option', TABLE = 'customers', MESSAGE = 'not in the list ' || 'countries';
  END IF;
  RETURN new;
END $function$;

CREATE OR REPLACE FUNCTION skep.check_customers_owner_id()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
AS $function$
DECLARE
  unchanged boolean := false;
BEGIN
  IF tg_op = 'UPDATE' THEN
    unchanged := new.owner_id IS NOT DISTINCT FROM old.owner_id;
    IF unchanged AND (old.deleted_at IS NULL OR new.deleted_at IS NOT NULL OR 'owner_id' = 'owner_id') THEN
      RETURN new;
    END IF;
  END IF;
  PERFORM FROM public.people p WHERE p.id = new.owner_id AND p.deleted_at IS NULL
     AND (unchanged OR pg_trigger_depth() > 1 OR skep.by_hand() OR true) FOR SHARE;
  IF NOT FOUND THEN
    PERFORM skep.no_such_parent('customers', 'owner_id');
  END IF;
  RETURN new;
END $function$;

CREATE OR REPLACE FUNCTION skep.check_customers_parent_id()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
AS $function$
DECLARE
  unchanged boolean := false;
BEGIN
  IF tg_op = 'UPDATE' THEN
    unchanged := new.parent_id IS NOT DISTINCT FROM old.parent_id;
    IF unchanged AND (old.deleted_at IS NULL OR new.deleted_at IS NOT NULL OR 'parent_id' = 'owner_id') THEN
      RETURN new;
    END IF;
  END IF;
  PERFORM FROM public.customers p WHERE p.id = new.parent_id AND p.deleted_at IS NULL
     AND (unchanged OR pg_trigger_depth() > 1 OR skep.by_hand() OR skep.may_read(p.owner_id, p.team_id, p.shared)) FOR SHARE;
  IF NOT FOUND THEN
    PERFORM skep.no_such_parent('customers', 'parent_id');
  END IF;
  RETURN new;
END $function$;

CREATE OR REPLACE FUNCTION skep.check_customers_sector()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
AS $function$
BEGIN
  IF tg_op = 'UPDATE' AND new.sector IS NOT DISTINCT FROM old.sector THEN
    RETURN new;
  END IF;
  IF NOT EXISTS (SELECT FROM public.sectors l WHERE l.name = new.sector AND l.deleted_at IS NULL) THEN
    RAISE check_violation USING CONSTRAINT = 'customers_sector_option', TABLE = 'customers', MESSAGE = 'not in the list ' || 'sectors';
  END IF;
  RETURN new;
END $function$;

CREATE OR REPLACE FUNCTION skep.check_opportunities_customer_id()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
AS $function$
DECLARE
  unchanged boolean := false;
BEGIN
  IF tg_op = 'UPDATE' THEN
    unchanged := new.customer_id IS NOT DISTINCT FROM old.customer_id;
    IF unchanged AND (old.deleted_at IS NULL OR new.deleted_at IS NOT NULL OR 'customer_id' = 'owner_id') THEN
      RETURN new;
    END IF;
  END IF;
  PERFORM FROM public.customers p WHERE p.id = new.customer_id AND p.deleted_at IS NULL
     AND (unchanged OR pg_trigger_depth() > 1 OR skep.by_hand() OR skep.may_read(p.owner_id, p.team_id, p.shared)) FOR SHARE;
  IF NOT FOUND THEN
    PERFORM skep.no_such_parent('opportunities', 'customer_id');
  END IF;
  RETURN new;
END $function$;

CREATE OR REPLACE FUNCTION skep.check_opportunities_owner_id()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
AS $function$
DECLARE
  unchanged boolean := false;
BEGIN
  IF tg_op = 'UPDATE' THEN
    unchanged := new.owner_id IS NOT DISTINCT FROM old.owner_id;
    IF unchanged AND (old.deleted_at IS NULL OR new.deleted_at IS NOT NULL OR 'owner_id' = 'owner_id') THEN
      RETURN new;
    END IF;
  END IF;
  PERFORM FROM public.people p WHERE p.id = new.owner_id AND p.deleted_at IS NULL
     AND (unchanged OR pg_trigger_depth() > 1 OR skep.by_hand() OR true) FOR SHARE;
  IF NOT FOUND THEN
    PERFORM skep.no_such_parent('opportunities', 'owner_id');
  END IF;
  RETURN new;
END $function$;

CREATE OR REPLACE FUNCTION skep.check_opportunities_product_id()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
AS $function$
DECLARE
  unchanged boolean := false;
BEGIN
  IF tg_op = 'UPDATE' THEN
    unchanged := new.product_id IS NOT DISTINCT FROM old.product_id;
    IF unchanged AND (old.deleted_at IS NULL OR new.deleted_at IS NOT NULL OR 'product_id' = 'owner_id') THEN
      RETURN new;
    END IF;
  END IF;
  PERFORM FROM public.products p WHERE p.id = new.product_id AND p.deleted_at IS NULL
     AND (unchanged OR pg_trigger_depth() > 1 OR skep.by_hand() OR true) FOR SHARE;
  IF NOT FOUND THEN
    PERFORM skep.no_such_parent('opportunities', 'product_id');
  END IF;
  RETURN new;
END $function$;

CREATE OR REPLACE FUNCTION skep.check_people_team_id()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
AS $function$
DECLARE
  unchanged boolean := false;
BEGIN
  IF tg_op = 'UPDATE' THEN
    unchanged := new.team_id IS NOT DISTINCT FROM old.team_id;
    IF unchanged AND (old.deleted_at IS NULL OR new.deleted_at IS NOT NULL OR 'team_id' = 'owner_id') THEN
      RETURN new;
    END IF;
  END IF;
  PERFORM FROM public.teams p WHERE p.id = new.team_id AND p.deleted_at IS NULL
     AND (unchanged OR pg_trigger_depth() > 1 OR skep.by_hand() OR true) FOR SHARE;
  IF NOT FOUND THEN
    PERFORM skep.no_such_parent('people', 'team_id');
  END IF;
  RETURN new;
END $function$;

CREATE OR REPLACE FUNCTION skep.claim_job(kinds text[])
 RETURNS SETOF skep.jobs
 LANGUAGE sql
 SECURITY DEFINER
AS $function$
  SELECT * FROM skep.claim_job(kinds, NULL)
$function$;
GRANT EXECUTE ON FUNCTION skep.claim_job(text[]) TO skep_job;

CREATE OR REPLACE FUNCTION skep.claim_job(kinds text[], job uuid)
 RETURNS SETOF skep.jobs
 LANGUAGE plpgsql
 SECURITY DEFINER
AS $function$
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
END $function$;
GRANT EXECUTE ON FUNCTION skep.claim_job(text[],uuid) TO skep_job;

CREATE OR REPLACE FUNCTION skep.claim_key(key text, request_hash bytea)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET lock_timeout TO '3s'
AS $function$
DECLARE
  me skep.caller := skep.me();
  kept skep.idempotency_keys;
BEGIN
  IF me.principal_id IS NULL THEN
    RAISE EXCEPTION 'no principal' USING ERRCODE = '28000';
  END IF;
  INSERT INTO skep.idempotency_keys (principal_id, key, request_hash, change_set)
  VALUES (me.principal_id, claim_key.key, claim_key.request_hash, me.change_set) ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    SELECT k.* INTO kept FROM skep.idempotency_keys k
     WHERE k.principal_id = me.principal_id AND k.key = claim_key.key;
    IF kept.request_hash IS DISTINCT FROM claim_key.request_hash THEN
      RAISE EXCEPTION 'the key was used for another request' USING ERRCODE = 'SK002';
    END IF;
    RAISE EXCEPTION 'answered already' USING ERRCODE = 'SK001', DETAIL = jsonb_build_object(
      'status', kept.status, 'answer', kept.answer, 'change_set', kept.change_set)::text;
  END IF;
END $function$;
GRANT EXECUTE ON FUNCTION skep.claim_key(text,bytea) TO skep_app;
GRANT EXECUTE ON FUNCTION skep.claim_key(text,bytea) TO skep_job;

CREATE OR REPLACE FUNCTION skep.create_job(kind text, args jsonb, idempotent boolean)
 RETURNS uuid
 LANGUAGE plpgsql
 SECURITY DEFINER
AS $function$
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
END $function$;
GRANT EXECUTE ON FUNCTION skep.create_job(text,jsonb,boolean) TO skep_app;
GRANT EXECUTE ON FUNCTION skep.create_job(text,jsonb,boolean) TO skep_job;

CREATE OR REPLACE FUNCTION skep.deleted_clients_person_id()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
AS $function$
BEGIN
  IF EXISTS (SELECT FROM public.clients c WHERE c.person_id = new.id AND c.deleted_at IS NULL) THEN
    RAISE foreign_key_violation USING CONSTRAINT = 'clients_person_id_restrict', TABLE = 'clients', MESSAGE = 'records still refer to it';
  END IF;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION skep.deleted_contacts_customer_id()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
AS $function$
BEGIN
  UPDATE public.contacts c SET deleted_at = new.deleted_at WHERE c.customer_id = new.id AND c.deleted_at IS NULL;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION skep.deleted_customers_owner_id()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
AS $function$
BEGIN
  IF EXISTS (SELECT FROM public.customers c WHERE c.owner_id = new.id AND c.deleted_at IS NULL) THEN
    RAISE foreign_key_violation USING CONSTRAINT = 'customers_owner_id_restrict', TABLE = 'customers', MESSAGE = 'records still refer to it';
  END IF;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION skep.deleted_customers_parent_id()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
AS $function$
BEGIN
  IF EXISTS (SELECT FROM public.customers c WHERE c.parent_id = new.id AND c.deleted_at IS NULL) THEN
    RAISE foreign_key_violation USING CONSTRAINT = 'customers_parent_id_restrict', TABLE = 'customers', MESSAGE = 'records still refer to it';
  END IF;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION skep.deleted_opportunities_customer_id()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
AS $function$
BEGIN
  IF EXISTS (SELECT FROM public.opportunities c WHERE c.customer_id = new.id AND c.deleted_at IS NULL) THEN
    RAISE foreign_key_violation USING CONSTRAINT = 'opportunities_customer_id_restrict', TABLE = 'opportunities', MESSAGE = 'records still refer to it';
  END IF;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION skep.deleted_opportunities_owner_id()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
AS $function$
BEGIN
  IF EXISTS (SELECT FROM public.opportunities c WHERE c.owner_id = new.id AND c.deleted_at IS NULL) THEN
    RAISE foreign_key_violation USING CONSTRAINT = 'opportunities_owner_id_restrict', TABLE = 'opportunities', MESSAGE = 'records still refer to it';
  END IF;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION skep.deleted_opportunities_product_id()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
AS $function$
BEGIN
  IF EXISTS (SELECT FROM public.opportunities c WHERE c.product_id = new.id AND c.deleted_at IS NULL) THEN
    RAISE foreign_key_violation USING CONSTRAINT = 'opportunities_product_id_restrict', TABLE = 'opportunities', MESSAGE = 'records still refer to it';
  END IF;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION skep.deleted_people_team_id()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
AS $function$
BEGIN
  IF EXISTS (SELECT FROM public.people c WHERE c.team_id = new.id AND c.deleted_at IS NULL) THEN
    RAISE foreign_key_violation USING CONSTRAINT = 'people_team_id_restrict', TABLE = 'people', MESSAGE = 'records still refer to it';
  END IF;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION skep.feed_epoch()
 RETURNS uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER
AS $function$
  SELECT epoch FROM skep.feed
$function$;
GRANT EXECUTE ON FUNCTION skep.feed_epoch() TO skep_app;
GRANT EXECUTE ON FUNCTION skep.feed_epoch() TO skep_job;

CREATE OR REPLACE FUNCTION skep.find_job(job uuid)
 RETURNS SETOF skep.jobs
 LANGUAGE sql
 STABLE SECURITY DEFINER
AS $function$
  SELECT j.* FROM skep.jobs j
   WHERE j.id = job AND (skep.is_admin() OR j.principal_id = (skep.me()).principal_id)
$function$;
GRANT EXECUTE ON FUNCTION skep.find_job(uuid) TO skep_app;
GRANT EXECUTE ON FUNCTION skep.find_job(uuid) TO skep_job;

CREATE OR REPLACE FUNCTION skep.find_principal(kind text, credential bytea)
 RETURNS skep.caller
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
AS $function$
DECLARE
  c skep.caller;
BEGIN
  IF kind = 'client' THEN
    SELECT cl.id, cl.role, cl.person_id, p.team_id INTO c
      FROM skep.credentials k JOIN public.clients cl ON cl.id = k.client_id JOIN public.people p ON p.id = cl.person_id
     WHERE k.kind = 'client' AND k.hash = credential AND k.revoked_at IS NULL
       AND cl.deleted_at IS NULL AND p.deleted_at IS NULL;
  ELSIF kind = 'session' THEN
    SELECT p.id, p.role, p.id, p.team_id INTO c
      FROM skep.credentials k JOIN public.people p ON p.id = k.person_id
     WHERE k.kind = 'session' AND k.hash = credential AND k.revoked_at IS NULL AND k.expires_at > now()
       AND p.deleted_at IS NULL;
  ELSIF kind = 'iam' THEN
    SELECT cl.id, cl.role, cl.person_id, p.team_id INTO c
      FROM public.clients cl JOIN public.people p ON p.id = cl.person_id
     WHERE regexp_replace(cl.iam_arn, ':role/(.*/)?', ':role/') = convert_from(credential, 'UTF8')  -- STS leaves paths out
       AND cl.deleted_at IS NULL AND p.deleted_at IS NULL;
  END IF;
  RETURN c;
END $function$;

CREATE OR REPLACE FUNCTION skep.finish_job(job uuid, attempt integer, result jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
AS $function$
DECLARE
  made uuid := (SELECT l.change_set FROM skep.change_log l WHERE l.change_set = (skep.me()).change_set LIMIT 1);
BEGIN
  UPDATE skep.jobs j SET state = 'done', finished_at = clock_timestamp(), result = finish_job.result, change_set = made
   WHERE j.id = job AND j.attempts = attempt AND j.state = 'running';
  IF NOT found THEN
    RAISE EXCEPTION 'the job is not running' USING ERRCODE = 'SK003';
  END IF;
END $function$;
GRANT EXECUTE ON FUNCTION skep.finish_job(uuid,integer,jsonb) TO skep_job;

CREATE OR REPLACE FUNCTION skep.gateway_news(most integer)
 RETURNS TABLE(at timestamp with time zone, state text, settled text[], under_way text[], waiting jsonb)
 LANGUAGE sql
 STABLE SECURITY DEFINER
AS $function$
  WITH live AS (
    SELECT k.id, k.value, k.issued_at, cl.id AS client_id, cl.name,
           k.value IS NULL AND coalesce(k.handed_over_at, k.issued_at) < now() - interval '15 minutes' AS settled
      FROM skep.client_keys k
      JOIN skep.credentials c ON c.kind = k.kind AND c.hash = k.hash AND c.revoked_at IS NULL
      JOIN public.clients cl ON cl.id = c.client_id AND cl.deleted_at IS NULL
      JOIN public.people p ON p.id = cl.person_id AND p.deleted_at IS NULL
  ), waiting AS (
    SELECT w.* FROM live w WHERE w.value IS NOT NULL ORDER BY w.issued_at, w.id LIMIT most
  ), news AS (
    SELECT encode(sha256(convert_to(coalesce(string_agg(l.id, ' ' ORDER BY l.id), ''), 'UTF8')), 'hex') AS state,
           coalesce(array_agg(l.id ORDER BY l.id) FILTER (WHERE l.settled), '{}') AS settled,
           coalesce(array_agg(l.id ORDER BY l.id) FILTER (WHERE NOT l.settled), '{}') AS under_way
      FROM live l
  )
  SELECT now(), n.state, n.settled, n.under_way,
         (SELECT coalesce(jsonb_agg(jsonb_build_object('key_id', w.id, 'value', w.value, 'client_id', w.client_id,
                                                       'name', left(w.name, 100))), '[]') FROM waiting w)
    FROM news n, skep.gateway g
   WHERE g.state IS DISTINCT FROM n.state OR g.told_at < now() - interval '1 hour' OR EXISTS (SELECT FROM waiting)
$function$;
GRANT EXECUTE ON FUNCTION skep.gateway_news(integer) TO skep_job;

CREATE OR REPLACE FUNCTION skep.gateway_told(state text, handed_over text[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
AS $function$
BEGIN
  UPDATE skep.client_keys k SET value = NULL, handed_over_at = now() WHERE k.id = ANY (handed_over) AND k.value IS NOT NULL;
  UPDATE skep.gateway SET told_at = now(), state = gateway_told.state;
END $function$;
GRANT EXECUTE ON FUNCTION skep.gateway_told(text,text[]) TO skep_job;

CREATE OR REPLACE FUNCTION skep.give_up_job(job uuid, attempt integer, error jsonb, again boolean)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
AS $function$
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
END $function$;
GRANT EXECUTE ON FUNCTION skep.give_up_job(uuid,integer,jsonb,boolean) TO skep_job;

CREATE OR REPLACE FUNCTION skep.hand_over(t name, record uuid, to_owner uuid, if_version integer DEFAULT NULL::integer)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
AS $function$
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
END $function$;
GRANT EXECUTE ON FUNCTION skep.hand_over(name,uuid,uuid,integer) TO skep_app;
GRANT EXECUTE ON FUNCTION skep.hand_over(name,uuid,uuid,integer) TO skep_job;

CREATE OR REPLACE FUNCTION skep.hidden_in_change_set(id uuid)
 RETURNS bigint
 LANGUAGE sql
 STABLE SECURITY DEFINER
AS $function$
  SELECT coalesce(sum(cardinality(g.ids) - (SELECT count(*) FROM skep.seen_now(g.table_name, g.ids))), 0)::bigint
    FROM skep.records_of(id) g
$function$;
GRANT EXECUTE ON FUNCTION skep.hidden_in_change_set(uuid) TO skep_app;
GRANT EXECUTE ON FUNCTION skep.hidden_in_change_set(uuid) TO skep_job;

CREATE OR REPLACE FUNCTION skep.history(t name, record uuid, before_xid xid8, before_seq bigint, max_rows integer)
 RETURNS SETOF skep.change_log
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
AS $function$
BEGIN
  IF skep.sees_now(t, record) THEN
    RETURN QUERY SELECT l.* FROM skep.change_log l
      WHERE l.table_name = t AND l.record_id = record
        AND (before_xid IS NULL OR (l.xid, l.seq) < (before_xid, before_seq))
      ORDER BY l.xid DESC, l.seq DESC LIMIT max_rows;
  END IF;
END $function$;
GRANT EXECUTE ON FUNCTION skep.history(name,uuid,xid8,bigint,integer) TO skep_app;
GRANT EXECUTE ON FUNCTION skep.history(name,uuid,xid8,bigint,integer) TO skep_job;

CREATE OR REPLACE FUNCTION skep.identify(kind text, credential bytea)
 RETURNS TABLE(principal_id uuid, role text, person_id uuid)
 LANGUAGE sql
 STABLE SECURITY DEFINER
AS $function$
  SELECT c.principal_id, c.role, c.person_id FROM skep.find_principal(kind, credential) AS c
   WHERE c.principal_id IS NOT NULL
$function$;
GRANT EXECUTE ON FUNCTION skep.identify(text,bytea) TO skep_app;
GRANT EXECUTE ON FUNCTION skep.identify(text,bytea) TO skep_job;

CREATE OR REPLACE FUNCTION skep.is_admin()
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE
AS $function$
BEGIN
  RETURN coalesce((skep.me()).role = 'admin', false);
END $function$;
GRANT EXECUTE ON FUNCTION skep.is_admin() TO skep_app;
GRANT EXECUTE ON FUNCTION skep.is_admin() TO skep_job;

CREATE OR REPLACE FUNCTION skep.is_any(VARIADIC roles text[])
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE
AS $function$
BEGIN
  RETURN coalesce((skep.me()).role = ANY (roles), false);
END $function$;
GRANT EXECUTE ON FUNCTION skep.is_any(text[]) TO skep_app;
GRANT EXECUTE ON FUNCTION skep.is_any(text[]) TO skep_job;

CREATE OR REPLACE FUNCTION skep.is_somebody()
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE
AS $function$
BEGIN
  RETURN (skep.me()).role IS NOT NULL;
END $function$;
GRANT EXECUTE ON FUNCTION skep.is_somebody() TO skep_app;
GRANT EXECUTE ON FUNCTION skep.is_somebody() TO skep_job;

CREATE OR REPLACE FUNCTION skep.issue_key(client uuid)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
AS $function$
DECLARE
  id text := left(replace(gen_random_uuid()::text, '-', ''), 12);
  secret bytea := sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));
  key text := 'skp_' || id || '_' || translate(encode(secret, 'base64'), '+/=', '-_');
  hash bytea := sha256(convert_to(key, 'UTF8'));
BEGIN
  PERFORM skep.issue_key(client, hash);
  INSERT INTO skep.client_keys (id, hash, value) VALUES (id, hash, key);
  RETURN key;
END $function$;
GRANT EXECUTE ON FUNCTION skep.issue_key(uuid) TO skep_app;

CREATE OR REPLACE FUNCTION skep.issue_key(client uuid, hash bytea)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
AS $function$
DECLARE
  found_one record;
BEGIN
  PERFORM skep.revoke_keys(client);
  SELECT c.iam_arn INTO found_one FROM public.clients c WHERE c.id = client AND c.deleted_at IS NULL;
  IF NOT FOUND THEN
    RAISE no_data_found USING MESSAGE = 'no such client';
  END IF;
  IF found_one.iam_arn IS NOT NULL THEN
    RAISE check_violation USING CONSTRAINT = 'clients_iam_arn_check', TABLE = 'clients';
  END IF;
  INSERT INTO skep.credentials (kind, hash, client_id) VALUES ('client', issue_key.hash, client);
END $function$;
GRANT EXECUTE ON FUNCTION skep.issue_key(uuid,bytea) TO skep_app;

CREATE OR REPLACE FUNCTION skep.job_state(job uuid)
 RETURNS TABLE(state text, code text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
AS $function$
  SELECT j.state, j.error ->> 'code' FROM skep.jobs j WHERE j.id = job
$function$;
GRANT EXECUTE ON FUNCTION skep.job_state(uuid) TO skep_job;

CREATE OR REPLACE FUNCTION skep.keep_answer(key text, status integer, answer jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
AS $function$
DECLARE
  me skep.caller := skep.me();
BEGIN
  UPDATE skep.idempotency_keys k SET status = keep_answer.status, answer = keep_answer.answer
   WHERE k.principal_id = me.principal_id AND k.key = keep_answer.key AND k.change_set = me.change_set;
END $function$;
GRANT EXECUTE ON FUNCTION skep.keep_answer(text,integer,jsonb) TO skep_app;
GRANT EXECUTE ON FUNCTION skep.keep_answer(text,integer,jsonb) TO skep_job;

CREATE OR REPLACE FUNCTION skep.link(t name, field name, parent name, on_delete text)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO skep.links VALUES (t, field, parent, on_delete);
  IF NOT EXISTS (SELECT FROM skep.tables k WHERE k.name = t AND k.parent_column = field) THEN
    PERFORM skep.make_link_check(t, field, parent);
  END IF;
  PERFORM skep.make_parent_deleted(t, field, parent, on_delete);
  EXECUTE format('CREATE INDEX %I ON %I (%I)', t || '_' || field || '_link', t, field);
END $function$;

CREATE OR REPLACE FUNCTION skep.log_change()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET "TimeZone" TO 'UTC'
AS $function$
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
END $function$;

CREATE OR REPLACE FUNCTION skep.make_child_rights(t name, field name, parent name)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
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
END $function$;

CREATE OR REPLACE FUNCTION skep.make_link_check(t name, field name, parent name)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
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
END $function$;

CREATE OR REPLACE FUNCTION skep.make_parent_deleted(t name, field name, parent name, on_delete text)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
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
END $function$;

CREATE OR REPLACE FUNCTION skep.make_partitions()
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
AS $function$
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
END $function$;
GRANT EXECUTE ON FUNCTION skep.make_partitions() TO skep_job;

CREATE OR REPLACE FUNCTION skep.mark_undo(of uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
AS $function$
DECLARE
  me skep.caller := skep.me();
BEGIN
  IF me.principal_id IS NULL THEN
    RAISE EXCEPTION 'no principal' USING ERRCODE = '28000';
  END IF;
  me.undoes := of;
  PERFORM skep.set_caller(me);
END $function$;
GRANT EXECUTE ON FUNCTION skep.mark_undo(uuid) TO skep_app;
GRANT EXECUTE ON FUNCTION skep.mark_undo(uuid) TO skep_job;

CREATE OR REPLACE FUNCTION skep.may_leave(owner_id uuid, team_id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE
AS $function$
DECLARE
  me skep.caller := skep.me();
BEGIN
  RETURN coalesce(CASE me.role
    WHEN 'admin' THEN true
    WHEN 'manager' THEN owner_id IS NULL OR owner_id = me.person_id OR team_id = me.team_id
    WHEN 'sales' THEN owner_id = me.person_id
  END, false);
END $function$;
GRANT EXECUTE ON FUNCTION skep.may_leave(uuid,uuid) TO skep_app;
GRANT EXECUTE ON FUNCTION skep.may_leave(uuid,uuid) TO skep_job;

CREATE OR REPLACE FUNCTION skep.may_read(owner_id uuid, team_id uuid, shared boolean)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE
AS $function$
DECLARE
  me skep.caller := skep.me();
BEGIN
  RETURN coalesce(CASE me.role
    WHEN 'admin' THEN true
    WHEN 'viewer' THEN true
    WHEN 'manager' THEN owner_id IS NULL OR owner_id = me.person_id OR team_id = me.team_id
    WHEN 'sales' THEN owner_id IS NULL OR owner_id = me.person_id OR (shared AND team_id = me.team_id)
  END, false);
END $function$;
GRANT EXECUTE ON FUNCTION skep.may_read(uuid,uuid,boolean) TO skep_app;
GRANT EXECUTE ON FUNCTION skep.may_read(uuid,uuid,boolean) TO skep_job;

CREATE OR REPLACE FUNCTION skep.may_touch(owner_id uuid, team_id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE
AS $function$
DECLARE
  me skep.caller := skep.me();
BEGIN
  RETURN coalesce(CASE me.role
    WHEN 'admin' THEN true
    WHEN 'manager' THEN owner_id IS NULL OR owner_id = me.person_id OR team_id = me.team_id
    WHEN 'sales' THEN owner_id IS NULL OR owner_id = me.person_id
  END, false);
END $function$;
GRANT EXECUTE ON FUNCTION skep.may_touch(uuid,uuid) TO skep_app;
GRANT EXECUTE ON FUNCTION skep.may_touch(uuid,uuid) TO skep_job;

CREATE OR REPLACE FUNCTION skep.me()
 RETURNS skep.caller
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
AS $function$
DECLARE
  given text := nullif(current_setting('skep.caller', true), '');  -- '' after a transaction-local value ended
  caller text := left(given, strpos(given, '#') - 1);
  k bytea := (SELECT key FROM skep.seal_key);
BEGIN
  IF given IS NULL OR caller || '#' || skep.seal(k, caller) <> given THEN
    RETURN NULL;
  END IF;
  RETURN caller::skep.caller;
END $function$;
GRANT EXECUTE ON FUNCTION skep.me() TO skep_app;
GRANT EXECUTE ON FUNCTION skep.me() TO skep_job;

CREATE OR REPLACE FUNCTION skep.my_person()
 RETURNS uuid
 LANGUAGE plpgsql
 STABLE
AS $function$
BEGIN
  RETURN (skep.me()).person_id;
END $function$;
GRANT EXECUTE ON FUNCTION skep.my_person() TO skep_app;
GRANT EXECUTE ON FUNCTION skep.my_person() TO skep_job;

CREATE OR REPLACE FUNCTION skep.name_opportunity()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
AS $function$
BEGIN
  new.name := left(coalesce(nullif(concat_ws(' – ',
      (SELECT c.company FROM public.customers c WHERE c.id = new.customer_id
          AND (skep.by_hand() OR skep.may_read(c.owner_id, c.team_id, c.shared))),
      (SELECT p.name FROM public.products p WHERE p.id = new.product_id)), ''),
    new.external_id, 'Opportunity'), 400);
  RETURN new;
END $function$;

CREATE OR REPLACE FUNCTION skep.no_such_parent(child name, child_column text)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
DECLARE
  broken text := child || '_' || child_column || '_fkey';
BEGIN
  RAISE foreign_key_violation USING CONSTRAINT = broken, TABLE = child, MESSAGE = 'no such record for ' || child_column;
END $function$;

CREATE OR REPLACE FUNCTION skep.option(t name, field name, list name)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
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
END $function$;

CREATE OR REPLACE FUNCTION skep.own_rights()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
AS $function$
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
END $function$;

CREATE OR REPLACE FUNCTION skep.person_as(VARIADIC roles text[])
 RETURNS uuid
 LANGUAGE plpgsql
 STABLE
AS $function$
DECLARE
  me skep.caller := skep.me();
BEGIN
  RETURN CASE WHEN me.role = ANY (roles) THEN me.person_id END;
END $function$;
GRANT EXECUTE ON FUNCTION skep.person_as(text[]) TO skep_app;
GRANT EXECUTE ON FUNCTION skep.person_as(text[]) TO skep_job;

CREATE OR REPLACE FUNCTION skep.protect(t name, rights text)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
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
END $function$;

CREATE OR REPLACE FUNCTION skep.protect_views(t name)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
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
END $function$;

CREATE OR REPLACE FUNCTION skep.purge()
 RETURNS TABLE(kind text, removed bigint)
 LANGUAGE plpgsql
 SECURITY DEFINER
AS $function$
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
  kind := 'waiting_keys';
  UPDATE skep.client_keys k SET value = NULL WHERE k.issued_at < now() - interval '1 day' AND k.value IS NOT NULL;
  GET DIAGNOSTICS removed = ROW_COUNT;
  RETURN NEXT;
END $function$;
GRANT EXECUTE ON FUNCTION skep.purge() TO skep_job;

CREATE OR REPLACE FUNCTION skep.push_rights()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
AS $function$
BEGIN
  EXECUTE format('UPDATE public.%I SET owner_id = owner_id WHERE %I = $1', tg_argv[0], tg_argv[1]) USING new.id;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION skep.recent_change_sets(max_rows integer)
 RETURNS TABLE(change_set uuid, at timestamp with time zone, door text, person_id uuid, undoes uuid, undone_by uuid, tables name[], records bigint)
 LANGUAGE sql
 STABLE SECURITY DEFINER
AS $function$
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
$function$;
GRANT EXECUTE ON FUNCTION skep.recent_change_sets(integer) TO skep_app;
GRANT EXECUTE ON FUNCTION skep.recent_change_sets(integer) TO skep_job;

CREATE OR REPLACE FUNCTION skep.records_of(of uuid)
 RETURNS TABLE(table_name name, ids uuid[])
 LANGUAGE sql
 STABLE SECURITY DEFINER
AS $function$
  SELECT l.table_name, array_agg(DISTINCT l.record_id) FROM skep.change_log l
   WHERE l.change_set = of AND NOT l.derived GROUP BY l.table_name
$function$;

CREATE OR REPLACE FUNCTION skep.refuse_truncate()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  RAISE EXCEPTION 'TRUNCATE of % would leave no trace in the change log: delete its rows', tg_table_name
    USING ERRCODE = '0A000';
END $function$;

CREATE OR REPLACE FUNCTION skep.report_job(job uuid, attempt integer, progress bigint, total bigint)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
AS $function$
BEGIN
  UPDATE skep.jobs j SET heartbeat_at = now(), progress = report_job.progress, total = report_job.total
   WHERE j.id = job AND j.attempts = attempt AND j.state = 'running';
  RETURN found;
END $function$;
GRANT EXECUTE ON FUNCTION skep.report_job(uuid,integer,bigint,bigint) TO skep_job;

CREATE OR REPLACE FUNCTION skep.revoke_keys(client uuid)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
AS $function$
DECLARE
  revoked bigint;
BEGIN
  IF NOT (skep.by_hand() OR skep.is_admin()) THEN
    RAISE insufficient_privilege USING MESSAGE = 'only an admin manages keys';
  END IF;
  UPDATE skep.credentials k SET revoked_at = now() WHERE k.client_id = client AND k.revoked_at IS NULL;
  GET DIAGNOSTICS revoked = ROW_COUNT;
  RETURN revoked;
END $function$;
GRANT EXECUTE ON FUNCTION skep.revoke_keys(uuid) TO skep_app;

CREATE OR REPLACE FUNCTION skep.rights_contacts()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
AS $function$
BEGIN
  IF tg_op = 'INSERT' OR new.customer_id IS DISTINCT FROM old.customer_id OR new.deleted_at IS DISTINCT FROM old.deleted_at THEN
    PERFORM FROM public.customers p WHERE p.id = new.customer_id FOR SHARE;
  END IF;
  SELECT p.owner_id, p.team_id, p.shared INTO new.owner_id, new.team_id, new.shared
    FROM public.customers p
   WHERE p.id = new.customer_id AND (p.deleted_at IS NULL OR new.deleted_at IS NOT NULL)
     AND (pg_trigger_depth() > 1 OR skep.by_hand() OR skep.may_read(p.owner_id, p.team_id, p.shared));
  IF NOT FOUND THEN
    PERFORM skep.no_such_parent('contacts', 'customer_id');
  END IF;
  RETURN new;
END $function$;

CREATE OR REPLACE FUNCTION skep.role_instead_of_key()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
AS $function$
BEGIN
  UPDATE skep.credentials k SET revoked_at = now() WHERE k.client_id = new.id AND k.revoked_at IS NULL;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION skep.saw(image jsonb)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE
AS $function$
BEGIN
  RETURN image IS NOT NULL AND (NOT image ? 'shared' OR skep.may_read(
    (image ->> 'owner_id')::uuid, (image ->> 'team_id')::uuid, (image ->> 'shared')::boolean));
END $function$;

CREATE OR REPLACE FUNCTION skep.seal(k bytea, caller text)
 RETURNS text
 LANGUAGE sql
 STABLE
AS $function$
  SELECT encode(sha256(k || convert_to(
    caller || '|' || pg_backend_pid() || '|' || extract(epoch FROM transaction_timestamp()), 'UTF8') || k), 'base64')
$function$;

CREATE OR REPLACE FUNCTION skep.searchable(t name, VARIADIC fields text[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
BEGIN
  EXECUTE format('ALTER TABLE %I ADD COLUMN search_text text NOT NULL GENERATED ALWAYS AS (lower(%s)) STORED', t,
    (SELECT string_agg(format('coalesce(%I, %L)', f, ''), ' || chr(10) || ') FROM unnest(fields) f));
  EXECUTE format('CREATE INDEX %I ON %I USING gin (search_text gin_trgm_ops)', t || '_search', t);
END $function$;

CREATE OR REPLACE FUNCTION skep.seen_now(t name, records uuid[])
 RETURNS SETOF uuid
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
AS $function$
BEGIN
  IF skep.is_admin() THEN
    RETURN QUERY SELECT unnest(records);
    RETURN;
  END IF;
  RETURN QUERY EXECUTE (
    SELECT format('SELECT id FROM public.%I WHERE id = ANY ($1) AND (%s)', t, string_agg('(' || b.condition || ')', ' OR '))
      FROM skep.tables k, skep.branches(k.rights) b WHERE k.name = t) USING records;
END $function$;

CREATE OR REPLACE FUNCTION skep.sees_now(t name, record uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
AS $function$
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
END $function$;
GRANT EXECUTE ON FUNCTION skep.sees_now(name,uuid) TO skep_app;
GRANT EXECUTE ON FUNCTION skep.sees_now(name,uuid) TO skep_job;

CREATE OR REPLACE FUNCTION skep.set_caller(caller skep.caller)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
DECLARE
  t text := caller::text;
  k bytea := (SELECT key FROM skep.seal_key);
BEGIN
  PERFORM set_config('skep.caller', t || '#' || skep.seal(k, t), true);
END $function$;

CREATE OR REPLACE FUNCTION skep.set_password(person uuid, salt bytea, verifier bytea)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
AS $function$
BEGIN
  IF NOT (skep.by_hand() OR skep.is_admin() OR coalesce((skep.me()).person_id = person, false)) THEN
    RAISE insufficient_privilege USING MESSAGE = 'only an admin sets another person''s password';
  END IF;
  INSERT INTO skep.passwords AS p (person_id, salt, verifier)
  VALUES (person, set_password.salt, set_password.verifier)
  ON CONFLICT (person_id) DO UPDATE SET salt = excluded.salt, verifier = excluded.verifier, changed_at = now();
  UPDATE skep.credentials k SET revoked_at = now()
   WHERE k.person_id = person AND k.kind = 'session' AND k.revoked_at IS NULL;
END $function$;
GRANT EXECUTE ON FUNCTION skep.set_password(uuid,bytea,bytea) TO skep_app;

CREATE OR REPLACE FUNCTION skep.sign_in(email text, verifier bytea, session_hash bytea, lifetime interval)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
AS $function$
DECLARE
  person uuid;
BEGIN
  IF (SELECT count(*) FROM skep.sign_in_failures f
       WHERE f.email = lower(sign_in.email) AND f.at > now() - interval '15 minutes') >= 5 THEN
    RETURN 'wait';
  END IF;
  SELECT p.id INTO person FROM public.people p JOIN skep.passwords w ON w.person_id = p.id
   WHERE lower(p.email) = lower(sign_in.email) AND p.deleted_at IS NULL AND w.verifier = sign_in.verifier;
  IF person IS NULL THEN
    INSERT INTO skep.sign_in_failures (email) VALUES (lower(sign_in.email));
    RETURN 'wrong';
  END IF;
  DELETE FROM skep.sign_in_failures f WHERE f.email = lower(sign_in.email);
  INSERT INTO skep.credentials (kind, hash, person_id, expires_at)
  VALUES ('session', session_hash, person, now() + lifetime);
  RETURN 'ok';
END $function$;
GRANT EXECUTE ON FUNCTION skep.sign_in(text,bytea,bytea,interval) TO skep_app;

CREATE OR REPLACE FUNCTION skep.sign_in_salt(email text)
 RETURNS bytea
 LANGUAGE sql
 STABLE SECURITY DEFINER
AS $function$
  SELECT coalesce(
    (SELECT w.salt FROM public.people p JOIN skep.passwords w ON w.person_id = p.id
      WHERE lower(p.email) = lower(sign_in_salt.email) AND p.deleted_at IS NULL),
    substring(sha256((SELECT key FROM skep.seal_key) || convert_to(lower(sign_in_salt.email), 'UTF8')) FROM 1 FOR 16))
$function$;
GRANT EXECUTE ON FUNCTION skep.sign_in_salt(text) TO skep_app;

CREATE OR REPLACE FUNCTION skep.sign_out(session_hash bytea)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
AS $function$
  UPDATE skep.credentials SET revoked_at = now() WHERE kind = 'session' AND hash = session_hash AND revoked_at IS NULL
$function$;
GRANT EXECUTE ON FUNCTION skep.sign_out(bytea) TO skep_app;

CREATE OR REPLACE FUNCTION skep.sort_index(t name, field name)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
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
END $function$;

CREATE OR REPLACE FUNCTION skep.stamp()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
END $function$;

CREATE OR REPLACE FUNCTION skep.team_as(VARIADIC roles text[])
 RETURNS uuid
 LANGUAGE plpgsql
 STABLE
AS $function$
DECLARE
  me skep.caller := skep.me();
BEGIN
  RETURN CASE WHEN me.role = ANY (roles) THEN me.team_id END;
END $function$;
GRANT EXECUTE ON FUNCTION skep.team_as(text[]) TO skep_app;
GRANT EXECUTE ON FUNCTION skep.team_as(text[]) TO skep_job;

CREATE OR REPLACE FUNCTION skep.team_changed()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
AS $function$
DECLARE
  t name;
BEGIN
  FOR t IN SELECT k.name FROM skep.tables k WHERE k.rights = 'owned' LOOP
    EXECUTE format('UPDATE public.%I SET owner_id = owner_id WHERE owner_id = $1', t) USING new.id;
  END LOOP;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION skep.undo_one(s skep.undo_step)
 RETURNS jsonb
 LANGUAGE plpgsql
AS $function$
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
END $function$;
GRANT EXECUTE ON FUNCTION skep.undo_one(skep.undo_step) TO skep_app;
GRANT EXECUTE ON FUNCTION skep.undo_one(skep.undo_step) TO skep_job;

CREATE OR REPLACE FUNCTION skep.undo_plan(of uuid)
 RETURNS TABLE(xid xid8, seq bigint, table_name name, record_id uuid)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET enable_nestloop TO 'off'
AS $function$
  WITH seen AS MATERIALIZED (
    SELECT g.table_name, s.id FROM skep.records_of(of) g, skep.seen_now(g.table_name, g.ids) AS s (id)
  )
  SELECT l.xid, l.seq, l.table_name, l.record_id
    FROM skep.change_log l JOIN seen s ON s.table_name = l.table_name AND s.id = l.record_id
   WHERE l.change_set = of AND NOT l.derived
   ORDER BY l.xid DESC, l.seq DESC
$function$;
GRANT EXECUTE ON FUNCTION skep.undo_plan(uuid) TO skep_app;
GRANT EXECUTE ON FUNCTION skep.undo_plan(uuid) TO skep_job;

CREATE OR REPLACE FUNCTION skep.undo_rows(of uuid, xids xid8[], seqs bigint[])
 RETURNS TABLE(seq bigint, conflict jsonb)
 LANGUAGE plpgsql
AS $function$
DECLARE
  steps skep.undo_step[];
BEGIN
  FOR steps IN SELECT r.steps FROM skep.undo_runs(of, xids, seqs) r LOOP
    RETURN QUERY SELECT * FROM skep.undo_run(steps);
  END LOOP;
END $function$;
GRANT EXECUTE ON FUNCTION skep.undo_rows(uuid,xid8[],bigint[]) TO skep_app;
GRANT EXECUTE ON FUNCTION skep.undo_rows(uuid,xid8[],bigint[]) TO skep_job;

CREATE OR REPLACE FUNCTION skep.undo_run(steps skep.undo_step[])
 RETURNS TABLE(seq bigint, conflict jsonb)
 LANGUAGE plpgsql
AS $function$
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
END $function$;
GRANT EXECUTE ON FUNCTION skep.undo_run(skep.undo_step[]) TO skep_app;
GRANT EXECUTE ON FUNCTION skep.undo_run(skep.undo_step[]) TO skep_job;

CREATE OR REPLACE FUNCTION skep.undo_runs(of uuid, xids xid8[], seqs bigint[])
 RETURNS TABLE(steps skep.undo_step[])
 LANGUAGE sql
 STABLE SECURITY DEFINER
AS $function$
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
$function$;
GRANT EXECUTE ON FUNCTION skep.undo_runs(uuid,xid8[],bigint[]) TO skep_app;
GRANT EXECUTE ON FUNCTION skep.undo_runs(uuid,xid8[],bigint[]) TO skep_job;

CREATE OR REPLACE FUNCTION skep.undo_sets(fields text[])
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
AS $function$
  SELECT string_agg(format('%1$I = r.%1$I', f), ', ') FROM unnest(fields) f WHERE f <> 'owner_id'
$function$;
GRANT EXECUTE ON FUNCTION skep.undo_sets(text[]) TO skep_app;
GRANT EXECUTE ON FUNCTION skep.undo_sets(text[]) TO skep_job;

CREATE OR REPLACE FUNCTION skep.undo_size(of uuid, most integer)
 RETURNS bigint
 LANGUAGE sql
 STABLE SECURITY DEFINER
AS $function$
  SELECT count(*) FROM (SELECT FROM skep.change_log l WHERE l.change_set = of AND NOT l.derived LIMIT most) counted
$function$;
GRANT EXECUTE ON FUNCTION skep.undo_size(uuid,integer) TO skep_app;
GRANT EXECUTE ON FUNCTION skep.undo_size(uuid,integer) TO skep_job;

CREATE OR REPLACE FUNCTION skep.undone_by(id uuid)
 RETURNS uuid
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
AS $function$
DECLARE
  undo uuid;
BEGIN
  FOR undo IN SELECT DISTINCT l.change_set FROM skep.change_log l WHERE l.undoes = id LOOP
    IF skep.undone_by(undo) IS NULL THEN
      RETURN undo;
    END IF;
  END LOOP;
  RETURN NULL;
END $function$;
GRANT EXECUTE ON FUNCTION skep.undone_by(uuid) TO skep_app;
GRANT EXECUTE ON FUNCTION skep.undone_by(uuid) TO skep_job;

CREATE OR REPLACE FUNCTION skep.uuid7()
 RETURNS uuid
 LANGUAGE plpgsql
 PARALLEL SAFE
AS $function$
DECLARE
  micros bigint := extract(epoch FROM clock_timestamp()) * 1000000;
BEGIN
  RETURN (lpad(to_hex(micros / 1000), 12, '0') || '7' || lpad(to_hex(micros % 1000 * 4096 / 1000), 3, '0')
          || substr(gen_random_uuid()::text, 20))::uuid;
END $function$;
GRANT EXECUTE ON FUNCTION skep.uuid7() TO skep_app;
GRANT EXECUTE ON FUNCTION skep.uuid7() TO skep_job;

CREATE OR REPLACE FUNCTION skep.wipe_key()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
AS $function$
BEGIN
  UPDATE skep.client_keys k SET value = NULL WHERE k.hash = new.hash AND k.value IS NOT NULL;
  RETURN NULL;
END $function$;
