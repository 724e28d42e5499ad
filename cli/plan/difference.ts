import { policySchema } from '../../lib/policy/schema.ts';

/** One thing that two policy files say differently. */
export interface Difference {
  /** As the policy file names it: `draining.clusters.prod.deadline`. */
  readonly path: string;
  readonly from: string;
  readonly to: string;
}

type Path = readonly string[];

/**
 * What a policy file says otherwise than the one before, by path and in the words of the files. What comes to the same
 * is none: a default that is written out, or 60s for 1m. Pure.
 */
export function differences(before: unknown, after: unknown): Difference[] {
  const [old, now] = [policySchema.safeParse(before), policySchema.safeParse(after)];
  // A file of an older version may not be read any more: then it is compared as it was written.
  const meanings = old.success && now.success ? { old: old.data, now: now.data } : undefined;
  return leaves(before, after, []).flatMap(({ path, from, to }): Difference[] => {
    const was = meanings && at(meanings.old, path);
    const is = meanings && at(meanings.now, path);
    if (meanings && same(was, is)) return [];
    const byDefault = (meaning: unknown) => (meaning === undefined ? 'nothing' : 'the default');
    return [
      {
        path: path.join('.'),
        from: from === undefined ? byDefault(was) : inWords(from),
        to: to === undefined ? byDefault(is) : inWords(to),
      },
    ];
  });
}

interface Leaf {
  readonly path: Path;
  readonly from: unknown;
  readonly to: unknown;
}

function leaves(from: unknown, to: unknown, path: Path): Leaf[] {
  if (same(from, to)) return [];
  // `limits: {}` and no limits at all are compared key by key; a map in place of a word is a difference of its own.
  const maps = isMap(from) || isMap(to);
  const both = (isMap(from) || from === undefined) && (isMap(to) || to === undefined);
  const whole = path.length > 0 && isNamed(path) && (from === undefined || to === undefined);
  if (!maps || !both || whole) return [{ path, from, to }];
  const [old, now] = [isMap(from) ? from : {}, isMap(to) ? to : {}];
  const keys = new Set([...Object.keys(old), ...Object.keys(now)]);
  return [...keys].flatMap((key) => leaves(own(old, key), own(now, key), [...path, key]));
}

/** What people give names to is there or not, as a whole: a cluster, a service, a promotion. */
const NAMED: ReadonlySet<string> = new Set([
  'clusters',
  'groups',
  'services',
  'alarms',
  'policies',
  'schedules',
  'freezes',
  'repositories',
  'promotions',
  'migrations',
]);
const isNamed = (path: Path) => NAMED.has(path.at(-2) ?? '') || path.length === 1;

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A cluster may be called toString, as every object has something of that name. */
const own = (map: Readonly<Record<string, unknown>>, key: string): unknown =>
  Object.hasOwn(map, key) ? map[key] : undefined;

function same(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => same(item, b[index]));
  }
  if (!isMap(a) || !isMap(b)) return Object.is(a, b);
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => same(own(a, key), own(b, key)));
}

const at = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((inner, key) => (isMap(inner) ? own(inner, key) : undefined), value);

const LONGEST = 200;

function inWords(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
}
