import {
  type AlarmType,
  type CompositeAlarm,
  DescribeAlarmsCommand,
  type MetricAlarm,
} from '@aws-sdk/client-cloudwatch';
import { chunk, mapConcurrent } from '../aws/batch.ts';
import { collectPages } from '../aws/paging.ts';
import type { ScalingClients } from '../aws/scaling-clients.ts';
import { type Alarm, type AlarmState, alarmOf, definitionOf } from './alarm-definition.ts';
import type { StepPolicy } from './policy.ts';

/** An alarm as the policy knows it. */
type Wanted = StepPolicy['alarm'];

/** Names of the alarms that each composite alarm was last seen to be made of: they are then read in the same call. */
export type KnownChildren = Map<string, readonly string[]>;

/** DescribeAlarms takes at most 100 names; without MaxRecords it answers 50 a page (CloudWatch API reference). */
const BATCH = 100;
const CONCURRENT_READS = 4;
/** A composite alarm of composite alarms; the depth is bounded only to bound the calls. */
const MAX_DEPTH = 4;

/**
 * Reads alarms by name. Of a composite alarm, which has neither metric nor threshold, the children are read as well,
 * and it gets those of the child that stands for it. What does not exist is left out.
 */
export async function readAlarms(
  { cloudWatch }: ScalingClients,
  wanted: readonly Wanted[],
  known: KnownChildren,
): Promise<Map<string, Alarm>> {
  const metric = new Map<string, MetricAlarm>();
  const composite = new Map<string, CompositeAlarm>();
  const asked = new Set<string>();
  let next = wanted.flatMap(({ name }) => [name, ...descendants(name, known)]);
  for (let depth = 0; next.length > 0 && depth < MAX_DEPTH; depth += 1) {
    for (const page of await describe(cloudWatch, [...new Set(next)])) {
      for (const one of page.MetricAlarms ?? []) metric.set(one.AlarmName ?? '', one);
      for (const one of page.CompositeAlarms ?? []) composite.set(one.AlarmName ?? '', one);
    }
    for (const name of next) asked.add(name);
    for (const [name, { AlarmRule }] of composite) known.set(name, childrenIn(AlarmRule));
    const unmatched = wanted.filter((one) => !metric.has(one.name) && !childOf(one, known, metric).matches);
    next = unmatched.flatMap(({ name }) => descendants(name, known)).filter((name) => !asked.has(name));
  }
  const found = new Map<string, Alarm>();
  for (const one of wanted) {
    const plain = metric.get(one.name);
    const parent = composite.get(one.name);
    const { candidates } = parent ? childOf(one, known, metric) : { candidates: plain ? [plain] : [] };
    const alarm = parent ?? plain;
    if (alarm) {
      const definition = { composite: parent !== undefined, candidates: candidates.map(definitionOf) };
      found.set(one.name, alarmOf(one.name, definition, stateOf(alarm)));
    }
  }
  return found;
}

async function describe(cloudWatch: ScalingClients['cloudWatch'], names: readonly string[]) {
  const pages = await mapConcurrent(chunk(names, BATCH), CONCURRENT_READS, (AlarmNames) =>
    collectPages('CloudWatch DescribeAlarms', async (NextToken) => {
      // Without the types it leaves composite alarms out.
      const AlarmTypes: AlarmType[] = ['MetricAlarm', 'CompositeAlarm'];
      const command = new DescribeAlarmsCommand({ AlarmNames, AlarmTypes, MaxRecords: BATCH, NextToken });
      const page = await cloudWatch.send(command);
      return { items: [page], next: page.NextToken };
    }),
  );
  return pages.flat();
}

/** All below `name`, in the order of the rules. A rule cannot name its own alarm, but what is known may be old. */
function descendants(name: string, known: KnownChildren, above: readonly string[] = []): string[] {
  const children = (known.get(name) ?? []).filter((child) => child !== name && !above.includes(child));
  return children.flatMap((child) => [child, ...descendants(child, known, [...above, name])]);
}

/** The alarms that a rule calls upon by name or ARN, quoted or not: `ALARM("a") AND NOT OK(arn:...:alarm:b)`. */
export function childrenIn(rule = ''): string[] {
  const calls = rule.matchAll(/\b(?:ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:"((?:[^"\\]|\\.)*)"|([^)\s]+))/g);
  const names = [...calls].map(([, quoted, plain]) => quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '');
  return [...new Set(names.map((name) => /^arn:[^ ]*?:alarm:(.+)$/.exec(name)?.[1] ?? name))];
}

/**
 * The children that may stand for a composite alarm: those with the threshold and comparison that the policy names,
 * else any that has a threshold; those in ALARM first, then in the order of the rule.
 */
function childOf(
  { name, threshold, comparison }: Wanted,
  known: KnownChildren,
  metric: ReadonlyMap<string, MetricAlarm>,
): { candidates: readonly MetricAlarm[]; matches: boolean } {
  const usable = descendants(name, known)
    .flatMap((child) => metric.get(child) ?? [])
    .filter(({ Threshold }) => Threshold !== undefined);
  const meant = usable.filter((one) => one.Threshold === threshold && one.ComparisonOperator === comparison);
  const candidates = meant.length > 0 ? meant : usable;
  const first = (alarm: MetricAlarm) => (alarm.StateValue === 'ALARM' ? 0 : 1);
  return { candidates: candidates.toSorted((a, b) => first(a) - first(b)), matches: meant.length > 0 };
}

function stateOf(alarm: MetricAlarm | CompositeAlarm): AlarmState {
  const since = alarm.StateTransitionedTimestamp ?? alarm.StateUpdatedTimestamp;
  return { state: alarm.StateValue ?? 'INSUFFICIENT_DATA', since: since?.getTime() ?? 0 };
}
