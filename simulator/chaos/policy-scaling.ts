import type { Random } from '../random.ts';
import { mapOf, modeOf, pick } from './draw.ts';
import type { ClusterPlan } from './plan.ts';

/** Undefined if there is nothing to scale. */
export function scaling(random: Random, clusters: readonly ClusterPlan[]) {
  const of = (name: string, what: string) => `${name}-${what}`;
  return {
    mode: modeOf(random),
    alarms: mapOf<object>(
      clusters.flatMap(({ name }) => [
        [of(name, 'busy'), { metric: of(name, 'cpu'), threshold: 60, comparison: '>' }] as const,
        [of(name, 'idle'), { metric: of(name, 'cpu'), threshold: 30, comparison: '<' }] as const,
      ]),
    ),
    services: mapOf<object>(clusters.flatMap((cluster) => services(random, cluster))),
    groups: mapOf(
      clusters.flatMap(({ name, groups: [group] }) =>
        group === undefined || random.chance(0.4)
          ? []
          : [[group.name, scaledGroup(random, name, group.instances)] as const],
      ),
    ),
  };
}

function services(random: Random, { name, services: [loaded, worker], queue }: ClusterPlan) {
  const gone = { min: 1, max: 3, policies: { cpu: tracking(random, name, 'gone') } };
  return [
    ...(loaded === undefined
      ? []
      : [[`${name}/${loaded.name}`, scaled(random, name, loaded.name, loaded.desired ?? 1)] as const]),
    ...(worker === undefined || queue === undefined
      ? []
      : [[`${name}/${worker.name}`, scaledWorker(random, queue, worker.desired ?? 1)] as const]),
    ...(random.chance(0.04) ? [[`${name}/gone`, gone] as const] : []),
  ];
}

function scaled(random: Random, cluster: string, service: string, desired: number) {
  const noData = { noData: pick(random, ['hold', 'nearest-step']) };
  const step = (alarm: string, steps: readonly object[]) => ({
    step: { alarm: `${cluster}-${alarm}`, steps, cooldown: pick(random, ['1m', '3m', '5m']), ...noData },
  });
  const [few, many] = pick(random, [
    [1, 3],
    ['20%', '50%'],
  ]);
  const byAlarms = {
    busy: step('busy', [
      // A gap leaves no matching step.
      ...(random.chance(0.15) ? [] : [{ from: 0, to: 20, by: few }]),
      { from: 20, by: many },
    ]),
    idle: step('idle', [{ to: 0, by: pick(random, [-1, '-25%']) }]),
  };
  const policies = random.chance(0.6) ? byAlarms : { cpu: tracking(random, cluster, service) };
  return {
    min: random.between(0, 1) * Math.max(1, desired - 1),
    max: desired + random.between(0, 6),
    policies: random.chance(0.1) ? { ...byAlarms, cpu: tracking(random, cluster, service) } : policies,
    limits: { perChange: pick(random, ['none', 2, '50%']), perHour: pick(random, ['none', 3, 6]) },
    otherOwner: pick(random, ['refuse', 'ignore']),
    holdFlapping: random.chance(0.8),
    ...byTheClock(random, desired),
  };
}

function tracking(random: Random, cluster: string, service: string) {
  const dimensions = { ClusterName: cluster, ServiceName: service };
  const single = { namespace: 'AWS/ECS', name: 'CPUUtilization', dimensions };
  const math = { expression: 'cpu * 1', metrics: { cpu: single } };
  const rates = [{ change: pick(random, [1, '50%']), period: pick(random, ['1m', '5m']) }];
  return {
    target: {
      metric: random.chance(0.8) ? single : math,
      value: 45,
      out: { rates: random.chance(0.4) ? rates : [], stabilisation: pick(random, ['0s', '3m']) },
      in: { stabilisation: pick(random, ['2m', '5m']), enabled: random.chance(0.9) },
    },
  };
}

function scaledWorker(random: Random, queue: string, desired: number) {
  const messages = {
    namespace: 'AWS/SQS',
    name: 'ApproximateNumberOfMessagesVisible',
    dimensions: { QueueName: queue },
  };
  const zeroAfter = pick(random, ['never', '5m']);
  return {
    min: zeroAfter === 'never' ? 1 : 0,
    max: desired + 4,
    policies: {
      backlog: {
        backlog: {
          messages,
          acceptableLatency: pick(random, ['30s', '2m']),
          timePerMessage: '100ms',
          activation: pick(random, [0, 20]),
          zeroAfter,
          inCooldown: pick(random, ['1m', '5m']),
        },
      },
    },
    limits: { perChange: pick(random, ['none', 2]) },
    ...byTheClock(random, desired),
  };
}

/** All of it falls into the time of the faults, which begins at two in the afternoon of 21 November 2026. */
function byTheClock(random: Random, desired: number) {
  const schedule = pick(random, [
    { at: '2026-11-21T14:15', min: 2, max: desired + 6 },
    { at: '2026-11-21T15:20', timeZone: 'Europe/Berlin', max: desired + 6, desired: desired + 2 },
    { cron: '*/10 14 21 11 *', desired },
    { cron: '7 14 21 11 *', max: desired + 1, makeUp: '1m' },
    { cron: '20 14 21 11 *', min: 1, desired: 1, makeUp: '1m' },
  ]);
  const freeze = {
    cron: `${random.between(1, 30)} 14 21 11 *`,
    duration: pick(random, ['5m', '15m']),
    directions: pick(random, ['in', 'out', 'both']),
  };
  return {
    ...(random.chance(0.25) ? { schedules: { later: schedule } } : {}),
    ...(random.chance(0.2) ? { freezes: { quiet: freeze } } : {}),
  };
}

function scaledGroup(random: Random, cluster: string, instances: number) {
  const warmup = pick(random, ['1m', '5m']);
  return {
    cluster,
    min: 1,
    // Perhaps beyond what the group itself allows.
    max: instances + pick(random, [1, 1, 6]),
    warmup,
    policies: {
      busy: { step: { alarm: `${cluster}-busy`, steps: [{ from: 0, by: 1 }], cooldown: '5m' } },
      ...(random.chance(0.6)
        ? { idle: { step: { alarm: `${cluster}-idle`, steps: [{ to: 0, by: -1 }], cooldown: '5m' } } }
        : {}),
    },
  };
}
