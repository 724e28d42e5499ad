import * as z from 'zod';
import { HOUR, MINUTE } from '../clock.ts';
import { DAY } from './duration.ts';
import {
  alarmNames,
  clusterNames,
  count,
  duration,
  map,
  mode,
  never,
  none,
  onOff,
  percent,
  serviceIds,
  serviceNames,
} from './values.ts';

// The `failover` section of the policy file. What single values cannot tell is checked in failover-relations.ts.

/** Values that are compared with one another (failover-relations.ts). */
export const compared = {
  coolOff: duration(MINUTE, DAY).prefault('10m').describe('From opening to the first probe.'),
  mostCoolOff: duration(MINUTE, 7 * DAY)
    .prefault('6h')
    .describe('No cool-off is longer.'),
  steps: z
    .array(percent(1, 100), 'a list of shares, such as [25%, 50%, 100%]')
    .min(1, 'at least one step')
    .max(20, 'at most 20 steps'),
  weight: z
    .int('a weight from 0 to 1000')
    .min(0, 'a weight from 0 to 1000')
    .max(1000, 'a weight from 0 to 1000'),
};

/** A task of Stevedore's own starts within a minute or two; a deployment of a service takes its time. */
export const probeDefaults = {
  task: { soak: 2 * MINUTE, timeout: 10 * MINUTE },
  share: { soak: 5 * MINUTE, timeout: 20 * MINUTE },
};

const signals = map({
  placementFailure: onOff(true).describe('ECS found no Fargate Spot capacity for a task.'),
  interruptions: never(
    map({
      count: count(1, 'a number of interruptions from 1 up').prefault(3),
      // The record keeps them by task.
      within: duration(MINUTE, 6 * HOUR).prefault('10m'),
    }),
    'a map such as { count: 3, within: 10m }, or never',
  )
    .prefault({})
    .describe('So many Spot interruptions of its tasks within so long.'),
  deficit: never(
    map({ for: duration(MINUTE, 6 * HOUR).prefault('5m') }),
    'a map such as { for: 5m }, or never',
  )
    .prefault({})
    .describe('Fewer running than desired for so long, and ECS said that capacity is unavailable.'),
  alarm: none(alarmNames, 'the name of a CloudWatch alarm, not its ARN, or none')
    .prefault('none')
    .describe('A CloudWatch alarm that goes into ALARM.'),
});

const hours = 'a number of task-hours above 0, or none';
const taskHours = none(
  z.number(hours).refine((value) => Number.isFinite(value) && value > 0, hours),
  hours,
).prefault('none');

const service = map(
  {
    grace: duration(0, HOUR)
      .prefault('3m')
      .describe('How long a shortage must last. Not waited for when no task runs.'),
    signals: signals.prefault({}).describe('What may send it to on-demand, besides an order.'),
    onDemand: map({
      share: percent(1, 100)
        .prefault('100%')
        .describe('So many of its tasks go to FARGATE; the others wait for Spot.'),
      taskHoursPerDay: taskHours.describe('On-demand task-hours in a UTC day, after which it goes back.'),
    })
      .prefault({})
      .describe('How much on-demand capacity it may use.'),
    image: z
      .enum(['refuse', 'pin', 'ignore'], 'refuse, pin or ignore')
      .prefault('refuse')
      .describe(
        'When a tag has moved, so that a new deployment would ship another image than the one that runs.',
      ),
    duringDeployment: z
      .enum(['wait', 'when-at-risk'], 'wait or when-at-risk')
      .prefault('wait')
      .describe('While a deployment of somebody else is in progress.'),
    return: map({
      steps: compared.steps
        .prefault(['25%', '50%', '100%'])
        .describe('How much of its Spot share it gets back, step by step.'),
      soak: duration(0, DAY).prefault('5m').describe('How long each step must hold.'),
      timeout: duration(MINUTE, DAY)
        .prefault('20m')
        .describe('A deployment of ours that takes longer has failed.'),
    })
      .prefault({})
      .describe('The way back to its own strategy.'),
    flaps: map({
      most: count(1, 'a number of times from 1 up').prefault(3),
      within: duration(10 * MINUTE, 7 * DAY).prefault('24h'),
    })
      .prefault({})
      .describe('Sent to on-demand so often within so long, it stays there until an order.'),
    paired: none(serviceNames, "an ECS service's name, not its ARN, or none")
      .prefault('none')
      .describe('For a service that cannot be flipped: the on-demand service that gets the deficit.'),
  },
  'a map such as { grace: 3m }, or {} for the defaults',
);

