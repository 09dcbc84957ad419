// JUnit of a run: a case for each threshold, so that CI names the endpoint that was too slow.
import { escape } from "./words.js";

export function junitOf(report) {
  const cases = report.phases.filter((phase) => phase.judge === "endpoints").flatMap((phase) => casesOf(report, phase));
  const skipped = cases.filter((one) => one.includes("<skipped")).length;
  const counts = `tests="${cases.length}" failures="${report.failed.length}" errors="0" skipped="${skipped}"`;
  const name = `load ${report.journey} ${report.workload}`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${name}" ${counts} time="${report.seconds}">`,
    `<testsuite name="${name}" ${counts} time="${report.seconds}" timestamp="${report.ended.slice(0, 19)}">`,
    ...cases,
    `<system-out>${escape(report.notes.join("\n"))}</system-out>`,
    "</testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function casesOf(report, phase) {
  const className = escape(`load.${report.workload}.${phase.name.replace(/ /g, "_")}`);
  const named = (name, inner) =>
    `<testcase classname="${className}" name="${escape(name)}" time="0">${inner}</testcase>`;
  if (phase.state === "not reached") return [named("phase", '<skipped message="not reached"/>')];
  return phase.rules.map((rule) => {
    const name = `${rule.endpoint || "all endpoints"}: ${rule.said}`;
    const failure = `<failure message="${escape(`${name}: ${rule.was}`)}">${escape(rule.was)}</failure>`;
    return named(name, rule.passed ? "" : failure);
  });
}
