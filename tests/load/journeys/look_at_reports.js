// A manager looks at every report, at what was won, at what is still open and large, and at what changed lately.
import { Client, expectThat, query } from "../lib/api.js";
import { REPORTS } from "../lib/endpoints.js";
import { pick } from "../lib/random.js";

export const uses = [...Object.keys(REPORTS), "won deals", "open deals", "latest changes"];

export function run(at) {
  const client = new Client(at.client);
  for (const [name, path] of Object.entries(REPORTS)) {
    const report = client.get(name, path);
    expectThat(name, "is a report", () => Object.keys(report.json()).length > 0);
  }
  const won = client.get(
    "won deals",
    `/v1/opportunities${query({ filter: "stage[eq]=Won", sort: "-amount", limit: 50, count: true })}`,
  );
  expectThat("won deals", "are won, the largest first", () => {
    const items = won.json("items");
    const amounts = items.map((one) => Number(one.amount)).filter((amount) => amount);
    return items.every((one) => one.stage === "Won") && amounts.every((one, n) => !n || one <= amounts[n - 1]);
  });
  const least = pick(at.random, ["1000.00", "5000.00", "20000.00"]);
  const filter = ["stage[in]=Engaging,Proposal", `amount[ge]=${least}`];
  const open = client.get(
    "open deals",
    `/v1/opportunities${query({ filter, sort: "-created_at", limit: 50, fields: "id,name,stage,amount,expected_on" })}`,
  );
  expectThat("open deals", "are open and large", () =>
    open.json("items").every((one) => one.stage !== "Won" && Number(one.amount) >= Number(least)),
  );
  const changes = client.get("latest changes", `/v1/change-sets${query({ limit: 20 })}`);
  expectThat("latest changes", "are a list", () => Array.isArray(changes.json("items")));
}
