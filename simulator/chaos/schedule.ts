import { MINUTE, SECOND } from '../../lib/clock.ts';
import type { FunctionName } from '../../lib/policy/compile.ts';
import type { ServiceName } from '../kernel.ts';
import { createRandom, type Random } from '../random.ts';
import { pick, several } from './draw.ts';
import { FAULTS_MS, type Fault, type FaultKind } from './faults.ts';

const EVENTS = [
  'EC2 Instance-terminate Lifecycle Action',
  'EC2 Spot Instance Interruption Warning',
  'EC2 Instance State-change Notification',
  'AWS Health Event',
  'ECS Task State Change',
  'ECS Container Instance State Change',
  'ECS Service Action',
  'ECS Deployment State Change',
  'CloudWatch Alarm State Change',
  'ECR Image Action',
  'ECR Image Scan',
  'Stevedore Drain Order',
  'Stevedore Failover Order',
  'Stevedore Retag Order',
] as const;
const SERVICES: readonly ServiceName[] = [
  'ECS',
  'ECS',
  'AutoScaling',
  'EC2',
  'ECR',
  'CloudWatch',
  'EventBridge',
];
/** Those whose reads are documented, or known, to show a change some seconds late; ECR's and CloudWatch's are not. */
const EVENTUAL: readonly ServiceName[] = ['ECS', 'ECS', 'AutoScaling', 'EC2'];
const FUNCTIONS: readonly FunctionName[] = ['drain', 'scale', 'failover', 'retag', 'capacity', 'capacity'];
const CAPABILITIES = ['draining', 'scaling', 'failover', 'retagging', 'capacity', 'capacity/chaos-0'];
const TAGS = ['staging', 'production', 'production', 'stable'];

type Make = (random: Random) => FaultKind;
const host = (random: Random) => random.between(0, 30);
const service = (random: Random) => random.between(0, 20);
const repository = (random: Random) => random.between(0, 1);
const minutes = (random: Random, from: number, to: number) => random.between(from, to) * MINUTE;
const applied = (random: Random) => pick(random, ['applied', 'not-applied'] as const);

const TECHNICAL: readonly Make[] = [
  (random) => ({ kind: 'drop', of: pick(random, EVENTS), times: random.between(1, 5) }),
  (random) => ({
    kind: pick(random, ['duplicate', 'delay'] as const),
    of: pick(random, EVENTS),
    times: random.between(1, 8),
    byMs: pick(random, [0, 50, SECOND, 30 * SECOND, 5 * MINUTE]),
  }),
  (random) => ({
    kind: 'reorder',
    of: pick(random, EVENTS),
    times: random.between(2, 6),
    byMs: pick(random, [SECOND, 5 * SECOND, 30 * SECOND, 2 * MINUTE]),
  }),
  (random) => ({
    kind: 'stale',
    service: pick(random, EVENTUAL),
    times: random.between(1, 20),
    maxAgeMs: pick(random, [SECOND, 3 * SECOND, 8 * SECOND]),
  }),
  (random) => ({ kind: 'throttle', service: pick(random, SERVICES), times: random.between(2, 40) }),
  (random) => ({
    kind: 'fail',
    service: pick(random, SERVICES),
    times: random.between(1, 12),
    effect: random.chance(0.5),
  }),
  (random) => ({ kind: 'deny', service: pick(random, SERVICES), forMs: minutes(random, 1, 4) }),
  (random) => ({ kind: 'partial', times: random.between(1, 3) }),
  (random) => ({
    kind: 'crash',
    function: pick(random, FUNCTIONS),
    nth: random.between(1, 12),
    call: applied(random),
  }),
  (random) => ({
    kind: 'crash-at-store',
    function: pick(random, FUNCTIONS),
    nth: random.between(1, 8),
    write: applied(random),
  }),
  (random) => ({
    kind: 'slow',
    function: pick(random, FUNCTIONS),
    nth: random.between(1, 8),
    byMs: pick(random, [2, 20, 70, 150, 320]) * SECOND,
  }),
  (random) => ({ kind: 'invoke', function: pick(random, FUNCTIONS), times: random.between(2, 4) }),
  (random) => ({
    kind: 'stray',
    function: pick(random, FUNCTIONS),
    sample: random.between(0, 999),
    times: random.between(4, 30),
  }),
  (random) => ({
    kind: 'skew',
    function: pick(random, FUNCTIONS),
    byMs: random.between(-2000, 2000),
    forMs: minutes(random, 1, 30),
  }),
];

/** All tasks of Spot gone, everywhere: what failover is for. */
const drought: Make = (random) => ({
  kind: 'drought',
  tasks: 0,
  zone: undefined,
  withinMs: minutes(random, 1, 5),
  forMs: minutes(random, 6, 20),
});

