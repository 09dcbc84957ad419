// Somebody searches, turns the page, opens a customer, changes it; others change the same ones meanwhile.
import { sleep } from "k6";
import { Client, expectThat, query } from "../lib/api.js";
import { makeEdit, mark } from "../lib/data.js";
import { pick } from "../lib/random.js";

export const uses = ["search customers", "next page", "read customer", "read unchanged", "edit customer"];

const PAGE = 5;
const MAX_TRIES = 3;
const EVERY_REPEAT = 10; // one in ten has lost the answer, and sends the same again

export function run(at) {
  const client = new Client(at.client);
  const asked = { q: mark, sort: pick(at.random, ["company", "-created_at", "-revenue"]), limit: PAGE };
  const first = client.get("search customers", `/v1/customers${query(asked)}`);
  expectThat("search customers", "a page of those that have it", () => first.json("items").length === PAGE);
  const cursor = first.json("next");
  if (cursor) {
    const second = client.get("next page", `/v1/customers${query({ ...asked, cursor })}`);
    const seen = first.json("items").map((one) => one.id);
    expectThat("next page", "shows others", () => second.json("items").every((one) => !seen.includes(one.id)));
  }
  const path = `/v1/customers/${pick(at.random, at.customers).id}`;
  let read = client.get("read customer", path);
  // 200 when somebody was faster.
  const headers = { "If-None-Match": read.headers.Etag };
  const again = client.get("read unchanged", path, { headers, expect: [304, 200] });
  if (again.status === 200) read = again;
  edit(client, at, path, read.headers.Etag);
}

// Changes the record; 412 means that somebody was faster: read again, change again, as a person would.
function edit(client, at, path, etag) {
  const change = makeEdit(at.random);
  for (let tried = 1; tried <= MAX_TRIES; tried++) {
    const key = `${mark}-edit-${at.number}-${tried}`;
    const done = once(client, path, change, { key, etag });
    if (done.status === 200) {
      expectThat("edit customer", "has what was changed", () =>
        Object.keys(change).every((field) => done.json(field) === change[field]),
      );
      if (at.turn % EVERY_REPEAT === 0) repeat(client, path, change, { key, etag }, done);
      return;
    }
    etag = client.get("read customer", path).headers.Etag;
  }
}

// One change. 409 means that the same request still runs: it is sent again when the answer says so.
function once(client, path, change, { key, etag }) {
  let done;
  for (let tried = 1; tried <= MAX_TRIES; tried++) {
    done = client.write("edit customer", "PATCH", path, change, { key, etag, expect: [200, 412, 409] });
    if (done.status !== 409) return done;
    sleep(Number(done.headers["Retry-After"] || 1));
  }
  return done;
}

function repeat(client, path, change, { key, etag }, done) {
  const replayed = client.write("edit customer", "PATCH", path, change, { key, etag });
  expectThat("edit customer", "is done once when sent twice", () =>
    replayed.headers["Idempotent-Replayed"] === "true" && replayed.headers["Change-Set"] === done.headers["Change-Set"],
  );
}
