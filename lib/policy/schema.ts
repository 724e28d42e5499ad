import * as z from 'zod';
import { HOUR, MINUTE, SECOND } from '../clock.ts';
import { capacitySchema } from './capacity-schema.ts';
import { failoverSchema } from './failover-schema.ts';
import { retaggingSchema } from './retagging-schema.ts';
import { scalingSchema } from './scaling-schema.ts';
import { clusterNames, duration, groupNames, map, mode, name, never, onOff, quantity } from './values.ts';

// The policy file, as a person writes it. The same schema checks the file (load.ts), fills in the defaults and
// makes the JSON Schema for editors (json-schema.ts). It is used at build time only: what is bundled into the
// functions is the compiled result, so zod's size (450 kB) does not matter here.

/** The hook that a group has unless the policy names others. */
export const DEFAULT_HOOK = 'stevedore-drain';

const hookNames = name(
  /^[A-Za-z0-9/_-]{1,255}$/,
  "a lifecycle hook's name (letters, digits, hyphens, underscores and slashes, at most 255)",
);

const group = map(
  {
    hooks: z
      .array(hookNames, 'a list of lifecycle hook names')
      .refine((hooks) => new Set(hooks).size === hooks.length, 'each hook once')
      .prefault([DEFAULT_HOOK])
      .describe('The terminate hooks of this group that are ours to complete. An empty list: none.'),
  },
  'a map such as { hooks: [stevedore-drain] }, or {} for that',
);

const triggers = map({
  spotInterruption: onOff(true).describe('Drain when EC2 announces a Spot reclaim, two minutes ahead.'),
  rebalance: onOff(false).describe(
    'Drain on a rebalance recommendation. Advice only: where the group picks the same pool again it repeats.',
  ),
  maintenance: z
    .union(
      [
        z.literal(false),
        map({
          leadTime: duration(MINUTE, 14 * 24 * HOUR, 'AWS Health announces about two weeks ahead').prefault(
            '24h',
          ),
        }),
      ],
      'false or a map such as { leadTime: 24h }',
    )
    .prefault({})
    .describe('Drain so long before a scheduled retirement, stop or termination. false: not at all.'),
  directTermination: onOff(true).describe('Drain what is terminated or stopped past any hook.'),
});

const limitTypes = {
  draining: 'a number of instances from 1 up, or a share from 1% to 100%: with 0 nothing could ever drain',
  keepActive: 'a number of instances, or a share from 0% to 99%: at 100% nothing could ever drain',
};

const limits = map({
  draining: quantity(1, /^([1-9]\d?|100)%$/, limitTypes.draining)
    .prefault('20%')
    .describe('At most so many instances of the cluster DRAINING at once by our own choice.'),
  keepActive: quantity(0, /^\d{1,2}%$/, limitTypes.keepActive)
    .prefault(1)
    .describe('At least so many instances stay ACTIVE and connected.'),
});

const afterStop = 'a duration from 1m to 7d such as 20m, or never';
const ghosts = map({
  terminatedAfter: never(duration(MINUTE, 168 * HOUR), afterStop)
    .prefault('20m')
    .describe('Deregister what EC2 has terminated and ECS still lists after so long.'),
  stoppedAfter: never(duration(MINUTE, 168 * HOUR), afterStop)
    .prefault('never')
    .describe('The same for what EC2 has stopped. A stopped instance may start again, so never by default.'),
});

/** Fields that are compared with one another (relations.ts). */
export const fields = {
  deadline: duration(MINUTE, 48 * HOUR, 'Auto Scaling ends every lifecycle action after 48 hours')
    .prefault('30m')
    .describe('How long a drain may take before `atDeadline` is carried out.'),
  settle: duration(0, 10 * MINUTE)
    .prefault('10s')
    .describe('How long after DRAINING a task that ECS was already placing may still appear.'),
  standaloneTasks: z
    .union(
      [z.enum(['wait', 'refuse']), map({ stopAfter: duration(0, 48 * HOUR) })],
      'wait, refuse or a map such as { stopAfter: 15m }',
    )
    .prefault('wait')
    .describe('Tasks started by RunTask, which ECS leaves alone on a DRAINING instance.'),
};

const cluster = map({
  groups: z
    .record(
      groupNames,
      group,
      'a map of Auto Scaling groups, such as { prod-ecs: { hooks: [stevedore-drain] } }',
    )
    .refine((groups) => Object.keys(groups).length > 0, 'at least one Auto Scaling group')
    .describe('The Auto Scaling groups whose instances register with this cluster.'),
  triggers: triggers.prefault({}).describe('Which events drain an instance, besides the lifecycle hooks.'),
  deadline: fields.deadline,
  atDeadline: z
    .enum(['continue', 'abandon', 'stop-tasks'], 'continue, abandon or stop-tasks')
    .prefault('continue')
    .describe('What happens to a drain that is not over at its deadline.'),
  stopGrace: duration(0, HOUR)
    .prefault('2m')
    .describe('After `stop-tasks`: how long the stopped tasks may take before the hook is continued.'),
  standaloneTasks: fields.standaloneTasks,
  spot: map({
    stopTasksBefore: never(
      duration(SECOND, 110 * SECOND, 'a Spot notice comes two minutes ahead'),
      'a duration from 1s to 1m50s such as 45s, or never',
    )
      .prefault('45s')
      .describe('Stop what still runs so long before a Spot reclaim. never: leave it to ECS.'),
  })
    .prefault({})
    .describe('What is special about a Spot reclaim.'),
  limits: limits.prefault({}).describe('How much may be away at once. Checked before anything is done.'),
  settle: fields.settle,
  ghosts: ghosts.prefault({}).describe('Container instances that ECS still lists though EC2 has ended them.'),
});

/** The sections of the policy; each may be left out, but not all. */
export const capabilities = ['draining', 'scaling', 'failover', 'retagging', 'capacity'] as const;

export const policySchema = map({
  version: z.literal(1, '1').describe('The version of this format.'),
  draining: map({
    mode,
    clusters: z
      .record(clusterNames, cluster, 'a map of clusters, such as { prod: { groups: { prod-ecs: {} } } }')
      .refine((clusters) => Object.keys(clusters).length > 0, 'at least one cluster')
      .describe('The ECS clusters to drain, by name.'),
  })
    .optional()
    .describe('Drain container instances before they go, and deregister the ones that ECS forgets.'),
  scaling: scalingSchema
    .optional()
    .describe('Scale ECS services and Auto Scaling groups by alarms, metrics, backlogs and the clock.'),
  failover: failoverSchema
    .optional()
    .describe('Send ECS services from Fargate Spot to on-demand when there is no Spot capacity, and back.'),
  retagging: retaggingSchema
    .optional()
    .describe(
      'Give tags to images in ECR when they have earned them, and deploy the services that use the tags.',
    ),
  capacity: capacitySchema
    .optional()
    .describe(
      'Give clusters on EC2 the instances that waiting tasks need, and let go those whose tasks fit elsewhere.',
    ),
}).refine((policy) => capabilities.some((name) => policy[name] !== undefined), {
  error: 'a map with draining, scaling, failover, retagging, capacity or several of them',
});

/** The policy with every default filled in and every duration in milliseconds. */
export type Policy = z.output<typeof policySchema>;
