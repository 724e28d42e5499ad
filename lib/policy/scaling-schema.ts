import * as z from 'zod';
import { HOUR, MINUTE, SECOND } from '../clock.ts';
import { DAY } from './duration.ts';
import { metric } from './scaling-metric.ts';
import {
  alarmNames,
  clusterNames,
  count,
  cron,
  duration,
  groupNames,
  map,
  mode,
  name,
  never,
  none,
  onOff,
  quantity,
  serviceIds,
  timeZone,
} from './values.ts';

// The `scaling` section of the policy file. What single values cannot tell is checked in scaling-relations.ts.

const names = (of: string) =>
  name(
    /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/,
    `a name for the ${of} (letters, digits, hyphens, underscores and dots, at most 64)`,
  );
const number = (expected: string) => z.number(expected).refine(Number.isFinite, expected);

export const alarm = map(
  {
    metric: name(/^.{1,255}$/, 'a word for what the alarm watches, such as cpu').describe(
      'A word of your own for what the alarm watches: thresholds of the same word are compared.',
    ),
    threshold: number("a number, the alarm's threshold: the bounds of steps count from it").describe(
      'As in CloudWatch. Bounds of steps count from it.',
    ),
    comparison: z
      .enum(['>=', '>', '<=', '<'], '>=, >, <= or <')
      .describe('As in CloudWatch: on which side of the threshold the alarm is in ALARM.'),
  },
  "a map such as { metric: cpu, threshold: 70, comparison: '>=' }",
);

const adjustment = 'a number such as 2 or -1, or a share such as 10% or -25%';
const step = map({
  from: number('a number that counts from the threshold of the alarm').optional(),
  to: number('a number that counts from the threshold of the alarm').optional(),
  by: z
    .union([z.int(adjustment), z.string(adjustment).regex(/^-?\d{1,4}%$/, adjustment)], adjustment)
    .optional()
    .describe('How many more or fewer, or how many percent of the present count.'),
  set: count(0, 'a number of tasks or instances, 0 or more').optional().describe('The count itself.'),
});

export const steps = z
  .array(step, 'a list of steps, such as [{ from: 0, by: 10% }]')
  .min(1, 'at least one step')
  .max(20, 'at most 20 steps');

/** A group's instances have their warm-up instead of a cooldown (EC2 Auto Scaling user guide, step scaling). */
const stepPolicy = (cooldown: string) =>
  map({
    alarm: z
      .string('the name of an alarm of `scaling.alarms`')
      .describe('One of `scaling.alarms`. While it is in ALARM its metric is read every minute.'),
    steps: steps.describe('What to do, by how far the metric is past the threshold.'),
    minMagnitude: z
      .int('a number of tasks or instances from 1 up')
      .min(1, 'a number of tasks or instances from 1 up')
      .optional()
      .describe('With steps in percent: the least number that a change moves.'),
    cooldown: duration(0, DAY).prefault(cooldown).describe('How long a change is given to show.'),
    noData: z
      .enum(['hold', 'nearest-step'], 'hold or nearest-step')
      .prefault('hold')
      .describe('In ALARM without any datapoint, since missing data are breaching: what to do.'),
  });

const rateChange = 'a number from 1 up or a share from 1% up';
const behaviour = (stabilisation: string) =>
  map({
    enabled: onOff(true),
    stabilisation: duration(0, HOUR)
      .prefault(stabilisation)
      .describe('Out: the least that was wanted in so long counts; in: the most.'),
    rates: z
      .array(
        map({
          change: quantity(1, /^[1-9]\d{0,3}%$/, rateChange),
          // The record keeps the changes of the last hour.
          period: duration(MINUTE, HOUR),
        }),
        'a list such as [{ change: 100%, period: 1m }]',
      )
      .prefault([])
      .describe('At most so much change within each period.'),
    select: z
      .enum(['most', 'least'], 'most or least')
      .prefault('most')
      .describe('Which of several rates holds.'),
  }).prefault({});

const targetPolicy = map({
  metric: metric.describe('The metric that is kept at the value.'),
  value: number('a number above 0').refine((value) => value > 0, 'a number above 0'),
  tolerance: number('a number from 0 to below 1, such as 0.1')
    .refine((value) => value >= 0 && value < 1, 'a number from 0 to below 1, such as 0.1')
    .prefault(0.1)
    .describe('No change while metric / value is this near to 1.'),
  out: behaviour('0s').describe('How fast it scales out.'),
  in: behaviour('5m').describe('How fast it scales in.'),
});

const MOMENT = /^(?=\d)(\d{1,6}m)?(\d{1,7}s)?(\d{1,9}ms)?$/;
const moments = 'a time above 0 written like 200ms, 30s or 10m';
export const moment = z
  .string(moments)
  .regex(MOMENT, moments)
  .transform((text) => {
    const [minutes, seconds, ms] = (MOMENT.exec(text) ?? [])
      .slice(1)
      .map((part) => Number.parseInt(part ?? '0', 10));
    return (minutes ?? 0) * MINUTE + (seconds ?? 0) * SECOND + (ms ?? 0);
  })
  .refine((ms) => ms > 0, moments);

