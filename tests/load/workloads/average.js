// A usual day: 200 people, each at work on something every 20 seconds, are 10 journeys a second.
export const average = [
  { name: "warm up", from: 0.1, to: 1, seconds: 10, judge: "nothing" },
  { name: "average", from: 1, to: 1, seconds: 60, judge: "endpoints", stretches: true },
];
