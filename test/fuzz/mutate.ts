import type { Random } from '../../simulator/random.ts';

/** What JSON can hold. */
export type Json = string | number | boolean | null | Json[] | { [field: string]: Json };

export const pick = <Item>(random: Random, [first, ...rest]: readonly [Item, ...Item[]]): Item => {
  const index = random.between(0, rest.length);
  return index === 0 ? first : (rest[index - 1] ?? first);
};

// Names that mean something to JavaScript, and so to code that forgets to ask whether a field is the object's own.
const prototypeKeys = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'then',
] as const;

// Texts that regular expressions, dates, patterns and logs have stumbled over.
const oddTexts = [
  '',
  ' ',
  '\u0000',
  '\ud800',
  '2026-02-30T00:00:00Z',
  'Thu, 99 Foo 2026 00:00:00 GMT',
  'arn:aws:ecs:us-east-1:111122223333:cluster/',
  'i-',
  'i-0a1b2c3d4e5f67890\n',
  'sha256:',
  '../../etc/passwd',
  '*'.repeat(60),
  '{"cluster":{"__proto__":1}}',
  '__proto__',
  '<<',
  '99999999999999999999d',
  '100%%',
  '1e309',
] as const;

const repeated = [
  'a',
  ' ',
  '*',
  '-',
  '0',
  '1,',
  ':',
  '/',
  'a*',
  '>=1 || ',
  '[',
  '{"a":',
  '\\',
  '😀',
] as const;

function hugeText(random: Random): string {
  const text = pick(random, repeated);
  return text.repeat(random.between(1, 20_000)) + pick(random, ['', '!', '\n']);
}

function deep(random: Random): Json {
  const isList = random.chance(0.5);
  let value: Json = 1;
  for (let depth = random.between(1, 2_000); depth > 0; depth--) value = isList ? [value] : { a: value };
  return value;
}

/** A value of any kind; rarely a huge or a deep one, since these cost the most and find the least. */
export function anyValue(random: Random): Json {
  if (random.chance(0.02)) return random.chance(0.5) ? hugeText(random) : deep(random);
  const number = () =>
    pick(random, [0, -1, 1.5, 1e308, Number.MAX_SAFE_INTEGER, random.between(-1000, 1000)]);
  const makers: readonly [() => Json, ...(() => Json)[]] = [
    () => null,
    () => random.chance(0.5),
    number,
    () => pick(random, oddTexts),
    () => random.hex(random.between(1, 64)),
    () => [],
    () => [pick(random, oddTexts), number(), null],
    () => ({}),
    () => own(pick(random, prototypeKeys), { polluted: true }),
  ];
  return pick(random, makers)();
}

/** An object with one field of its own, be it called `__proto__`, as JSON.parse would make it. */
function own(name: string, value: Json): { [field: string]: Json } {
  const made: { [field: string]: Json } = {};
  Object.defineProperty(made, name, { value, enumerable: true, configurable: true, writable: true });
  return made;
}

type Container = Json[] | { [field: string]: Json };
interface Place {
  readonly parent: Container;
  readonly key: string;
}

/** Every field and item, the deepest too. */
function placesIn(value: Json, found: Place[] = []): Place[] {
  if (typeof value !== 'object' || value === null) return found;
  for (const [key, inner] of Object.entries(value)) {
    found.push({ parent: value, key });
    placesIn(inner, found);
  }
  return found;
}

/** A copy, so that no value becomes a part of itself. */
export const copied = (value: Json): Json => JSON.parse(JSON.stringify(value)) as Json;

const at = ({ parent, key }: Place): Json => (Reflect.get(parent, key) as Json | undefined) ?? null;

function set({ parent, key }: Place, value: Json): void {
  Object.defineProperty(parent, key, { value, enumerable: true, configurable: true, writable: true });
}

/** Changes `value` in place at one to four places; gives what it has become, which may be another value. */
export function mutated(value: Json, random: Random): Json {
  let root = value;
  for (let left = random.between(1, 4); left > 0; left--) root = mutatedOnce(root, random);
  return root;
}

function mutatedOnce(root: Json, random: Random): Json {
  const [first, ...others] = placesIn(root);
  if (first === undefined || random.chance(0.005)) return anyValue(random);
  const place = pick(random, [first, ...others]);
  const changes: readonly [() => void, ...(() => void)[]] = [
    () => drop(place),
    () => set(place, anyValue(random)),
    () => set(place, retyped(at(place))),
    () => set(place, copied(at(pick(random, [first, ...others])))),
    () => set(place, nearly(at(place), random)),
    () => rename(place, random),
    () => shadow(place, random),
  ];
  pick(random, changes)();
  return root;
}

function drop({ parent, key }: Place): void {
  if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else Reflect.deleteProperty(parent, key);
}

/** The same said in another type: a number as text, a thing as a list of it. */
function retyped(value: Json): Json {
  switch (typeof value) {
    case 'string':
      return value !== '' && Number.isFinite(Number(value)) ? Number(value) : [value];
    case 'number':
    case 'boolean':
      return String(value);
    default:
      return Array.isArray(value) ? { ...value } : [value];
  }
}

/** A text with a character more, less or changed, or repeated; a number next to it. */
function nearly(value: Json, random: Random): Json {
  if (typeof value === 'number') return value + pick(random, [-1, 1, 0.5, -2 * value]);
  if (typeof value !== 'string') return value;
  const cut = random.between(0, value.length);
  const noise = pick(random, ['', ' ', '\n', '/', '*', ':', 'Z', '-', '0', '%', 'é']);
  const text = value.slice(0, cut) + noise + value.slice(cut + random.between(0, 1));
  return random.chance(0.02) ? text.repeat(random.between(1, 200)) : text;
}

/** Lists have no such fields in JSON. */
function shadow(place: Place, random: Random): void {
  const { parent } = place;
  if (!Array.isArray(parent)) set({ parent, key: pick(random, prototypeKeys) }, copied(at(place)));
}

function rename({ parent, key }: Place, random: Random): void {
  if (Array.isArray(parent)) return;
  const value = at({ parent, key });
  drop({ parent, key });
  set({ parent, key: pick(random, [key.toUpperCase(), `${key} `, ...prototypeKeys]) }, value);
}
