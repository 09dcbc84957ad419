// A person in the browser: home, the customers, a search, a record, the pipeline. One in ten signs in first.
import { expectThat, query, send } from "../lib/api.js";
import { pick } from "../lib/random.js";
import { settings } from "../lib/settings.js";

export const uses = [
  "page home", "page customers", "page search", "page record", "page pipeline", "page sign-in", "sign in",
];
export const needsPeople = true;

const EVERY_SIGN_IN = 10; // the others have had their session since this morning
const RECORD = /href="[^"]*(\/tables\/customers\/[0-9a-f-]{36})"/;

// The session's cookie. It is sent by hand: it is for https alone, but on loopback.
export function signIn(person) {
  const form = send("page sign-in", "GET", "/sign-in", {});
  const token = form.html().find("input[name=csrf_token]").attr("value");
  const fields = { email: person.email, password: person.password, csrf_token: token, next: "/" };
  const body = Object.entries(fields).map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
  const headers = { "Content-Type": "application/x-www-form-urlencoded", Cookie: cookie(form, "skep_sign_in") };
  return cookie(send("sign in", "POST", "/sign-in", { body, headers, expect: [303] }), "skep_session");
}

export function run(at) {
  const person = at.number % settings.people.length;
  const session = at.turn % EVERY_SIGN_IN === 0 ? signIn(settings.people[person]) : at.sessions[person];
  const headers = { Cookie: session };
  const home = send("page home", "GET", "/", { headers });
  expectThat("page home", "is a page", () => home.body.includes("</html>"));
  const list = send("page customers", "GET", "/tables/customers", { headers });
  const sort = pick(at.random, ["company", "-revenue"]);
  const found = send("page search", "GET", `/tables/customers${query({ q: "an", sort })}`, { headers });
  const record = RECORD.exec(found.body) || RECORD.exec(list.body);
  expectThat("page search", "leads to a record", () => record !== null);
  if (record !== null) {
    const page = send("page record", "GET", record[1], { headers });
    expectThat("page record", "has the form", () => page.body.includes('name="company"'));
  }
  const pipeline = send("page pipeline", "GET", "/reports/pipeline", { headers });
  expectThat("page pipeline", "shows the stages", () => pipeline.body.includes("Prospecting"));
}

function cookie(answer, name) {
  return `${name}=${answer.cookies[name][0].value}`;
}