const probe = z.union(
  [
    z.literal('task'),
    map({
      share: percent(1, 50)
        .optional()
        .describe('Try so many of its own tasks, by a deployment. Left out: a task.'),
      soak: duration(0, HOUR).optional().describe('How long the probe must hold.'),
      timeout: duration(MINUTE, 6 * HOUR)
        .optional()
        .describe('By then the task must run, or the deployment of the share have completed.'),
    }),
  ],
  'task, or a map such as { share: 10% } or { soak: 2m, timeout: 10m }',
);

const factors = 'a number from 1 to 10';
const breaker = map({
  coolOff: compared.coolOff,
  factor: z
    .number(factors)
    .min(1, factors)
    .max(10, factors)
    .prefault(2)
    .describe('Each probe that fails makes the next cool-off so many times longer.'),
  most: compared.mostCoolOff,
  jitter: percent(0, 50).prefault('20%').describe('Each cool-off is longer or shorter by up to so much.'),
  probe: probe.prefault('task').describe('How it is found out that there is Spot capacity again.'),
});

const limits = map({
  tasksPerMinute: count(1, 'a number of tasks from 1 up')
    // Fargate launches 20 tasks a second (ECS developer guide, AWS Fargate throttling quotas).
    .prefault(1200)
    .describe('So many tasks may be launched within a minute by what is changed, in all services.'),
  onDemandVcpus: none(count(1, 'a number of vCPUs from 1 up'), 'a number of vCPUs from 1 up, or none')
    .prefault('none')
    .describe('On-demand vCPUs in all; what does not fit is sent over in part.'),
  taskHoursPerDay: taskHours.describe('On-demand task-hours in a UTC day, of all services.'),
});

const migration = map(
  {
    services: z
      .array(serviceNames, 'a list of services of the cluster, such as [api, web]')
      .min(1, 'at least one service')
      .describe('Moved one after the other, in this order.'),
    base: z
      .int('a number of tasks from 0 to 100000')
      .min(0, 'a number of tasks from 0 to 100000')
      .max(100_000, 'a number of tasks from 0 to 100000')
      .prefault(0)
      .describe('So many tasks run on FARGATE whatever the weights.'),
    onDemandWeight: compared.weight.prefault(1).describe('The weight of FARGATE.'),
    spotWeight: compared.weight.prefault(0).describe('The weight of FARGATE_SPOT.'),
    image: z
      .enum(['refuse', 'ignore'], 'refuse or ignore')
      .prefault('refuse')
      .describe(
        'When a tag has moved, so that the deployment would ship another image than the one that runs.',
      ),
    soak: duration(0, DAY).prefault('30m').describe('How long a service must hold before the next is moved.'),
    timeout: duration(MINUTE, DAY)
      .prefault('30m')
      .describe('A deployment that takes longer stops the migration.'),
  },
  'a map such as { services: [api, web] }',
);

export const failoverSchema = map({
  mode,
  scope: z
    .enum(['services', 'clusters'], 'services or clusters')
    .prefault('services')
    .describe(
      'What rules and permissions name. About 40 services fit; with clusters, any number, and the role may change every service of theirs.',
    ),
  services: z
    .record(serviceIds, service, 'a map of services, such as { prod/web: {} }')
    .prefault({})
    .describe('ECS services on Fargate Spot, by cluster and name.'),
  breaker: breaker.prefault({}).describe('Shared by services of the same zones and CPU architecture.'),
  limits: limits.prefault({}).describe('Over all services together.'),
  migrations: z
    .record(clusterNames, migration, 'a map of clusters, such as { prod: { services: [api, web] } }')
    .prefault({})
    .describe('Clusters whose services are moved from EC2 to Fargate, by name.'),
});

export type FailoverFile = z.output<typeof failoverSchema>;
