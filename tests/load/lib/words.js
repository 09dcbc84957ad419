// Numbers and sentences as people read them, the same in every report.

const MAX_REASONS = 3;
const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

export function escape(text) {
  return String(text).replace(/[&<>"']/g, (sign) => ESCAPES[sign]);
}

export function number(value, digits = 0) {
  return value.toFixed(digits).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

// The rules that make the run fail; what a search for the limit found is no failure.
export function listFailed(report) {
  return report.phases
    .filter((phase) => phase.judge === "endpoints")
    .flatMap((phase) => phase.rules.filter((rule) => !rule.passed).map((rule) => ({ phase: phase.name, ...rule })));
}

export function sum(report, name) {
  return report.phases.reduce((total, phase) => total + phase[name], 0);
}

// What has to be known to read the figures right.
export function notesOf(report) {
  const notes = [];
  const throttled = sum(report, "throttled");
  if (throttled) {
    const share = number((100 * throttled) / sum(report, "requests"), 1);
    notes.push(
      `${number(throttled)} requests (${share} %) were answered 429: the usage plan of ${report.clients} client(s) ` +
        "or the stage held them back, as it is set to. They are no failures and no answers, and their time counts " +
        "nowhere; above the plan's rate, this run measures the plan. More clients' keys raise it.",
    );
  }
  if (report.legitimate) {
    const how = "met a newer version (412) or their own twin (409), and went on as a person would";
    notes.push(`${number(report.legitimate)} edits ${how}.`);
  }
  if (report.left_behind) {
    const where = `a search for load-${report.run} finds them`;
    notes.push(`${number(report.left_behind)} records could not be removed: ${where}.`);
  }
  if (report.limit) notes.push(limitSentence(report));
  return notes;
}

function limitSentence(report) {
  const step = (name) => report.phases.find((phase) => phase.name === name);
  const { held, broke } = report.limit;
  const kept = held ? keptSentence(step(held)) : "No step held.";
  if (!broke) return `${kept} No step broke: the limit lies above.`;
  const reasons = step(broke)
    .rules.filter((rule) => !rule.passed)
    .slice(0, MAX_REASONS) // those of all endpoints come first
    .map((rule) => `${rule.endpoint || "all endpoints"}, ${rule.said}: it was ${rule.was}`);
  return `${kept} ${broke} did not: ${reasons.join("; ") || "it was not reached"}.`;
}

function keptSentence({ name, journeys_per_second: journeys, requests_per_second: requests, p99, failed }) {
  const held = `${number(journeys, Number.isInteger(journeys) ? 0 : 1)} journeys a second held (${name})`;
  return `${held}: ${number(requests)} requests a second, p99 ${number(p99)} ms, ${failed} failed.`;
}
