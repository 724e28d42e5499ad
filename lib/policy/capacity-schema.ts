import * as z from 'zod';
import { HOUR, MINUTE } from '../clock.ts';
import {
  clusterNames,
  count,
  cron,
  duration,
  groupNames,
  map,
  mode,
  name,
  onOff,
  percent,
  quantity,
  timeZone,
} from './values.ts';

// The `capacity` section of the policy file: see schema.ts for how the schemas are used.

const DAY = 24 * HOUR;

const instanceTypes = name(/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/, 'an instance type, such as m7g.large');

const reasons = z
  .array(z.enum(['empty', 'underused', 'obsolete'], 'empty, underused or obsolete'), 'a list of reasons')
  .refine((some) => new Set(some).size === some.length, 'each reason once');

export const windowDuration = duration(MINUTE, 7 * DAY);

const budget = map(
  {
    limit: quantity(
      0,
      /^([1-9]?\d|100)%$/,
      'a number of instances from 0 up, or a share from 0% to 100%',
    ).describe(
      'At most so many instances of the cluster on their way out at once; a share is of the ACTIVE ones and rounded up.',
    ),
    reasons: reasons.optional().describe('The reasons it holds for. Left out: all.'),
    window: map({
      cron: cron.describe('When it comes into force: 5 fields as in a crontab, or 6 with the year last.'),
      timeZone,
      duration: windowDuration.describe('For how long.'),
    })
      .optional()
      .describe('Left out: always in force.'),
  },
  'a map such as { limit: 10% }',
);

const consolidation = map({
  reasons: reasons
    .prefault(['empty', 'underused', 'obsolete'])
    .describe(
      'Why an instance may go: nothing but daemons runs on it, its tasks fit elsewhere, or the group would launch it otherwise now.',
    ),
  after: duration(0, DAY)
    .prefault('10m')
    .describe(
      'An instance must have been one to let go for so long without a break, and is then checked again.',
    ),
  minimumAge: duration(0, 7 * DAY)
    .prefault('15m')
    .describe('Younger instances are left alone.'),
  budgets: z
    .array(budget, 'a list of budgets')
    .prefault([{ limit: '10%' }])
    .describe('The smallest of those in force counts.'),
  replace: onOff(false).describe('Replace several instances by one that the group launches.'),
  balance: z
    .number('a number from 0 up')
    .min(0, 'a number from 0 up')
    .max(100, 'a number up to 100')
    .prefault(2)
    .describe(
      'The share of the cost that is saved must be at least the share of the disruption, divided by this. 0: any saving will do.',
    ),
  drainTimeout: duration(5 * MINUTE, 48 * HOUR)
    .prefault('1h')
    .describe('A drain that takes longer is taken back, and the instance takes tasks again.'),
  zoneSkew: count(1, 'a number of instances from 1 up')
    .prefault(1)
    .describe(
      'At most so far apart may the zones of a group be by a removal, or Auto Scaling would balance them again.',
    ),
});

const scaleOut = map({
  after: duration(0, HOUR)
    .prefault('30s')
    .describe('A task must have waited so long for an instance; deployments place theirs within seconds.'),
  maximumStep: count(1, 'a number of instances from 1 up')
    .prefault(20)
    .describe('At most so many instances at once, over all groups of the cluster.'),
  launchTimeout: duration(MINUTE, HOUR)
    .prefault('10m')
    .describe('How long an instance may take to register; after that it is not counted on.'),
});

const cluster = map({
  groups: z
    .array(groupNames, 'a list of Auto Scaling groups')
    .min(1, 'at least one Auto Scaling group')
    .refine((groups) => new Set(groups).size === groups.length, 'each group once')
    .describe('The groups whose instances may be launched and let go.'),
  scaleOut: z
    .union([z.literal(false), scaleOut], 'false or a map such as { after: 30s }')
    .prefault({})
    .describe('Raise a group by the instances that waiting tasks really need. false: not at all.'),
  consolidation: consolidation
    .optional()
    .describe(
      'Let instances go whose tasks fit elsewhere. Left out: none. It needs `draining` of the same groups.',
    ),
  reserve: map({
    cpu: count(0, 'a number of CPU units from 0 up, 1024 to a vCPU').prefault(0),
    memory: count(0, 'a number of MiB from 0 up').prefault(0),
    percent: percent(0, 90).prefault('0%').describe('And a share of what is registered.'),
  })
    .prefault({})
    .describe('What is to stay free, over all instances that take tasks.'),
  besideManagedScaling: onOff(false).describe(
    'Act on groups that ECS’s managed scaling sizes as well. Two that set the same count fight over it.',
  ),
  prices: z
    .record(instanceTypes, z.number('a price of an hour').positive('a price of an hour, above 0'))
    .prefault({})
    .describe('Of an hour, by instance type, over the list prices of us-east-1 that are built in.'),
});

export const capacitySchema = map({
  mode,
  clusters: z
    .record(clusterNames, cluster, 'a map of clusters, such as { prod: { groups: [prod-ecs] } }')
    .refine((clusters) => Object.keys(clusters).length > 0, 'at least one cluster')
    .describe('The ECS clusters whose instances are counted, by name.'),
});

export type CapacityFile = z.output<typeof capacitySchema>;
