import * as z from 'zod';
import { MINUTE, SECOND } from '../../lib/clock.ts';
import { DAY } from '../../lib/policy/duration.ts';
import { clusterNames, count, duration, map, name, onOff, serviceNames } from '../../lib/policy/values.ts';
import { events } from './happenings.ts';
import {
  groupNames,
  LONGEST,
  paces,
  rate,
  repositoryNames,
  serviceIds,
  share,
  span,
  tags,
  times,
  units,
} from './values.ts';

// The scenario file, as a person writes it. The same schema checks it (load.ts), fills in the defaults and makes the
// JSON Schema for editors.

const aNumber = 'a whole number from 0 up';

const hook = map({
  heartbeat: duration(30 * SECOND, 2 * 60 * MINUTE, 'Auto Scaling takes nothing else')
    .prefault('5m')
    .describe('The heartbeat timeout.'),
  default: z
    .enum(['CONTINUE', 'ABANDON'], 'CONTINUE or ABANDON')
    .prefault('CONTINUE')
    .describe('What Auto Scaling does when nobody answers.'),
});

const group = map({
  instances: count(0, aNumber).describe('That run at the start.'),
  min: count(0, aNumber).prefault(0),
  max: count(0, aNumber).optional().describe('Twice the instances unless said.'),
  type: z.string('an instance type, such as m7g.large').prefault('m7g.large'),
  cpu: units('CPU units, of which a vCPU has 1024').prefault(2048),
  memory: units('MiB').prefault(7680),
  spot: onOff(false),
  hooks: z
    .record(
      name(/^[A-Za-z0-9/_-]{1,255}$/, "a lifecycle hook's name"),
      hook,
      'a map of terminate hooks, such as { stevedore-drain: {} }',
    )
    .prefault({ 'stevedore-drain': {} })
    .describe('Terminate hooks.'),
});

const aMoment = 'a moment in UTC, such as 2026-11-21T14:00:00Z';
const moment = z.iso.datetime({ error: aMoment }).transform((text) => Date.parse(text));

const aTrace = 'the name of a CSV file of lines timestamp,value';
const csvCurve = map({
  csv: z
    .string(aTrace)
    .min(1, aTrace)
    .describe('Lines of timestamp,value, as a back-test reads them. From this file on.'),
  per: duration(SECOND, DAY, 'a value counts what arrived in that time')
    .prefault('1s')
    .describe('What a value of the trace counts: 5m where it is the sum of five minutes.'),
  times: z
    .number('a number above 0')
    .gt(0, 'a number above 0')
    .prefault(1)
    .describe('So many times as much.'),
  from: moment
    .optional()
    .describe('The moment of the trace at which the scenario starts; unless said, its first.'),
});
export type CsvCurve = z.output<typeof csvCurve>;

const aCurve =
  'a number, points such as [{ at: 0m, arrivals: 40 }, { at: 10m, arrivals: 90 }], { low, high } of a day, or { csv } of a trace';
const curve = z.union(
  [
    rate,
    z.array(map({ at: times, arrivals: rate })).min(1, 'at least one point'),
    map({ low: rate, high: rate, noise: z.number().min(0).max(1).prefault(0) }),
    csvCurve,
  ],
  aCurve,
);

const load = map({
  perTask: rate.gt(0, 'a number above 0').describe('Requests or messages a second that one task serves.'),
  arrivals: curve.describe(
    'A second: a number, points with straight lines between them, day and night, or a trace.',
  ),
  queue: z.string('the name of a queue').optional().describe('Messages wait in it; without: requests.'),
  warmUp: paces.prefault('0s').describe('From healthy to serving.'),
});

const provider = map({
  capacityProvider: z.enum(['FARGATE', 'FARGATE_SPOT'], 'FARGATE or FARGATE_SPOT'),
  base: count(0, aNumber).prefault(0),
  weight: count(0, aNumber).prefault(1),
});

