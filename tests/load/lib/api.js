// One request of a journey: sent, checked, timed by its endpoint; a 429 is counted as what it is.
import http from "k6/http";
import { check } from "k6";
import { Counter, Trend } from "k6/metrics";
import { settings } from "./settings.js";

// Time of an answer that the platform gave. A 429 is the gateway's, in no time, and would make the figures better.
const answered = new Trend("answered", true);
const throttled = new Counter("throttled");
const legitimate = new Counter("legitimate_conflicts");

const TIMEOUT = "30s"; // API Gateway gives up after 29
const MAX_TOLD = 3;
let told = 0;

// Ends a journey: it was throttled, or an answer was not what the next step needs.
export class Stopped extends Error {}

// Sends a request below the platform's URL and gives the answer, whose status is one of `expect`.
export function send(endpoint, method, path, options) {
  const { body = null, headers = {}, expect = [200] } = options;
  const tags = { endpoint, name: endpoint };
  const answer = http.request(method, settings.url + path, body, {
    headers,
    tags,
    timeout: TIMEOUT,
    redirects: 0, // a Location that leads elsewhere is not followed: what is loaded is this URL alone
    jar: new http.CookieJar(), // cookies are sent by whoever asks, not remembered
    responseCallback: http.expectedStatuses(...expect, 429),
  });
  if (answer.status === 429) {
    throttled.add(1, tags);
    throw new Stopped(`${endpoint}: throttled`);
  }
  // What was on its way when a run gives up was cut off by us.
  if (answer.status === 0 && answer.error.includes("context canceled")) throw new Stopped(`${endpoint}: cut off`);
  answered.add(answer.timings.duration, tags);
  if (answer.status === 409 || answer.status === 412) legitimate.add(1, tags);
  const right = expect.includes(answer.status);
  check(answer, { [`${endpoint}: status`]: () => right }, { endpoint });
  if (!right) {
    tell(endpoint, answer);
    throw new Stopped(`${endpoint}: ${answer.status}`);
  }
  return answer;
}

// Checks what an answer says; a journey goes on, since every fault of content is worth counting.
export function expectThat(endpoint, what, holds) {
  let right = false;
  try {
    right = Boolean(holds());
  } catch (error) {
    right = false; // a field that isn't there
  }
  if (!right && told++ < MAX_TOLD) console.warn(`${endpoint}: not so: ${what}`);
  check(null, { [`${endpoint}: ${what}`]: () => right }, { endpoint });
}

// Says what went wrong without saying what was in the record: code and request id find the log line.
function tell(endpoint, answer) {
  if (told++ >= MAX_TOLD) return;
  let code = "";
  try {
    code = answer.json("code");
  } catch (error) {
    code = answer.error || "no problem+json";
  }
  const id = answer.headers["X-Amzn-Requestid"] || answer.headers["X-Amzn-RequestId"] || "none";
  console.warn(`${endpoint}: ${answer.status} ${code}, request id ${id}`);
}

// A client at the REST door. number: which of the keys.
export class Client {
  constructor(number) {
    this.headers = { "x-api-key": settings.keys[number] };
  }

  get(endpoint, path, { headers = {}, expect } = {}) {
    return send(endpoint, "GET", path, { headers: { ...this.headers, ...headers }, expect });
  }

  // Writes JSON; `key` makes it happen once, however often it is sent.
  write(endpoint, method, path, content, { key, etag, expect } = {}) {
    const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
    const headers = { ...this.headers, "Content-Type": type, "Idempotency-Key": key };
    if (etag) headers["If-Match"] = etag;
    return send(endpoint, method, path, { body: JSON.stringify(content), headers, expect });
  }
}

// A query string. A value that is a list is repeated.
export function query(values) {
  const parts = [];
  for (const [name, value] of Object.entries(values)) {
    for (const one of Array.isArray(value) ? value : [value]) parts.push(`${name}=${encodeURIComponent(one)}`);
  }
  return `?${parts.join("&")}`;
}
