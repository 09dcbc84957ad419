// Does every step of every journey work, and answer in time, a few at a time? After every deployment: each step once
// before it is judged, since a function that was just deployed has yet to start.
export const smoke = [
  { name: "warm up", from: 0.2, to: 0.2, seconds: 5, judge: "nothing" },
  { name: "smoke", from: 0.2, to: 0.2, seconds: 15, judge: "endpoints", stretches: true },
];
