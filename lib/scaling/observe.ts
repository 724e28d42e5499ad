import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import type { ScalingClients } from '../aws/scaling-clients.ts';
import { type EpochMs, MINUTE } from '../clock.ts';
import { type Alarm, rememberedAlarms } from './alarm-definition.ts';
import { type KnownChildren, readAlarms } from './alarms.ts';
import { type Look, whatToLookAt, withAlarmStates } from './look.ts';
import { queriesOf, readMetrics } from './metrics.ts';
import type { Notice } from './notice.ts';
import type { MetricPolicy, TargetPolicy } from './policy.ts';
import type { ScalingRecord } from './record.ts';
import type { AlarmView, MetricView, ScalingSnapshot } from './snapshot.ts';

export interface Request {
  readonly policy: TargetPolicy;
  readonly record: ScalingRecord;
  /** What brought the look about; without any it is the schedule's. */
  readonly told: readonly Notice[];
}

/** What was read of one target, and its record with what the alarms were found to be. */
export interface Observation {
  readonly record: ScalingRecord;
  readonly snapshot: ScalingSnapshot;
}

/**
 * An event so young is what the alarm is, so that only the metric is asked for. By an older one, one that Lambda has
 * tried again, the alarm may have changed since.
 */
const FRESH = 2 * MINUTE;

/**
 * Reads the alarms and metrics by which the targets are decided on, of many together: first the alarms, unless their
 * own events have just told of them, and then the metrics that matter in the states they are in. By target id.
 * @throws what DescribeAlarms throws beyond the retries; a metric that cannot be read is `unreadable` instead
 */
export async function observe(
  clients: ScalingClients,
  known: KnownChildren,
  requests: readonly Request[],
  now: EpochMs,
): Promise<Map<string, Observation>> {
  const remembered = requests.map((one) => recall(one, now));
  const all = remembered.some((alarms) => alarms === undefined) ? await read(clients, known, requests) : null;
  const looks = requests.map(({ policy, record }, index) => {
    const alarms = all ?? remembered[index] ?? new Map<string, Alarm>();
    const views = viewsOf(whatToLookAt(record, policy), alarms);
    const look = whatToLookAt(withAlarmStates(record, views), policy);
    return { policy, views, look, alarms, record: { ...record, ...definitionsOf(views, alarms) } };
  });
  const queries = looks.flatMap(({ policy, look, alarms }) =>
    policy.policies
      .filter(({ name }) => look.metrics.includes(name))
      .flatMap((one): [string, readonly MetricDataQuery[]][] => {
        const some = queriesFor(one, alarms);
        return some ? [[keyOf(policy, one), some]] : [];
      }),
  );
  const metrics = await readMetrics(clients, new Map(queries), now);
  return new Map(
    looks.map(({ policy, views, record }) => [
      policy.target.id,
      { record, snapshot: { alarms: views, metrics: own(policy, metrics) } },
    ]),
  );
}

function recall({ policy, record, told }: Request, now: EpochMs): Map<string, Alarm> | undefined {
  const transitions = told.flatMap((notice) =>
    notice.kind === 'alarm' && now - notice.timestamp < FRESH
      ? [{ name: notice.name, state: notice.state, since: notice.timestamp, children: notice.children }]
      : [],
  );
  if (transitions.length === 0 || transitions.length < told.length) return undefined;
  return rememberedAlarms(whatToLookAt(record, policy).alarms, record, transitions);
}

function read(
  clients: ScalingClients,
  known: KnownChildren,
  requests: readonly Request[],
): Promise<Map<string, Alarm>> {
  const wanted = requests.flatMap(({ policy }) =>
    policy.policies.flatMap((one) => (one.kind === 'step' ? [one.alarm] : [])),
  );
  return readAlarms(clients, wanted, known);
}

function definitionsOf(views: ScalingSnapshot['alarms'], alarms: ReadonlyMap<string, Alarm>) {
  const found = [...views.keys()].flatMap((name) => {
    const alarm = alarms.get(name);
    return alarm ? [[name, alarm.definition] as const] : [];
  });
  return found.length > 0 && { alarms: Object.fromEntries(found) };
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