export const zeroAfter = never(duration(0, DAY), 'a duration such as 10m, or never').prefault('never');
const backlogPolicy = map({
  messages: metric.describe('How many messages wait.'),
  acceptableLatency: moment.describe('How long a message may wait.'),
  timePerMessage: moment.describe('How long a task takes for one message.'),
  activation: count(0, 'a number of messages, 0 or more')
    .prefault(0)
    .describe('From zero: start as soon as more messages than this wait.'),
  zeroAfter: zeroAfter.describe('Down to zero when nothing has waited for so long.'),
  inCooldown: duration(0, DAY).prefault('5m').describe('How long after a change nothing is scaled in.'),
});

const LOCAL = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/;
const locals = 'a local time such as 2026-12-24T18:00';
export const local = z
  .string(locals)
  .regex(LOCAL, locals)
  .refine(
    (text) => new Date(`${text}Z`).toJSON()?.startsWith(text) ?? false,
    `${locals}, on a day that exists`,
  );

const bound = count(0, 'a number of tasks or instances, 0 or more').optional();
const schedule = map({
  at: local.optional().describe('Once, at a local time.'),
  rate: duration(MINUTE, 366 * DAY)
    .optional()
    .describe('Again and again after so long.'),
  cron: cron.optional().describe('5 fields as in a crontab, or 6 with the year last; weekdays by name.'),
  timeZone: timeZone.describe('In which `at` and `cron` are read.'),
  min: bound,
  max: bound,
  desired: bound.describe('The count at that time; policies go on from there.'),
  makeUp: duration(0, DAY)
    .prefault('10m')
    .describe('A run missed for longer than this is not made up for; of several the newest only.'),
});

export const freezeDuration = duration(MINUTE, 31 * DAY);
const freeze = map({
  cron: cron.describe('When it begins.'),
  timeZone,
  duration: freezeDuration,
  directions: z
    .enum(['in', 'out', 'both'], 'in, out or both')
    .prefault('both')
    .describe('What is not done meanwhile.'),
});

const limit = none(quantity(1, /^[1-9]\d{0,3}%$/, rateChange), `${rateChange}, or none`).prefault('none');

export const bounds = {
  min: count(0, 'a number of tasks or instances, 0 or more').describe('Never fewer.'),
  max: count(0, 'a number of tasks or instances, 0 or more').describe('Never more.'),
};

const target = (cooldown: string) => ({
  ...bounds,
  policies: z
    .record(
      names('policy'),
      map({
        step: stepPolicy(cooldown).optional().describe('Steps of an alarm, as AWS has them.'),
        target: targetPolicy.optional().describe('Keeps a metric at a value.'),
        backlog: backlogPolicy
          .optional()
          .describe('For queue workers: as many as the waiting messages need.'),
      }),
      'a map of policies by name',
    )
    .prefault({})
    .describe('Of several the one that wants the most counts.'),
  schedules: z.record(names('schedule'), schedule, 'a map of schedules by name').prefault({}),
  freezes: z
    .record(names('freeze'), freeze, 'a map of freezes by name')
    .prefault({})
    .describe('When nothing shall be scaled in, out, or at all.'),
  limits: map({
    perChange: limit.describe('At most so many more or fewer in one change.'),
    perHour: limit.describe('At most so many in all changes of an hour, each direction for itself.'),
  }).prefault({}),
  otherOwner: z
    .enum(['refuse', 'ignore'], 'refuse or ignore')
    .prefault('refuse')
    .describe('When somebody else scales it too: leave it to them, or act all the same.'),
  holdFlapping: onOff(true).describe('Hold a scale-in that would soon call for a scale-out.'),
});

const service = map(target('5m'));
const group = map({
  ...target('0s'),
  cluster: clusterNames
    .optional()
    .describe('Whose container instances these are: only ACTIVE and connected ones count as capacity.'),
  warmup: duration(0, HOUR).prefault('5m').describe('How long a new instance adds no capacity yet.'),
});

export const scalingSchema = map({
  mode,
  alarms: z
    .record(alarmNames, alarm, 'a map of alarms, such as { web-cpu-high: { metric: cpu, ... } }')
    .prefault({})
    .describe('The CloudWatch alarms that steps belong to, by name. They are read at run time too.'),
  services: z
    .record(serviceIds, service, 'a map of services, such as { prod/web: { min: 2, max: 40, ... } }')
    .prefault({})
    .describe('ECS services whose desired count is scaled, by cluster and name.'),
  groups: z
    .record(groupNames, group, 'a map of Auto Scaling groups, such as { prod-ecs: { min: 1, max: 9, ... } }')
    .prefault({})
    .describe('Auto Scaling groups whose desired capacity is scaled, by name.'),
});

export type ScalingFile = z.output<typeof scalingSchema>;
export type TargetFile = ScalingFile['services'][string];
