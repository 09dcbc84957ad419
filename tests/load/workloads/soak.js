// A usual day for long, to see what grows: memory, connections, waits. Five minutes here, an hour each night.
export const soak = [
  { name: "warm up", from: 0.1, to: 1, seconds: 10, judge: "nothing" },
  { name: "soak", from: 1, to: 1, seconds: 300, judge: "endpoints", stretches: true },
  { name: "last minute", from: 1, to: 1, seconds: 60, judge: "endpoints" },
];
