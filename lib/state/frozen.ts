const frozen = new WeakSet<object>();

/**
 * A deeply frozen copy with what JSON would keep: members that are undefined are left out. What has been through here
 * before is returned as it is, so a state that shares most of itself with the last one costs little.
 * @throws TypeError for what JSON would change, such as a Date or a Map: it would come back different from DynamoDB
 */
export function frozenCopy<T>(value: T): T {
  try {
    return copy(value) as T;
  } catch (error) {
    // The place is looked for only now: to keep track of it at every step would cost more than the copy.
    throw error instanceof Unfit ? unfit(value, 'the value', error.value) : error;
  }
}

class Unfit extends Error {
  readonly value: unknown;
  constructor(value: unknown) {
    super('unfit');
    this.value = value;
  }
}

function copy(value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Unfit(value);
  if (typeof value === 'bigint' || typeof value === 'function' || typeof value === 'symbol')
    throw new Unfit(value);
  if (typeof value !== 'object' || value === null || frozen.has(value)) return value;
  const result = Array.isArray(value) ? value.map(copy) : copyObject(value);
  frozen.add(Object.freeze(result));
  return result;
}

function copyObject(value: object): object {
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw new Unfit(value);
  const result: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    if (member !== undefined) result[key] = copy(member);
  }
  return result;
}

/** The error for the first place in `value` that holds `found`. */
function unfit(value: unknown, path: string, found: unknown): TypeError {
  return placeOf(value, path, found) ?? new TypeError(`${path} holds what JSON cannot`);
}

function placeOf(value: unknown, path: string, found: unknown): TypeError | undefined {
  if (Object.is(value, found)) {
    return new TypeError(
      `${path} is a ${nameOf(value)}: records hold only what JSON can; store a string or a finite number`,
    );
  }
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, member] of Object.entries(value)) {
    const place = placeOf(member, Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`, found);
    if (place) return place;
  }
  return undefined;
}

function nameOf(value: unknown): string {
  if (typeof value === 'number') return String(value);
  return typeof value === 'object' && value !== null ? (value.constructor?.name ?? 'object') : typeof value;
}
