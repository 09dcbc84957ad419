// Numbers that look random and are the same for the same seed, so that every run sends the same requests.

// A function that gives the next number from 0 up to 1: a Weyl sequence, its steps mixed by multiplication.
export function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 4294967296;
  };
}

// A whole number from `least` to `most`.
export function whole(random, least, most) {
  return least + Math.floor(random() * (most - least + 1));
}

export function pick(random, list) {
  return list[whole(random, 0, list.length - 1)];
}