const SPELLS: readonly Make[] = [
  drought,
  (random) => ({
    kind: 'drought',
    tasks: random.between(0, 4),
    zone: random.chance(0.6) ? `eu-west-1${pick(random, ['a', 'b', 'c'])}` : undefined,
    withinMs: minutes(random, 1, 5),
    forMs: minutes(random, 2, 15),
  }),
  (random) => ({ kind: 'disconnect', host: host(random), forMs: minutes(random, 1, 15) }),
  (random) => ({ kind: 'shortage', forMs: minutes(random, 2, 10) }),
  (random) => ({ kind: 'quota', vcpus: random.between(1, 6), forMs: minutes(random, 4, 15) }),
  (random) => ({
    kind: 'load',
    cluster: random.between(0, 1),
    factor: pick(random, [0, 0.3, 2, 4]),
    forMs: minutes(random, 3, 15),
  }),
  (random) => ({
    kind: 'load',
    cluster: random.between(0, 1),
    factor: pick(random, [0.2, 3]),
    forMs: minutes(random, 5, 12),
  }),
  (random) => ({
    kind: 'pause',
    scope: random.chance(0.3) ? 'all' : pick(random, [...CAPABILITIES, 'draining/chaos-0']),
    forMs: minutes(random, 1, 14),
  }),
  (random) => ({
    kind: 'suspend',
    group: random.between(0, 3),
    process: pick(random, ['Launch', 'Terminate'] as const),
    forMs: minutes(random, 3, 12),
  }),
  (random) => ({
    kind: pick(random, ['idle', 'bad-deploy'] as const),
    service: service(random),
    forMs: minutes(random, 3, 10),
  }),
];

const TO_FLEET: readonly Make[] = [
  (random) => ({ kind: pick(random, ['deploy', 'interrupt'] as const), service: service(random) }),
  (random) => ({ kind: pick(random, ['strategy', 'delete-service'] as const), service: service(random) }),
  (random) => ({ kind: 'resize', service: service(random), by: pick(random, [-2, -1, 1, 2]) }),
  (random) => ({ kind: pick(random, ['terminate', 'stop', 'start', 'ghost'] as const), host: host(random) }),
  (random) => ({
    kind: pick(random, ['reclaim', 'rebalance', 'standalone'] as const),
    host: host(random),
  }),
  (random) => ({
    kind: 'by-hand',
    host: host(random),
    status: pick(random, ['DRAINING', 'ACTIVE', 'ACTIVE'] as const),
  }),
  (random) => ({
    kind: 'maintenance',
    host: host(random),
    inMs: minutes(random, 3, 60),
    status: random.chance(0.8) ? 'upcoming' : 'closed',
  }),
  (random) => ({ kind: 'scale-group', group: random.between(0, 3), by: pick(random, [-3, -2, -1, 1, 2]) }),
  (random) => ({ kind: 'scale-group', group: random.between(0, 3), by: -1 }),
  (random) => ({ kind: 'hook-gone', group: random.between(0, 3) }),
  (random) => ({
    kind: 'alarm',
    cluster: random.between(0, 1),
    which: pick(random, ['busy', 'idle']),
    value: random.chance(0.8) ? 'ALARM' : 'OK',
  }),
  (random) => ({
    kind: 'order-drain',
    host: random.between(0, 2),
    verb: pick(random, ['drain', 'release'] as const),
  }),
  (random) => ({
    kind: 'order-failover',
    service: random.between(0, 9),
    verb: pick(random, ['fail-over', 'fail-back', 'reset']),
  }),
];

const push: Make = (random) => ({
  kind: 'push',
  repository: repository(random),
  build: random.between(2, 30),
  as: pick(random, ['build', 'build', 'version', 'index'] as const),
  scan: pick(random, ['clean', 'clean', 'clean', 'critical', 'failed', 'slow'] as const),
});

const TO_IMAGES: readonly Make[] = [
  push,
  push,
  (random) => ({
    kind: 'move-tag',
    repository: repository(random),
    tag: pick(random, TAGS),
    build: random.between(0, 30),
  }),
  (random) => ({
    kind: pick(random, ['untag', 'archive', 'sign', 'sign', 'expire'] as const),
    repository: repository(random),
    tag: pick(random, TAGS),
  }),
  (random) => ({
    kind: 'order-retag',
    repository: repository(random),
    verb: pick(random, ['promote', 'rollback', 'release', 'approve'] as const),
    tag: pick(random, [...TAGS, 'nobody']),
    image: pick(random, ['staging', 'build-1', 'build-2', 'build-9']),
    skipGates: random.chance(0.4),
  }),
];

/** The schedule of a seed, in order of time. */
export function planFaults(seed: number): Fault[] {
  const random = createRandom(seed).fork('faults');
  const kinds = [TECHNICAL, TECHNICAL, TECHNICAL, SPELLS, TO_FLEET, TO_FLEET, TO_IMAGES];
  const faults = several(
    random,
    [6, 30],
    (): Omit<Fault, 'id'> => ({
      afterMs: random.between(30, FAULTS_MS / SECOND - 60) * SECOND,
      what: pick(random, pick(random, kinds))(random),
    }),
  );
  // Early, so that there is time for the way back before the world is calm.
  const shortage: Omit<Fault, 'id'> = { afterMs: minutes(random, 1, 15), what: drought(random) };
  return [...faults, ...(random.chance(0.5) ? [shortage] : [])]
    .toSorted((left, right) => left.afterMs - right.afterMs)
    .map((fault, id) => ({ id, ...fault }));
}
