// A workload's phases as k6's scenarios, and what they are judged by as k6's thresholds.
import { settings } from "./settings.js";

const MAX_VUS = 300;
const MAX_SECONDS = 7500;
const GRACE_SECONDS = 10; // what is cut off counts nowhere, so that slow answers must have their time

// One phase after the other. A phase: name; from and to, in usual days; seconds; and how it is judged: "endpoints"
// (each must hold, or the run fails), "limit" (what it doesn't hold is the limit that was looked for), "nothing".
// slack: how many times longer than usual an answer may take.
export function layOut(phases) {
  let start = 0;
  const laidOut = phases.map((phase) => {
    const seconds = phase.stretches && settings.seconds ? settings.seconds : phase.seconds;
    const laid = { ...phase, p99: settings.p99 * (phase.slack || 1), seconds, start, rate: settings.rate * phase.to };
    start += seconds;
    return laid;
  });
  if (start > MAX_SECONDS) throw new Error(`This would take ${start} s; a run takes at most ${MAX_SECONDS} s.`);
  return laidOut;
}

// Open model: journeys begin at their rate, however long those before take. At the limit each takes a few seconds.
export function scenariosOf(phases) {
  return Object.fromEntries(phases.map((phase, number) => [`phase_${number}`, scenarioOf(phase)]));
}

function scenarioOf(phase) {
  const [from, to] = [settings.rate * phase.from, settings.rate * phase.to].map((rate) => Math.round(rate * 60));
  const vus = Math.min(MAX_VUS, Math.ceil(Math.max(from, to) / 60) * 4 + 4);
  const common = {
    exec: "journey",
    startTime: `${phase.start}s`,
    gracefulStop: `${GRACE_SECONDS}s`,
    preAllocatedVUs: Math.ceil(vus / 2),
    maxVUs: vus,
    timeUnit: "1m",
    tags: { phase: phase.name },
  };
  if (from === to) return { ...common, executor: "constant-arrival-rate", rate: to, duration: `${phase.seconds}s` };
  const stages = [{ target: to, duration: `${phase.seconds}s` }];
  return { ...common, executor: "ramping-arrival-rate", startRate: from, stages };
}

// k6 keeps figures of what has a threshold alone: these judge nothing, and are there to be told.
const ASKED = { answered: "max>=0", http_reqs: "count>=0", http_req_failed: "rate>=0", throttled: "count>=0" };
const TOLD = new Set([...Object.values(ASKED)]);

// Whether a threshold judges anything.
export function judges(rule) {
  return !TOLD.has(rule);
}

// The name of a metric's part that k6 keeps apart.
export function part(metric, phase, endpoint) {
  return `${metric}{phase:${phase.name}${endpoint ? `,endpoint:${endpoint}` : ""}}`;
}

export function thresholdsOf(phases, endpoints) {
  const all = {};
  for (const phase of phases) {
    // Half way through a phase for the first time: of a handful of answers, the slowest is the p99.
    const delay = `${Math.ceil(phase.start + phase.seconds / 2)}s`;
    const rule = (threshold) => ({ threshold, abortOnFail: Boolean(phase.aborts), delayAbortEval: delay });
    Object.assign(all, askOf(phase), { [part("dropped_iterations", phase)]: [{ threshold: "count>=0" }] });
    if (phase.judge !== "nothing") add(all, phase, "", rule);
    if (phase.judge === "limit") continue;
    for (const endpoint of endpoints) {
      Object.assign(all, askOf(phase, endpoint));
      if (phase.judge === "endpoints") add(all, phase, endpoint, rule);
    }
  }
  return all;
}

function askOf(phase, endpoint) {
  return Object.fromEntries(
    Object.entries(ASKED).map(([metric, threshold]) => [part(metric, phase, endpoint), [{ threshold }]]),
  );
}

function add(all, phase, endpoint, rule) {
  all[part("answered", phase, endpoint)].push(rule(`p(99)<=${phase.p99}`));
  all[part("http_req_failed", phase, endpoint)].push(rule("rate==0"));
  all[part("checks", phase, endpoint)] = [rule("rate==1")];
  if (endpoint) {
    // Only at the end: an endpoint that nobody asked has proved nothing.
    all[part("http_reqs", phase, endpoint)].push({ threshold: "count>0" });
  } else {
    all[part("dropped_iterations", phase)].push(rule(`count<=${Math.ceil(phase.rate * phase.seconds * 0.01)}`));
  }
}
