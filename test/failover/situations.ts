import { type EpochMs, HOUR, MINUTE } from '../../lib/clock.ts';
import { decideService } from '../../lib/failover/decide.ts';
import type { PoolDecision, Room, ServiceDecision } from '../../lib/failover/decision.ts';
import { newPoolRecord, newServiceRecord, takeIn } from '../../lib/failover/intake.ts';
import type { Heard, Notice, OrderVerb } from '../../lib/failover/notice.ts';
import type { FailoverPolicy, ServicePolicy } from '../../lib/failover/policy.ts';
import type {
  HeardSignals,
  Phase,
  PoolRecord,
  PoolState,
  ServiceRecord,
  Strategy,
  StrategyItem,
  Written,
} from '../../lib/failover/record.ts';
import type { Question } from '../../lib/failover/situation.ts';
import type {
  Circumstances,
  DeploymentView,
  ServiceSnapshot,
  ServiceView,
} from '../../lib/failover/snapshot.ts';
import { clusterName, serviceName } from '../../lib/ids.ts';
import { expectSaid } from '../sayings.ts';
import { sayings } from './sayings.ts';

/** When the tests begin; all their times are distances from it. */
export const START: EpochMs = Date.UTC(2026, 10, 21, 12, 0);
export const later = (ms: number): EpochMs => START + ms;
export const WEB = 'service/prod/web';
export const REVISION = 'arn:aws:ecs:eu-central-1:111122223333:task-definition/web:7';

export const item = (provider: string, weight: number, base = 0): StrategyItem => ({
  provider,
  base,
  weight,
});
/** The usual strategy of a service that runs on Spot with a little on demand. */
export const ORIGINAL: Strategy = [item('FARGATE_SPOT', 3), item('FARGATE', 1, 2)];
/** What a whole flip makes of it. */
export const FLIPPED: Strategy = [item('FARGATE_SPOT', 0), item('FARGATE', 100, 2)];

export const aService = (changes: Partial<ServicePolicy> = {}): ServicePolicy => ({
  id: WEB,
  cluster: clusterName('prod'),
  service: serviceName('web'),
  graceMs: 3 * MINUTE,
  signals: {
    placementFailure: true,
    interruptions: { count: 3, windowMs: 10 * MINUTE },
    deficit: { forMs: 5 * MINUTE },
    alarm: null,
  },
  onDemandShare: 100,
  taskHoursPerDay: null,
  image: 'refuse',
  duringDeployment: 'wait',
  steps: [25, 50, 100],
  soakMs: 10 * MINUTE,
  stepTimeoutMs: 30 * MINUTE,
  flaps: { most: 3, windowMs: 24 * HOUR },
  paired: null,
  ...changes,
});

export const aPolicy = (changes: Partial<FailoverPolicy> = {}): FailoverPolicy => ({
  mode: 'act',
  services: [aService()],
  breaker: {
    coolOffMs: 10 * MINUTE,
    factor: 2,
    mostMs: 6 * HOUR,
    jitter: 0.2,
    probe: { kind: 'task', soakMs: 2 * MINUTE, timeoutMs: 5 * MINUTE },
  },
  limits: { tasksPerMinute: 100, onDemandVcpus: null, taskHoursPerDay: null },
  migrations: [],
  ...changes,
});

/** As aPolicy, with probes by a tenth of the prober's tasks. */
export const probingByShare = (): FailoverPolicy => {
  const { breaker, ...rest } = aPolicy();
  const probe = { kind: 'share' as const, percent: 10, soakMs: 2 * MINUTE, timeoutMs: 15 * MINUTE };
  return { ...rest, breaker: { ...breaker, probe } };
};

export const aDeployment = (changes: Partial<DeploymentView> = {}): DeploymentView => ({
  id: 'ecs-svc/1',
  rollout: 'COMPLETED',
  reason: 'ECS deployment completed.',
  createdAt: later(-24 * HOUR),
  desired: 10,
  running: 10,
  failed: 0,
  ...changes,
});

/** Ten tasks desired and running on their own strategy. */
export const aView = (changes: Partial<ServiceView> = {}): ServiceView => ({
  status: 'ACTIVE',
  controller: 'ECS',
  scheduling: 'REPLICA',
  launchType: null,
  strategy: ORIGINAL,
  desired: 10,
  running: 10,
  pending: 0,
  minimumHealthyPercent: 100,
  maximumPercent: 200,
  taskDefinition: REVISION,
  deployments: [aDeployment()],
  platformFamily: 'Linux',
  platformVersion: '1.4.0',
  network: { subnets: ['subnet-a', 'subnet-b'], securityGroups: ['sg-1'], assignPublicIp: false },
  messages: {},
  ...changes,
});

