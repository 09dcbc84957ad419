// Everybody at once: monday morning, eight times a usual day within five seconds. Nothing may fail, some may wait;
// and when it is over, it is over.
export const spike = [
  { name: "before", from: 1, to: 1, seconds: 15, judge: "endpoints" },
  { name: "rise", from: 1, to: 8, seconds: 5, judge: "nothing" },
  { name: "spike", from: 8, to: 8, seconds: 20, judge: "endpoints", slack: 10, stretches: true },
  { name: "fall", from: 8, to: 1, seconds: 5, judge: "nothing" },
  { name: "recover", from: 1, to: 1, seconds: 15, judge: "nothing" }, // those who wait are answered first
  { name: "after", from: 1, to: 1, seconds: 20, judge: "endpoints" },
];
