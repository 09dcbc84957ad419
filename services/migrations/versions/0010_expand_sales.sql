-- Products and opportunities.
CREATE TABLE products (
  id uuid NOT NULL DEFAULT skep.uuid7() CONSTRAINT products_pkey PRIMARY KEY,
  name text NOT NULL CONSTRAINT products_name_check CHECK (length(name) BETWEEN 1 AND 200),
  series text,
  price numeric(14, 3) CONSTRAINT products_price_check CHECK (price >= 0),
  currency text NOT NULL CONSTRAINT products_currency_check CHECK (currency ~ '^[A-Z]{3}$'),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  version int NOT NULL DEFAULT 1,
  deleted_at timestamptz,
  custom jsonb NOT NULL DEFAULT '{}'
);
CREATE UNIQUE INDEX products_name_unique ON products (name) WHERE deleted_at IS NULL;

CREATE TABLE opportunities (
  id uuid NOT NULL DEFAULT skep.uuid7() CONSTRAINT opportunities_pkey PRIMARY KEY,
  external_id text CONSTRAINT opportunities_external_id_check CHECK (length(external_id) BETWEEN 1 AND 200),
  name text NOT NULL CONSTRAINT opportunities_name_check CHECK (length(name) BETWEEN 1 AND 400),
  customer_id uuid CONSTRAINT opportunities_customer_id_fkey REFERENCES customers,
  product_id uuid CONSTRAINT opportunities_product_id_fkey REFERENCES products,
  stage text NOT NULL CONSTRAINT opportunities_stage_check
    CHECK (stage IN ('Prospecting', 'Engaging', 'Proposal', 'Won', 'Lost')),
  amount numeric(14, 3) CONSTRAINT opportunities_amount_check CHECK (amount >= 0),
  currency text NOT NULL CONSTRAINT opportunities_currency_check CHECK (currency ~ '^[A-Z]{3}$'),
  engaged_on date,
  expected_on date,
  closed_on date,
  notes text,
  owner_id uuid DEFAULT skep.my_person() CONSTRAINT opportunities_owner_id_fkey REFERENCES people,
  team_id uuid,
  shared boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  version int NOT NULL DEFAULT 1,
  deleted_at timestamptz,
  custom jsonb NOT NULL DEFAULT '{}'
);
CREATE UNIQUE INDEX opportunities_external_id_unique ON opportunities (external_id) WHERE deleted_at IS NULL;
ALTER TABLE opportunities ADD CONSTRAINT opportunities_closed_on_check CHECK (closed_on >= engaged_on);

SELECT skep.searchable('products', 'name'),
       skep.searchable('opportunities', 'name', 'external_id');
SELECT skep.protect('products', 'reference'), skep.protect('opportunities', 'owned');
SELECT skep.link('opportunities', 'customer_id', 'customers', 'refuse'),
       skep.link('opportunities', 'product_id', 'products', 'refuse');

-- An opportunity without a name is called after its customer and product. New links were checked by triggers before
-- (c_); an old one may point to a customer that has left the caller's view, whose name is not for these eyes.
CREATE FUNCTION skep.name_opportunity() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  new.name := left(coalesce(nullif(concat_ws(' – ',
      (SELECT c.company FROM public.customers c WHERE c.id = new.customer_id
          AND (skep.by_hand() OR skep.may_read(c.owner_id, c.team_id, c.shared))),
      (SELECT p.name FROM public.products p WHERE p.id = new.product_id)), ''),
    new.external_id, 'Opportunity'), 400);
  RETURN new;
END $$;
CREATE TRIGGER e_name BEFORE INSERT OR UPDATE OF name ON opportunities FOR EACH ROW
  WHEN (new.name IS NULL) EXECUTE FUNCTION skep.name_opportunity();

SELECT skep.sort_index('products', 'name'), skep.sort_index('products', 'created_at'),
       skep.sort_index('opportunities', 'name'), skep.sort_index('opportunities', 'stage'),
       skep.sort_index('opportunities', 'amount'), skep.sort_index('opportunities', 'closed_on'),
       skep.sort_index('opportunities', 'created_at');
