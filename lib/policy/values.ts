import * as z from 'zod';
import { DURATION, durationMs, durationText } from './duration.ts';

// What values of the policy file are made of. Every message completes the sentence "expected ...".

/** A map with these keys and no others. The message for an unknown key lists the known ones; load.ts reads it. */
export function map<Shape extends z.core.$ZodLooseShape>(shape: Shape, example?: string) {
  const keys = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? keys : (example ?? `a map with the keys ${keys}`),
  });
}

/** A duration from `min` to `max` milliseconds; `why` names what sets the limits. */
export function duration(min: number, max: number, why?: string) {
  const expected = [
    `a duration from ${durationText(min)} to ${durationText(max)}, written like 45s, 30m or 1h30m`,
    ...(why === undefined ? [] : [`(${why})`]),
  ].join(' ');
  return z
    .string(expected)
    .regex(DURATION, expected)
    .transform(durationMs)
    .refine((ms) => ms >= min && ms <= max, expected);
}

/** Names end up in IAM resource ARNs, where `*`, `?` and `${...}` would widen what the role may touch. */
export const name = (pattern: RegExp, expected: string) => z.string(expected).regex(pattern, expected);

export const clusterNames = name(
  /^[A-Za-z0-9_-]{1,255}$/,
  "an ECS cluster's name (letters, digits, hyphens and underscores, at most 255), not its ARN",
);
export const groupNames = name(
  /^[^*?$:"\\{}\t\r\n]{1,255}$/,
  `the name of an Auto Scaling group, not its ARN, without * ? $ : " \\ { }`,
);
export const serviceNames = name(
  /^[A-Za-z0-9_-]{1,255}$/,
  "an ECS service's name (letters, digits, hyphens and underscores, at most 255), not its ARN",
);
/** A service and the cluster that it is in. */
export const serviceIds = name(
  /^[A-Za-z0-9_-]{1,255}\/[A-Za-z0-9_-]{1,255}$/,
  'a cluster and a service by their names, such as prod/web',
);
const aRepository = 'the name of an ECR repository, not its URI, such as shop/api (lower case, at most 256)';
export const repositoryNames = name(
  /^(?=.{2,256}$)([a-z0-9]+([._-][a-z0-9]+)*\/)*[a-z0-9]+([._-][a-z0-9]+)*$/,
  aRepository,
);
export const tags = name(
  /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/,
  'a tag (letters, digits, hyphens, underscores and dots, at most 128)',
);
export const regions = name(/^[a-z]{2,}(-[a-z]+)+-\d$/, 'the name of an AWS Region, such as eu-central-1');
const anAlarm = 'the name of a CloudWatch alarm, not its ARN';
export const alarmNames = name(/^[^\p{Cc}]{1,255}$/u, anAlarm).refine(
  (alarm) => !alarm.startsWith('arn:'),
  anAlarm,
);
export const onOff = (byDefault: boolean) => z.boolean('true or false').prefault(byDefault);

/** The word `never` or `none`, which is read as null, or another value. */
const wordOr = <Of extends z.ZodType>(word: 'never' | 'none', of: Of, expected: string) =>
  z.union([z.literal(word).transform(() => null), of], expected);
export const never = <Of extends z.ZodType>(of: Of, expected: string) => wordOr('never', of, expected);
export const none = <Of extends z.ZodType>(of: Of, expected: string) => wordOr('none', of, expected);

/** A whole number from `min` on. */
export const count = (min: number, expected: string) => z.int(expected).min(min, expected);

/** A share such as 25%, as the number 25. */
export const percent = (min: number, max: number) => {
  const expected = `a share from ${min}% to ${max}%`;
  return z
    .string(expected)
    .regex(/^\d{1,3}%$/, expected)
    .transform((text) => Number.parseInt(text, 10))
    .refine((share) => share >= min && share <= max, expected);
};

/** A number of things, or a share of them in percent. */
export const quantity = (min: number, percent: RegExp, expected: string) =>
  z
    .union([z.int(expected).min(min, expected), z.string(expected).regex(percent, expected)], expected)
    .transform((value) =>
      typeof value === 'number'
        ? ({ kind: 'count', value } as const)
        : ({ kind: 'percent', value: Number.parseInt(value, 10) } as const),
    );

const timeZones = 'the IANA name of a time zone, such as Europe/Berlin or UTC';
export const timeZone = z
  .string(timeZones)
  .regex(/^[A-Za-z]/, timeZones)
  .refine(isTimeZone, timeZones)
  .prefault('UTC');

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

const crons = 'a cron expression of 5 fields, or of 6 with the year last';
export const cron = z.string(crons);

export const mode = z
  .enum(['act', 'observe'], 'act or observe')
  .prefault('act')
  .describe('observe: decide and journal, change nothing.');
