// A run as one page that needs nothing but itself.
import { STYLE } from "./style.js";
import { escape, number, sum } from "./words.js";

export function pageOf(report) {
  const title = `Load: ${report.journey.replace(/_/g, " ")}, ${report.workload}`;
  const verdict = report.failed.length ? ["bad", "Failed"] : ["good", "Passed"];
  const ended = escape(report.ended.slice(0, 16).replace("T", " "));
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style>${STYLE}</style></head>
<body><main>
<header><h1>${escape(title)}</h1><p class="verdict ${verdict[0]}">${verdict[1]}</p></header>
<p class="quiet">Against ${escape(report.target)}, ended ${ended} UTC after ${number(report.seconds)} s.</p>
${tiles(report)}
${failures(report)}
${report.notes.map((note) => `<p class="note">${escape(note)}</p>`).join("\n")}
<h2>Phases</h2>
${phases(report)}
${report.phases.filter((phase) => phase.judge === "endpoints" && phase.requests).map(endpoints).join("\n")}
<p class="quiet">Journeys begin at their rate, however long those before take. Times are of whole answers, in
milliseconds, throttled ones left out. The bar is the p99, its end the limit.</p>
</main></body></html>
`;
}

function tiles(report) {
  const judged = report.phases.filter((phase) => phase.judge === "endpoints" && phase.state === "done");
  const rate = Math.max(0, ...judged.map((phase) => phase.requests_per_second));
  const slowest = Math.max(0, ...judged.map((phase) => phase.p99));
  const facts = [
    ["requests", number(sum(report, "requests"))],
    ["requests a second", number(rate, 1)],
    ["p99, ms", number(slowest)],
    ["failed", number(sum(report, "failed"))],
    ["throttled", number(sum(report, "throttled"))],
  ];
  const tile = ([name, value]) => `<div><dt>${name}</dt><dd>${value}</dd></div>`;
  return `<dl class="tiles">${facts.map(tile).join("")}</dl>`;
}

function failures(report) {
  if (!report.failed.length) return "";
  const line = (rule) => {
    const said = escape(`${rule.phase}: ${rule.said}; it was ${rule.was}`);
    return `<li><b>${escape(rule.endpoint || "all endpoints")}</b>, ${said}</li>`;
  };
  return `<section class="faults"><h2>What did not hold</h2><ul>${report.failed.map(line).join("")}</ul></section>`;
}

function phases(report) {
  const rates = ["journeys/s", "requests/s", "requests"];
  const heads = ["phase", ...rates, "p50", "p95", "p99", "", "failed", "throttled", "dropped"];
  const line = (phase) => {
    const rate = phase.state === "cut short" ? "cut short" : number(phase.requests_per_second, 1);
    const cells = [number(phase.journeys_per_second, 1), rate, number(phase.requests), ...times(phase)];
    const counts = [phase.failed, phase.throttled, phase.dropped].map((count) => number(count));
    return row(phase.name, [...cells, bar(phase.p99, phase.p99_limit), ...counts], phase.state === "not reached");
  };
  return table(heads, report.phases.map(line));
}

function endpoints(phase) {
  const heads = ["endpoint", "requests", "p50", "p95", "p99", "", "slowest", "failed", "throttled"];
  const line = (one) => {
    const name = `${escape(one.name)} <small>${escape(one.route)}</small>`;
    const counts = [number(one.max, 1), number(one.failed), number(one.throttled)];
    return rowOf(name, [number(one.requests), ...times(one), bar(one.p99, phase.p99_limit), ...counts], !one.requests);
  };
  return `<h2>Endpoints, ${escape(phase.name)}</h2>\n${table(heads, phase.endpoints.map(line))}`;
}

function times(one) {
  return [one.p50, one.p95, one.p99].map((time) => number(time, 1));
}

function bar(value, limit) {
  const share = Math.min(100, (100 * value) / limit);
  const inner = `<i class="${value > limit ? "bad" : ""}" style="width:${share.toFixed(1)}%"></i>`;
  return `<span class="bar" role="img" aria-label="${number(share)} % of the limit">${inner}</span>`;
}

function row(name, cells, isDim) {
  return rowOf(escape(name), cells, isDim);
}

function rowOf(head, cells, isDim) {
  const rest = cells.map((cell) => `<td>${cell}</td>`).join("");
  return `<tr${isDim ? ' class="dim"' : ""}><th scope="row">${head}</th>${rest}</tr>`;
}

function table(heads, rows) {
  const head = heads.map((name) => `<th scope="col">${name}</th>`).join("");
  return `<div class="wide"><table><thead><tr>${head}</tr></thead><tbody>${rows.join("\n")}</tbody></table></div>`;
}
