// More and more: twice a usual day has to hold; beyond that the first step that doesn't hold is what is looked for.
const MUST_HOLD = [1, 2];
const LOOK_FOR_THE_END = [3, 4, 5, 6, 8, 10, 12, 16, 20];

function step(times, judge) {
  return { name: `x${times}`, from: times, to: times, seconds: 15, judge, aborts: true, stretches: true };
}

export const stress = [
  { name: "warm up", from: 0.1, to: 1, seconds: 10, judge: "nothing" },
  ...MUST_HOLD.map((times) => step(times, "endpoints")),
  ...LOOK_FOR_THE_END.map((times) => step(times, "limit")),
];
