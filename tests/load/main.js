// What k6 runs: one journey, or all of them mixed as in an office, at one workload's rates.
import exec from "k6/execution";
import * as enterOpportunity from "./journeys/enter_opportunity.js";
import * as lookAtReports from "./journeys/look_at_reports.js";
import * as searchAndEdit from "./journeys/search_and_edit.js";
import * as workInForms from "./journeys/work_in_forms.js";
import { Stopped, send } from "./lib/api.js";
import { layOut, scenariosOf, thresholdsOf } from "./lib/plan.js";
import { cleanUp, prepare } from "./lib/prepare.js";
import { randomOf } from "./lib/random.js";
import { settings } from "./lib/settings.js";
import { writeAll } from "./lib/summary.js";
import { average } from "./workloads/average.js";
import { smoke } from "./workloads/smoke.js";
import { soak } from "./workloads/soak.js";
import { spike } from "./workloads/spike.js";
import { stress } from "./workloads/stress.js";

const JOURNEYS = {
  enter_opportunity: enterOpportunity,
  look_at_reports: lookAtReports,
  search_and_edit: searchAndEdit,
  work_in_forms: workInForms,
};
const WORKLOADS = { average, smoke, soak, spike, stress };

// Of ten journeys: four searches, three people in the forms, two who enter, one who looks at reports.
const MIX = [
  "search_and_edit", "work_in_forms", "enter_opportunity", "search_and_edit", "work_in_forms",
  "search_and_edit", "look_at_reports", "enter_opportunity", "work_in_forms", "search_and_edit",
];

const asked = settings.journey === "all" ? MIX : [settings.journey];
const order = asked.filter((name) => settings.people.length || !JOURNEYS[name].needsPeople);
const phases = layOut(WORKLOADS[settings.workload]);
const used = ["version", ...new Set(order.flatMap((name) => JOURNEYS[name].uses))];

export const options = {
  scenarios: scenariosOf(phases),
  thresholds: thresholdsOf(phases, used),
  summaryTrendStats: ["count", "min", "med", "p(95)", "p(99)", "max"],
  setupTimeout: "5m",
  teardownTimeout: "15m",
  // Names below .localhost are this machine; not every resolver knows it.
  hosts: { "*.localhost": "127.0.0.1" },
  userAgent: "skep-load",
};

export function setup() {
  const sessions = order.includes("work_in_forms") ? settings.people.map(workInForms.signIn) : [];
  return { ...prepare(), sessions };
}

export function journey({ customers, products, sessions }) {
  const phase = Number(exec.scenario.name.split("_")[1]);
  const count = exec.scenario.iterationInTest;
  const place = count % order.length;
  const name = order[place];
  const before = order.slice(0, place).filter((one) => one === name).length;
  const each = order.filter((one) => one === name).length;
  const number = phase * 1_000_000 + count;
  const client = number % settings.keys.length;
  const at = {
    number,
    turn: Math.floor(count / order.length) * each + before,
    client,
    customers: customers[client],
    products,
    sessions,
    random: randomOf(settings.seed + number),
  };
  try {
    send("version", "GET", "/v1/version", {}); // the least that the platform answers: the yardstick of a comparison
    JOURNEYS[name].run(at);
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
  }
}

export function teardown() {
  if (settings.cleans) cleanUp();
}

export function handleSummary(data) {
  return writeAll(data, { phases, endpoints: used });
}