export const circumstances = (changes: Partial<Circumstances> = {}): Circumstances => ({
  providers: ['FARGATE', 'FARGATE_SPOT'],
  architecture: 'X86_64',
  operatingSystem: 'LINUX',
  vcpus: 0.5,
  zones: ['eu-central-1a', 'eu-central-1b'],
  images: [{ container: 'web', image: 'web:live', verdict: 'same' }],
  ...changes,
});

export const ROOM: Room = { tasks: 100, vcpus: null, taskHours: null };

export const aRecord = (changes: Partial<ServiceRecord> = {}): ServiceRecord => ({
  ...newServiceRecord(WEB),
  ...changes,
});
export const hearing = (heard: Partial<HeardSignals>): HeardSignals => ({
  interruptions: [],
  seen: [],
  ...heard,
});
export const order = (verb: OrderVerb): HeardSignals =>
  hearing({ order: { verb, by: 'ada', at: later(-1_000) } });

export const POOL = 'pool/X86_64/eu-central-1a+eu-central-1b';
export const aPool = (state: PoolState, changes: Partial<PoolRecord> = {}): PoolRecord => ({
  ...newPoolRecord(POOL, START),
  state,
  ...changes,
});

export const written = (changes: Partial<Written> = {}): Written => ({
  purpose: 'flip',
  strategy: FLIPPED,
  taskDefinition: REVISION,
  at: later(-HOUR),
  onDemandVcpus: 5,
  deploymentId: 'ecs-svc/2',
  ...changes,
});

/** A record of a service that was flipped an hour ago, by default open since. */
export const failedOver = (
  phase: Phase = { name: 'open', since: later(-50 * MINUTE) },
  changes: Partial<ServiceRecord> = {},
): ServiceRecord =>
  aRecord({
    phase,
    original: { strategy: ORIGINAL, taskDefinition: REVISION },
    written: written(),
    pool: { id: POOL, subnets: ['subnet-a', 'subnet-b'], taskDefinition: REVISION },
    opened: [later(-HOUR)],
    spent: { day: '2026-11-21', taskHours: 0, asOf: START },
    ...changes,
  });

/** What AWS shows of a service after that flip, its deployment through. */
export const flippedView = (changes: Partial<ServiceView> = {}): ServiceView =>
  aView({
    strategy: FLIPPED,
    deployments: [aDeployment({ id: 'ecs-svc/2', createdAt: later(-HOUR) })],
    ...changes,
  });

export interface Asked extends Partial<Omit<Question, 'snapshot'>> {
  readonly view?: ServiceView | 'missing';
  readonly snapshot?: Partial<ServiceSnapshot>;
}

/** A question with the circumstances read; what is not given is as usual. */
export const asking = ({ view = aView(), snapshot = {}, ...rest }: Asked = {}): Question => ({
  record: aRecord(),
  policy: aService(),
  whole: aPolicy(),
  pool: undefined,
  room: ROOM,
  now: START,
  ...rest,
  snapshot: { service: view, circumstances: circumstances(), ...snapshot },
});

export function decide(asked: Asked): ServiceDecision {
  const decision = decideService(asking(asked));
  expectSaid(decision.findings, sayings);
  return decision;
}

/** As `decide`, before the circumstances were read. */
export function decideUnread(asked: Asked): ServiceDecision {
  const { circumstances: _, ...snapshot } = asking(asked).snapshot;
  return decideService({ ...asking(asked), snapshot });
}

/** The reasons that a decision gives, in order. */
export const reasons = ({ findings }: ServiceDecision | PoolDecision) => findings.map(({ reason }) => reason);
export const sentences = ({ findings }: ServiceDecision | PoolDecision) =>
  findings.map(({ sentence }) => sentence).join('\n');

/** The strategy that a decision has written; undefined if it writes none. */
export const strategyOf = ({ action }: ServiceDecision): Strategy | undefined =>
  action?.kind === 'set-strategy' ? action.strategy : undefined;

export const heard = (notice: Notice): Heard => ({
  notice,
  cause: { eventId: 'e-1', detailType: 'ECS Service Action' },
});
export const taking = (
  notices: readonly Notice[],
  record: ServiceRecord = aRecord(),
  policy: ServicePolicy = aService(),
) => takeIn(record, notices.map(heard), policy);

export const spotFailure = (
  changes: Partial<Extract<Notice, { readonly kind: 'placement-failure' }>> = {},
): Notice => ({
  kind: 'placement-failure',
  eventId: 'event-1',
  reason: 'RESOURCE:FARGATE',
  providers: ['FARGATE_SPOT'],
  at: START,
  ...changes,
});
