import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import type { ScalingClients } from '../aws/scaling-clients.ts';
import type { EpochMs } from '../clock.ts';
import { type Alarm, type KnownChildren, readAlarms } from './alarms.ts';
import { type Look, whatToLookAt, withAlarmStates } from './look.ts';
import { queriesOf, readMetrics } from './metrics.ts';
import type { MetricPolicy, TargetPolicy } from './policy.ts';
import type { ScalingRecord } from './record.ts';
import type { AlarmView, MetricView, ScalingSnapshot } from './snapshot.ts';

export interface Request {
  readonly policy: TargetPolicy;
  readonly record: ScalingRecord;
}

/**
 * Reads the alarms and metrics by which the targets are decided on, of many together: first the alarms, and then the
 * metrics that matter in the states they are in. By target id.
 * @throws what DescribeAlarms throws beyond the retries; a metric that cannot be read is `unreadable` instead
 */
export async function observe(
  clients: ScalingClients,
  known: KnownChildren,
  requests: readonly Request[],
  now: EpochMs,
): Promise<Map<string, ScalingSnapshot>> {
  const wanted = requests.flatMap(({ policy, record }) => {
    const { alarms } = whatToLookAt(record, policy);
    return policy.policies.flatMap((one) =>
      one.kind === 'step' && alarms.includes(one.alarm.name) ? [one.alarm] : [],
    );
  });
  const alarms = await readAlarms(clients, wanted, known);
  const looks = requests.map(({ policy, record }) => {
    const views = viewsOf(whatToLookAt(record, policy), alarms);
    return { policy, views, look: whatToLookAt(withAlarmStates(record, views), policy) };
  });
  const queries = looks.flatMap(({ policy, look }) =>
    policy.policies
      .filter(({ name }) => look.metrics.includes(name))
      .flatMap((one): [string, readonly MetricDataQuery[]][] => {
        const some = queriesFor(one, alarms);
        return some ? [[keyOf(policy, one), some]] : [];
      }),
  );
  const metrics = await readMetrics(clients, new Map(queries), now);
  return new Map(
    looks.map(({ policy, views }) => [policy.target.id, { alarms: views, metrics: own(policy, metrics) }]),
  );
}

function viewsOf(look: Look, alarms: ReadonlyMap<string, Alarm>): ScalingSnapshot['alarms'] {
  return new Map(
    look.alarms.map((name): [string, AlarmView | 'missing'] => [name, alarms.get(name)?.view ?? 'missing']),
  );
}

function own(policy: TargetPolicy, metrics: ReadonlyMap<string, MetricView>): ScalingSnapshot['metrics'] {
  return new Map(
    policy.policies.flatMap((one): [string, MetricView][] => {
      const view = metrics.get(keyOf(policy, one));
      return view ? [[one.name, view]] : [];
    }),
  );
}

const keyOf = ({ target }: TargetPolicy, { name }: MetricPolicy) => `${target.id}\n${name}`;

/** Undefined for an alarm that does not exist. */
function queriesFor(
  policy: MetricPolicy,
  alarms: ReadonlyMap<string, Alarm>,
): readonly MetricDataQuery[] | undefined {
  switch (policy.kind) {
    case 'step':
      return alarms.get(policy.alarm.name)?.queries;
    case 'target-tracking':
      return queriesOf(policy.metric);
    case 'backlog':
      return queriesOf(policy.messages);
    default:
      return policy satisfies never;
  }
}
