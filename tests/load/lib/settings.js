// What `python -m tests.load` tells k6, by its environment: keys and passwords never stand in a command line.

function list(name) {
  return JSON.parse(__ENV[name] || "[]");
}

export const settings = {
  url: __ENV.SKEP_LOAD_URL,
  journey: __ENV.SKEP_LOAD_JOURNEY,
  workload: __ENV.SKEP_LOAD_WORKLOAD,
  target: __ENV.SKEP_LOAD_TARGET,
  // Journeys a second that a workload's 1 stands for, and how long its main phases take; 0 leaves them as they are.
  rate: Number(__ENV.SKEP_LOAD_RATE),
  seconds: Number(__ENV.SKEP_LOAD_SECONDS),
  p99: Number(__ENV.SKEP_LOAD_P99), // ms
  // Marks every record that a run makes; the data themselves are the same at every run.
  run: __ENV.SKEP_LOAD_RUN,
  seed: Number(__ENV.SKEP_LOAD_SEED),
  keys: list("SKEP_LOAD_KEYS"), // x-api-key of each client
  people: list("SKEP_LOAD_PEOPLE"), // email and password of each
  cleans: __ENV.SKEP_LOAD_CLEAN !== "no",
  report: __ENV.SKEP_LOAD_REPORT, // path of what is written, without .json, .html
  junit: __ENV.SKEP_LOAD_JUNIT,
};
