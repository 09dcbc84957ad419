// Before and after the load: customers of the run's own for every client, sessions for people; all of it removed again.
import http from "k6/http";
import { sleep } from "k6";
import { Counter } from "k6/metrics";
import { query } from "./api.js";
import { makeCustomer, mark } from "./data.js";
import { randomOf } from "./random.js";
import { settings } from "./settings.js";

const CUSTOMERS_EACH = 8;
const MAX_WAITS = 60;
const PAGE = 200;

const leftBehind = new Counter("left_behind");

// An answer to a client outside of what is measured. It waits when it is throttled.
function ask(client, method, path, content) {
  const headers = { "x-api-key": settings.keys[client] };
  if (content) headers["Content-Type"] = "application/json";
  const body = content ? JSON.stringify(content) : null;
  let answer;
  for (let waited = 0; waited < MAX_WAITS; waited++) {
    answer = http.request(method, settings.url + path, body, { headers, redirects: 0, responseCallback: null });
    if (answer.status !== 429) break;
    sleep(0.5);
  }
  return answer;
}

function need(client, method, path, expect, content) {
  const answer = ask(client, method, path, content);
  if (answer.status === expect) return answer.json();
  const why = answer.error || `it answers ${answer.status}`;
  const who = `Client ${client + 1} of ${settings.keys.length}`;
  throw new Error(`${who} can't be used: ${method} ${path.split("?")[0]}: ${why}`);
}

// What the journeys start from: customers of each client, and products.
export function prepare() {
  const random = randomOf(settings.seed);
  const countries = need(0, "GET", "/v1/countries?limit=200&fields=name", 200).items.map((one) => one.name);
  const products = need(0, "GET", "/v1/products?limit=50&fields=id,name", 200).items;
  const customers = settings.keys.map((_, client) =>
    Array.from({ length: CUSTOMERS_EACH }, (__, number) => {
      const content = makeCustomer(random, client * CUSTOMERS_EACH + number + 1, countries);
      const made = need(client, "POST", "/v1/customers", 201, content);
      return { id: made.id, company: made.company };
    }),
  );
  return { customers, products };
}

// Removes what has the run's mark; opportunities first, since their customers can't go before them.
export function cleanUp() {
  let left = 0;
  for (const table of ["opportunities", "customers"]) {
    for (let client = 0; client < settings.keys.length; client++) left += removeMarked(client, table);
  }
  leftBehind.add(left);
  if (left) console.warn(`${left} records could not be removed. A search for ${mark} finds them.`);
}

function removeMarked(client, table) {
  const refused = new Set();
  for (;;) {
    const answer = ask(client, "GET", `/v1/${table}${query({ q: mark, limit: PAGE, fields: "id" })}`);
    const found = answer.status === 200 ? answer.json("items").filter((one) => !refused.has(one.id)) : [];
    if (!found.length) return refused.size;
    for (const { id } of found) {
      const status = ask(client, "DELETE", `/v1/${table}/${id}`).status;
      if (status !== 204 && status !== 404) refused.add(id);
    }
  }
}
