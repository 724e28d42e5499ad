import { alarmNames } from '../../lib/policy/values.ts';
import { isPlain, type Policies } from './convert.ts';
import { beside, dead, type Line, live, name } from './lines.ts';
import type { AccountSnapshot, AlarmSeen, MetricSeen } from './snapshot.ts';
import { uniqueNames } from './unique.ts';

/** What a count of tasks or instances follows; other alarms, such as of tasks that run, are for people. */
const WORDS: Readonly<Record<string, string>> = { CPUUtilization: 'cpu', MemoryUtilization: 'memory' };

/** An alarm under scaling.alarms; nothing where it has no threshold. */
export function alarmLine(alarm: AlarmSeen | undefined, isUsed: boolean): Line[] {
  if (alarm === undefined || !isPlain(alarm)) return [];
  const metric = alarm.metric?.name ?? 'value';
  const word = name(WORDS[metric] ?? metric);
  const body = `{ metric: ${word}, threshold: ${alarm.threshold}, comparison: '${alarm.comparison}' }`;
  return [(isUsed ? beside : dead)(`${name(alarm.name)}: ${body}`)];
}

type Of = Pick<MetricSeen, 'namespace' | 'dimensions'>;

/** A tenth at a time, until somebody has looked at it. */
const STEPS = { out: '{ from: 0, by: 10% }', in: '{ to: 0, by: -10% }' };

/**
 * Step policies for the alarms on the load of a service or a group which set off no policy of AWS's. Where one alarm
 * would remove at a load at which another adds, it is left out.
 */
export function fromAlarms(alarms: AccountSnapshot['alarms'], of: Of): Policies {
  const own = [...alarms.values()]
    .filter((alarm) => isOf(alarm, of))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const out = own.filter(isAbove);
  const into = own.filter((alarm) => !isAbove(alarm) && !out.some((other) => meets(alarm, other)));
  const chosen = [...out, ...into];
  const words = (alarm: AlarmSeen) =>
    `${WORDS[alarm.metric?.name ?? ''] ?? 'load'}-${isAbove(alarm) ? 'high' : 'low'} ${alarm.name}`;
  const names = uniqueNames(chosen.map(words), 'policy');
  const lines = chosen.map((alarm) => {
    const [kind = ''] = words(alarm).split(' ');
    const alone = chosen.filter((other) => words(other).startsWith(`${kind} `)).length === 1;
    const key = alone ? kind : (names.get(words(alarm)) ?? kind);
    const steps = isAbove(alarm) ? STEPS.out : STEPS.in;
    return live(`${name(key)}: { step: { alarm: ${name(alarm.name)}, steps: [${steps}] } }`);
  });
  return { lines, alarms: chosen.map((alarm) => alarm.name) };
}

function isOf(alarm: AlarmSeen, { namespace, dimensions }: Of): boolean {
  const { metric } = alarm;
  if (metric === null || alarm.scales || !isPlain(alarm) || !alarmNames.safeParse(alarm.name).success)
    return false;
  if (metric.namespace !== namespace || WORDS[metric.name] === undefined) return false;
  const [wanted, found] = [Object.entries(dimensions), metric.dimensions];
  return Object.keys(found).length === wanted.length && wanted.every(([key, value]) => found[key] === value);
}

const isAbove = ({ comparison }: AlarmSeen) => comparison?.startsWith('>') === true;

const meets = (low: AlarmSeen, high: AlarmSeen) =>
  low.metric?.name === high.metric?.name && (low.threshold ?? 0) >= (high.threshold ?? 0);
