import * as z from 'zod';
import { MINUTE, SECOND } from '../../lib/clock.ts';
import { DAY } from '../../lib/policy/duration.ts';
import { count, duration, map } from '../../lib/policy/values.ts';
import type { HostHappening } from '../../simulator/scenario-file/model.ts';
import {
  groupNames,
  host,
  LONGEST,
  paces,
  rate,
  repositoryNames,
  serviceIds,
  taggedImages,
  tags,
  times,
  units,
} from './values.ts';

// What can happen in a scenario: each a key of an event. The value knows its kind.

const at = (kind: HostKind) => host.transform((where) => ({ kind, host: where }));
type HostKind = HostHappening['kind'];

const aCount = 'a whole number from 0 up';
const findings = z.partialRecord(
  z.enum(['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'INFORMATIONAL', 'UNDEFINED']),
  count(0, aCount),
  'a map of severities and numbers, such as { CRITICAL: 1 }',
);

const scaled = map({
  service: serviceIds.optional(),
  group: groupNames.optional(),
  to: count(0, aCount),
}).transform(({ service, group, to }, context) => {
  if (service !== undefined && group === undefined)
    return { target: { kind: 'service' as const, id: service }, to };
  if (group !== undefined && service === undefined)
    return { target: { kind: 'group' as const, id: group }, to };
  context.addIssue({
    code: 'custom',
    message: 'a service or a group and how many, such as { service: shop/web, to: 6 }',
  });
  return z.NEVER;
});

const orders = map({
  drain: host.optional(),
  release: host.optional(),
  'fail-over': serviceIds.optional(),
  'fail-back': serviceIds.optional(),
  reset: serviceIds.optional(),
  promote: taggedImages.optional(),
  rollback: taggedImages.optional(),
  scale: scaled.optional(),
  image: z.string('a tag of the source repository').optional(),
  by: z.string('the name of who gives the order').min(1).prefault('ops@example.com'),
}).transform(({ by, image, drain, release, promote, rollback, scale, ...failover }, context) => {
  const given = [
    ...(drain === undefined ? [] : [{ verb: 'drain' as const, host: drain }]),
    ...(release === undefined ? [] : [{ verb: 'release' as const, host: release }]),
    ...(promote === undefined ? [] : [{ verb: 'promote' as const, tag: promote, image }]),
    ...(rollback === undefined ? [] : [{ verb: 'rollback' as const, tag: rollback }]),
    ...(scale === undefined ? [] : [{ verb: 'scale' as const, ...scale }]),
    ...(['fail-over', 'fail-back', 'reset'] as const).flatMap((verb) => {
      const service = failover[verb];
      return service === undefined ? [] : [{ verb, service }];
    }),
  ];
  const [order, ...more] = given;
  if (order !== undefined && more.length === 0) return { kind: 'order' as const, order, by };
  context.addIssue({ code: 'custom', message: 'exactly one order, such as { drain: shop-ecs/1 }' });
  return z.NEVER;
});

const actions = {
  scale: map({ group: groupNames, to: count(0, aCount) })
    .transform((of) => ({ kind: 'scale' as const, ...of }))
    .optional()
    .describe('Somebody sets the desired capacity of a group.'),
  interrupt: at('interrupt').optional().describe('EC2 announces that it reclaims a Spot instance.'),
  rebalance: at('rebalance').optional().describe('EC2 recommends to rebalance.'),
  terminate: at('terminate').optional().describe('Somebody terminates the instance past any hook.'),
  stop: at('stop').optional().describe('Somebody stops the instance.'),
  start: at('start').optional().describe('Somebody starts it again.'),
  disconnect: at('disconnect').optional().describe('The ECS agent of the instance loses its connection.'),
  reconnect: at('reconnect').optional().describe('It has it again.'),
  lose: at('lose').optional().describe("The next lifecycle event of the instance's termination is lost."),
  repeat: at('repeat').optional().describe('That event comes twice.'),
  maintenance: map({ host, in: duration(0, 14 * DAY).prefault('2d') })
    .transform((of) => ({ kind: 'maintenance' as const, ...of }))
    .optional()
    .describe('AWS Health announces that the instance is retired.'),
  drought: map({
    for: duration(MINUTE, LONGEST),
    reclaimWithin: duration(SECOND, LONGEST).prefault('2m'),
    zone: z.string('the name of an availability zone').optional(),
  })
    .transform((of) => ({ kind: 'drought' as const, ...of }))
    .optional()
    .describe('Fargate Spot has no capacity, in all zones or in one; what runs there is reclaimed.'),
  load: map({ service: serviceIds, arrivals: rate, over: times.prefault('0s') })
    .transform((of) => ({ kind: 'load' as const, ...of }))
    .optional()
    .describe('What arrives changes, at once or in a straight line.'),
  count: map({ service: serviceIds, to: count(0, aCount) })
    .transform((of) => ({ kind: 'count' as const, ...of }))
    .optional()
    .describe('Somebody sets the desired count of a service.'),
  deploy: serviceIds
    .transform((service) => ({ kind: 'deploy' as const, service }))
    .optional()
    .describe('A new deployment of the service.'),
  run: map({
    task: z.string('the family of the task').regex(/^[A-Za-z0-9_-]{1,255}$/, 'the family of the task'),
    host,
    for: times.optional(),
    cpu: units('CPU units').prefault(256),
    memory: units('MiB').prefault(512),
  })
    .transform((of) => ({ kind: 'run' as const, ...of }))
    .optional()
    .describe('Somebody runs a task that is no part of a service.'),
  push: map({
    repository: repositoryNames,
    tags: z.array(tags, 'a list of tags').min(1, 'at least one tag'),
    findings: findings.prefault({}),
    scanAfter: paces.prefault('40s'),
  })
    .transform((of) => ({ kind: 'push' as const, ...of }))
    .optional()
    .describe('An image is pushed, and scanned if the repository scans on push.'),
  order: orders.optional().describe('An operator gives an order.'),
};

export const KINDS = Object.keys(actions);

/** Something that happens, and when. */
export const events = map({
  at: times.describe('From the start.'),
  what: z.string('a sentence').optional().describe('In your words, for the timeline.'),
  ...actions,
}).transform(({ at, what, ...given }, context) => {
  const [happening, ...more] = Object.values(given).filter((value) => value !== undefined);
  if (happening !== undefined && more.length === 0) return { at, what, happening };
  // A misspelt key says it better.
  if (context.issues.length > 0) return z.NEVER;
  context.addIssue({ code: 'custom', message: `a time and exactly one of ${KINDS.join(', ')}` });
  return z.NEVER;
});
