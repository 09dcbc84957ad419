-- Customers, their contacts, and the two lists that an admin edits.
CREATE TABLE sectors (
  id uuid NOT NULL DEFAULT skep.uuid7() CONSTRAINT sectors_pkey PRIMARY KEY,
  name text NOT NULL CONSTRAINT sectors_name_check CHECK (length(name) BETWEEN 1 AND 200),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  version int NOT NULL DEFAULT 1,
  deleted_at timestamptz,
  custom jsonb NOT NULL DEFAULT '{}'
);
CREATE UNIQUE INDEX sectors_name_unique ON sectors (name) WHERE deleted_at IS NULL;

CREATE TABLE countries (
  id uuid NOT NULL DEFAULT skep.uuid7() CONSTRAINT countries_pkey PRIMARY KEY,
  name text NOT NULL CONSTRAINT countries_name_check CHECK (length(name) BETWEEN 1 AND 200),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  version int NOT NULL DEFAULT 1,
  deleted_at timestamptz,
  custom jsonb NOT NULL DEFAULT '{}'
);
CREATE UNIQUE INDEX countries_name_unique ON countries (name) WHERE deleted_at IS NULL;

CREATE TABLE customers (
  id uuid NOT NULL DEFAULT skep.uuid7() CONSTRAINT customers_pkey PRIMARY KEY,
  company text NOT NULL CONSTRAINT customers_company_check CHECK (length(company) BETWEEN 1 AND 200),
  sector text,
  email text,
  phone text,
  website text,
  size int CONSTRAINT customers_size_check CHECK (size >= 0),
  founded int CONSTRAINT customers_founded_check CHECK (founded BETWEEN 1 AND 9999),
  revenue numeric(14, 3),
  currency text NOT NULL CONSTRAINT customers_currency_check CHECK (currency ~ '^[A-Z]{3}$'),
  country text,
  parent_id uuid CONSTRAINT customers_parent_id_fkey REFERENCES customers,
  notes text,
  owner_id uuid DEFAULT skep.my_person() CONSTRAINT customers_owner_id_fkey REFERENCES people,
  team_id uuid,
  shared boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  version int NOT NULL DEFAULT 1,
  deleted_at timestamptz,
  custom jsonb NOT NULL DEFAULT '{}'
);
CREATE UNIQUE INDEX customers_company_unique ON customers (company) WHERE deleted_at IS NULL;
ALTER TABLE customers ADD CONSTRAINT customers_parent_id_check CHECK (parent_id <> id);

CREATE TABLE contacts (
  id uuid NOT NULL DEFAULT skep.uuid7() CONSTRAINT contacts_pkey PRIMARY KEY,
  customer_id uuid NOT NULL CONSTRAINT contacts_customer_id_fkey REFERENCES customers,
  name text NOT NULL CONSTRAINT contacts_name_check CHECK (length(name) BETWEEN 1 AND 200),
  email text,
  phone text,
  title text,
  notes text,
  owner_id uuid,
  team_id uuid,
  shared boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  version int NOT NULL DEFAULT 1,
  deleted_at timestamptz,
  custom jsonb NOT NULL DEFAULT '{}'
);

SELECT skep.searchable('sectors', 'name'),
       skep.searchable('countries', 'name'),
       skep.searchable('customers', 'company', 'email'),
       skep.searchable('contacts', 'name', 'email');
SELECT skep.protect('sectors', 'reference'), skep.protect('countries', 'reference'),
       skep.protect('customers', 'owned'), skep.protect('contacts', 'child_of:customer_id:customers');
SELECT skep.link('customers', 'parent_id', 'customers', 'refuse');
SELECT skep.option('customers', 'sector', 'sectors'), skep.option('customers', 'country', 'countries');
SELECT skep.sort_index('sectors', 'name'), skep.sort_index('sectors', 'created_at'),
       skep.sort_index('countries', 'name'), skep.sort_index('countries', 'created_at'),
       skep.sort_index('customers', 'company'), skep.sort_index('customers', 'revenue'),
       skep.sort_index('customers', 'created_at'),
       skep.sort_index('contacts', 'name'), skep.sort_index('contacts', 'created_at');
