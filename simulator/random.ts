/** A seeded generator: the same seed gives the same world, whatever machine it runs on. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** A whole number in [low, high], both included. */
  between(low: number, high: number): number;
  chance(probability: number): boolean;
  /** `length` lower-case hexadecimal digits, as in AWS ids. */
  hex(length: number): string;
  /** A version-4 shaped UUID, as in event ids and lifecycle tokens. */
  uuid(): string;
  /** An independent stream, so that one consumer drawing more does not shift what another one draws. */
  fork(label: string): Random;
}

/** Every four digits, since ids are drawn by the hundred thousand. */
const HEX = Array.from({ length: 0x10000 }, (_, value) => value.toString(16).padStart(4, '0'));

/** mulberry32: 32 bits of state are plenty for a timeline, and it is quick. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const hex = (length: number) => {
    let digits = '';
    while (digits.length < length) digits += HEX[(next() * HEX.length) | 0];
    return digits.slice(0, length);
  };
  return {
    next,
    between: (low, high) => low + Math.floor(next() * (high - low + 1)),
    chance: (probability) => probability > 0 && next() < probability,
    hex,
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`,
    fork: (label) => createRandom(seed ^ hash(label)),
  };
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return value >>> 0;
}
