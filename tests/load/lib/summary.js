// What a run came to: one object, which is written as JSON, as JUnit and as a page.
import { ENDPOINTS } from "./endpoints.js";
import { junitOf } from "./junit.js";
import { pageOf } from "./page.js";
import { judges, part } from "./plan.js";
import { settings } from "./settings.js";
import { listFailed, notesOf } from "./words.js";

export function writeAll(data, plan) {
  const report = reportOf(data.metrics, plan, data.state.testRunDurationMs / 1000);
  Object.assign(report, { notes: notesOf(report), failed: listFailed(report) });
  const page = pageOf(report);
  return {
    [`${settings.report}.json`]: `${JSON.stringify(report, null, 1)}\n`,
    [`${settings.report}.html`]: page,
    [settings.report.replace(/[^/]+$/, "summary.html")]: page, // the last run's, by a name that never changes
    [settings.junit]: junitOf(report),
  };
}

function reportOf(metrics, { phases, endpoints }, seconds) {
  const told = phases.map((phase) => phaseOf(metrics, phase, endpoints));
  cutAfterAbort(told);
  return {
    journey: settings.journey,
    workload: settings.workload,
    target: settings.target,
    run: settings.run,
    ended: new Date().toISOString(),
    seconds: Math.round(seconds),
    clients: settings.keys.length,
    phases: told,
    legitimate: counted(metrics, "legitimate_conflicts"),
    left_behind: counted(metrics, "left_behind"),
    limit: limitOf(told),
  };
}

function phaseOf(metrics, phase, endpoints) {
  const total = figuresOf(metrics, phase);
  return {
    name: phase.name,
    judge: phase.judge,
    aborts: Boolean(phase.aborts),
    seconds: phase.seconds,
    journeys_per_second: phase.rate,
    requests_per_second: total.requests / phase.seconds,
    p99_limit: phase.p99,
    ...total,
    dropped: counted(metrics, part("dropped_iterations", phase)),
    endpoints: phase.judge === "limit" ? [] : endpoints.map((name) => endpointOf(metrics, phase, name)),
    rules: [
      ...rulesOf(metrics, phase, ""),
      ...(phase.judge === "endpoints" ? endpoints.flatMap((name) => rulesOf(metrics, phase, name)) : []),
    ],
    state: total.requests ? "done" : "not reached",
  };
}

function endpointOf(metrics, phase, name) {
  return { name, route: ENDPOINTS[name], ...figuresOf(metrics, phase, name) };
}

// Times in ms, of answers that were not throttled.
function figuresOf(metrics, phase, endpoint) {
  const times = valuesOf(metrics, part("answered", phase, endpoint));
  return {
    requests: counted(metrics, part("http_reqs", phase, endpoint)),
    answered: times.count || 0,
    failed: valuesOf(metrics, part("http_req_failed", phase, endpoint)).passes || 0,
    throttled: counted(metrics, part("throttled", phase, endpoint)),
    p50: times.med || 0,
    p95: times["p(95)"] || 0,
    p99: times["p(99)"] || 0,
    max: times.max || 0,
  };
}

const JUDGED = ["answered", "http_req_failed", "checks", "dropped_iterations", "http_reqs"];

function rulesOf(metrics, phase, endpoint) {
  return JUDGED.flatMap((metric) => {
    const found = metrics[part(metric, phase, endpoint)];
    const thresholds = Object.entries((found && found.thresholds) || {});
    return thresholds
      .filter(([rule]) => judges(rule))
      .map(([rule, { ok }]) => {
        const words = { said: say(metric, rule), was: was(metric, found.values) };
        return { endpoint, metric, rule, passed: ok, ...words };
      });
  });
}

function say(metric, rule) {
  const bound = rule.replace(/^.*?[=<>]+/, "");
  return {
    answered: `p99 is at most ${bound} ms`,
    http_req_failed: "no request fails",
    checks: "every answer says what it should",
    dropped_iterations: `at most ${bound} journeys begin late or never`,
    http_reqs: "it was asked at all",
  }[metric];
}

function was(metric, values) {
  return {
    answered: () => `${(values["p(99)"] || 0).toFixed(0)} ms of ${values.count || 0} answers`,
    http_req_failed: () => `${values.passes || 0} of ${(values.passes || 0) + (values.fails || 0)} failed`,
    checks: () => `${values.fails || 0} of ${(values.passes || 0) + (values.fails || 0)} checks did not hold`,
    dropped_iterations: () => `${values.count || 0}`,
    http_reqs: () => `${values.count || 0} requests`,
  }[metric]();
}

// A phase that was cut short has no rate; those after it never began, and prove and fail nothing.
function cutAfterAbort(phases) {
  const cut = phases.findIndex((phase) => phase.aborts && phase.rules.some((rule) => !rule.passed));
  if (cut < 0) return;
  phases.slice(cut + 1).forEach((phase) => Object.assign(phase, { state: "not reached", rules: [] }));
  Object.assign(phases[cut], { state: "cut short", requests_per_second: null });
}

// The last step that held before the first that did not; null where nobody looked for it.
function limitOf(phases) {
  const steps = phases.filter((phase) => phase.aborts);
  if (!steps.some((phase) => phase.judge === "limit")) return null;
  const broken = steps.findIndex((phase) => phase.state === "not reached" || phase.rules.some((rule) => !rule.passed));
  const held = broken < 0 ? steps.length : broken;
  const named = (phase) => (phase ? phase.name : null);
  return { held: named(steps[held - 1]), broke: named(steps[held]) };
}

function valuesOf(metrics, name) {
  return metrics[name] ? metrics[name].values : {};
}

function counted(metrics, name) {
  return valuesOf(metrics, name).count || 0;
}
