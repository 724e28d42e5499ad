const frozen = new WeakSet<object>();

/**
 * A deeply frozen copy with what JSON would keep: members that are undefined are left out. What has been through here
 * before is returned as it is, so a state that shares most of itself with the last one costs little.
 * @throws TypeError for what JSON would change, such as a Date or a Map: it would come back different from DynamoDB
 */
export function frozenCopy<T>(value: T): T {
  return copy(value, 'the value') as T;
}

function copy(value: unknown, path: string): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) throw unfit(path, String(value));
  if (typeof value === 'bigint' || typeof value === 'function' || typeof value === 'symbol') {
    throw unfit(path, typeof value);
  }
  if (typeof value !== 'object' || value === null || frozen.has(value)) return value;
  const result = Array.isArray(value)
    ? value.map((element, index) => copy(element, `${path}[${index}]`))
    : copyObject(value, path);
  frozen.add(Object.freeze(result));
  return result;
}

function copyObject(value: object, path: string): object {
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw unfit(path, value.constructor?.name ?? 'object');
  }
  const result: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    if (member !== undefined) result[key] = copy(member, `${path}.${key}`);
  }
  return result;
}

const unfit = (path: string, what: string) =>
  new TypeError(`${path} is a ${what}: records hold only what JSON can; store a string or a finite number`);
