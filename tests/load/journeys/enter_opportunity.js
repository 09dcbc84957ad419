// Somebody enters an opportunity: finds the customer and the product, enters it, looks at it, moves it on a stage.
import { Client, expectThat, query } from "../lib/api.js";
import { makeOpportunity, mark } from "../lib/data.js";
import { pick } from "../lib/random.js";

export const uses = ["find customer", "find product", "create opportunity", "read opportunity", "move opportunity"];

// at: number, unique in the run; turn, of this journey; client, which key; its customers; products; sessions; random.
export function run(at) {
  const client = new Client(at.client);
  const customer = pick(at.random, at.customers);
  const asked = query({ q: customer.company, limit: 10, fields: "id,company" });
  const found = client.get("find customer", `/v1/customers${asked}`);
  expectThat("find customer", "finds it", () => found.json("items").some((one) => one.id === customer.id));
  const product = findProduct(client, at);

  const sent = makeOpportunity(at.random, at.number, customer.id, product);
  const created = client.write("create opportunity", "POST", "/v1/opportunities", sent, {
    key: `${mark}-create-${at.number}`,
    expect: [201],
  });
  const id = created.json("id");
  expectThat("create opportunity", "says where it is", () =>
    created.headers.Location.endsWith(`/v1/opportunities/${id}`),
  );
  expectThat("create opportunity", "names its change set", () => created.headers["Change-Set"]);

  const read = client.get("read opportunity", `/v1/opportunities/${id}`);
  expectThat("read opportunity", "is what was entered", () =>
    ["external_id", "customer_id", "product_id", "stage", "amount", "expected_on"].every(
      (field) => read.json(field) === sent[field],
    ),
  );
  const moved = client.write("move opportunity", "PATCH", `/v1/opportunities/${id}`, { stage: "Proposal" }, {
    key: `${mark}-move-${at.number}`,
    etag: read.headers.Etag,
  });
  expectThat("move opportunity", "is at the new stage, a version later", () =>
    moved.json("stage") === "Proposal" && moved.json("version") === read.json("version") + 1,
  );
}

function findProduct(client, at) {
  const product = at.products.length ? pick(at.random, at.products) : null;
  const words = product ? { q: product.name } : {};
  const found = client.get("find product", `/v1/products${query({ ...words, limit: 10, fields: "id,name" })}`);
  if (product) {
    expectThat("find product", "finds it", () => found.json("items").some((one) => one.id === product.id));
  }
  return product && product.id;
}