const service = map({
  count: count(0, aNumber).prefault(0).describe('The desired count.'),
  daemon: onOff(false).describe('One task on each instance.'),
  launchType: z.enum(['EC2', 'FARGATE'], 'EC2 or FARGATE').prefault('EC2'),
  strategy: z
    .array(provider, 'a list of capacity providers, such as [{ capacityProvider: FARGATE_SPOT }]')
    .min(1, 'at least one capacity provider')
    .optional()
    .describe('A capacity provider strategy, in place of the launch type.'),
  image: z
    .string('an image, such as shop/api:production')
    .optional()
    .describe('A repository of this file with a tag, or any other. Unless said: one whose tag cannot move.'),
  cpu: units('CPU units').prefault(256),
  memory: units('MiB').prefault(512),
  minimumHealthyPercent: share(100).optional(),
  maximumPercent: share(200).optional(),
  startUp: span.optional().describe('From placed to RUNNING.'),
  stop: span.optional().describe('From SIGTERM to the exit.'),
  stopTimeout: paces.prefault('30s').describe('When SIGKILL ends it.'),
  healthyAfter: paces.prefault('0s').describe("From RUNNING to healthy by the load balancer's reckoning."),
  deregistrationDelay: paces.prefault('0s').describe('Of the target group; 0s: no load balancer.'),
  load: load.optional(),
}).refine(({ daemon, launchType, strategy }) => !daemon || (launchType === 'EC2' && strategy === undefined), {
  error: 'a daemon on EC2: Fargate has none',
});

const cluster = map({
  groups: z.record(groupNames, group, 'a map of Auto Scaling groups').prefault({}),
  services: z.record(serviceNames, service, 'a map of services').prefault({}),
});

const COMPARISONS = {
  above: 'GreaterThanThreshold',
  atLeast: 'GreaterThanOrEqualToThreshold',
  below: 'LessThanThreshold',
  atMost: 'LessThanOrEqualToThreshold',
} as const;
type Threshold = keyof typeof COMPARISONS;
const isThreshold = (key: string): key is Threshold => Object.hasOwn(COMPARISONS, key);

const threshold = z.number('a number').optional();
const alarm = map({
  service: serviceIds,
  metric: z.enum(
    ['cpu', 'requests', 'requests-per-task', 'messages', 'oldest-message'],
    'cpu, requests, requests-per-task, messages or oldest-message',
  ),
  statistic: z.enum(['Average', 'Maximum', 'Minimum', 'Sum']).prefault('Average'),
  above: threshold,
  atLeast: threshold,
  below: threshold,
  atMost: threshold,
  minutes: count(1, 'a whole number of minutes from 1 up').prefault(1).describe('In a row.'),
  missing: z.enum(['missing', 'breaching', 'notBreaching', 'ignore']).prefault('missing'),
}).transform(({ above, atLeast, below, atMost, ...rest }, context) => {
  const given = Object.entries({ above, atLeast, below, atMost }).flatMap(([key, value]) =>
    value === undefined || !isThreshold(key) ? [] : [{ comparison: COMPARISONS[key], threshold: value }],
  );
  const [only, ...more] = given;
  if (only !== undefined && more.length === 0) return { ...rest, ...only };
  context.addIssue({ code: 'custom', message: 'exactly one of above, atLeast, below, atMost' });
  return z.NEVER;
});

const repository = map({
  scanning: z
    .enum(['basic', 'manual', 'enhanced', 'off'], 'basic, manual, enhanced or off')
    .prefault('basic'),
  images: z
    .array(map({ tags: z.array(tags, 'a list of tags').min(1, 'at least one tag') }), 'a list of images')
    .prefault([])
    .describe('That are there at the start, oldest first.'),
});

export const scenarioSchema = map({
  version: z.literal(1, '1').describe('The version of this format.'),
  title: z.string('a title').min(1, 'a title'),
  policy: z.string('the name of a policy file beside this one').describe('Its policy file.'),
  start: moment.prefault('2026-11-21T14:00:00Z'),
  length: duration(MINUTE, LONGEST),
  seed: z.int('a whole number').prefault(1).describe('Of all chance: the same seed plays the same.'),
  zones: z
    .array(name(/^[a-z]$/, 'the letter of a zone, such as a'), 'a list of zones, such as [a, b]')
    .min(1, 'at least one zone')
    .prefault(['a', 'b', 'c'])
    .describe('Of the Region, by their letters.'),
  clusters: z
    .record(clusterNames, cluster, 'a map of clusters')
    .refine((clusters) => Object.keys(clusters).length > 0, 'at least one cluster'),
  repositories: z.record(repositoryNames, repository, 'a map of repositories').prefault({}),
  alarms: z.record(z.string(), alarm, 'a map of alarms').prefault({}),
  events: z.array(events, 'a list of events').prefault([]).describe('In order of time.'),
});

export type ScenarioFile = z.output<typeof scenarioSchema>;
