import type { Subject } from './syntax.ts';

const VERSION = /^v?\d+(?:\.\d+)*$/;
const DATE = /^(\d{4}-\d\d-\d\d)(?:T\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)?)?$/;

/** The parts of a version such as 1.14.5; undefined: it is none. */
export function versionOf(text: string): readonly number[] | undefined {
  return VERSION.test(text) ? text.replace('v', '').split('.').map(Number) : undefined;
}

/** Below 0, 0 or above 0, as for sorting: part by part, so that 1.9 is before 1.10, and 1.14 the same as 1.14.0. */
export function compareVersions(left: readonly number[], right: readonly number[]): number {
  const parts = Array.from({ length: Math.max(left.length, right.length) }, (_, index) => index);
  return parts.map((index) => (left[index] ?? 0) - (right[index] ?? 0)).find((sign) => sign !== 0) ?? 0;
}

/**
 * A date in one of the guide's four forms, in milliseconds since the epoch: 2018-06-18T22:28:28+00:00, ...28Z, ...28 and
 * 2018-06-18. The guide names no time zone for the last two: taken for UTC, as the times in ECS's answers, and a day for
 * its first moment. Undefined: it is none of them.
 */
export function dateOf(text: string): number | undefined {
  const [, day, zone] = DATE.exec(text) ?? [];
  if (day === undefined || !isDay(day)) return undefined;
  const time = Date.parse(zone === undefined && text !== day ? `${text}Z` : text);
  return Number.isNaN(time) ? undefined : time;
}

/** Date.parse takes the 30th of February for the 2nd of March. */
function isDay(day: string): boolean {
  const time = Date.parse(day);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day);
}

/** What the subject compares with, in words, when the value is not of that kind; undefined: it is. */
export function wantedValue(subject: Subject, value: string): string | undefined {
  if (subject.kind !== 'property') return undefined;
  const { name } = subject;
  switch (name) {
    case 'agentConnected':
      return value === 'true' || value === 'false' ? undefined : 'true or false';
    case 'agentVersion':
      return versionOf(value) ? undefined : 'a version such as 1.14.5';
    case 'registeredAt':
      return dateOf(value) === undefined ? 'a date such as 2018-06-18 or 2018-06-18T22:28:28Z' : undefined;
    case 'runningTasksCount':
      return /^\d+$/.test(value) ? undefined : 'a whole number such as 0';
    case 'ec2InstanceId':
      return undefined;
    default:
      return name satisfies never;
  }
}
