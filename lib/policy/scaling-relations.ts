import type { EpochMs } from '../clock.ts';
import { type Finding, mapIn, parsed, valueIn } from './raw.ts';
import { metric, unknownIds } from './scaling-metric.ts';
import { alarm, bounds, moment, steps, zeroAfter } from './scaling-schema.ts';
import { type Alarm, fights, type StepsOf, stepFindings } from './scaling-steps.ts';
import { freezeFindings, scheduleFindings } from './scaling-times.ts';
import { nearest } from './spelling.ts';

type Path = readonly PropertyKey[];

/** What no single value of the `scaling` section can tell. Looks at the file as it was written (relations.ts). */
export function scalingFindings(file: unknown, now: EpochMs): Finding[] {
  if (valueIn(file, 'scaling') === undefined) return [];
  const scaling = mapIn(file, 'scaling');
  const alarms = mapIn(scaling, 'alarms');
  const targets = (['services', 'groups'] as const).flatMap((kind) =>
    Object.entries(mapIn(scaling, kind)).map(([name, body]) => ({ path: ['scaling', kind, name], body })),
  );
  if (targets.length === 0) {
    const expected = 'at least one service or group';
    return [{ path: ['scaling'], at: 'value', found: 'nothing to scale', expected }];
  }
  return targets.flatMap(({ path, body }) => targetFindings(path, body, alarms, now));
}

function targetFindings(path: Path, target: unknown, alarms: object, now: EpochMs): Finding[] {
  const policies = Object.entries(mapIn(target, 'policies'));
  const within = (section: string, name: string) => [...path, section, name];
  const checked = (section: string, check: (path: Path, body: unknown) => Finding[]) =>
    Object.entries(mapIn(target, section)).flatMap(([name, body]) => check(within(section, name), body));
  const stepped = policies.flatMap(([name, body]): StepsOf[] => {
    const watched = watchedBy(valueIn(body, 'step'), alarms);
    const list = parsed(steps, valueIn(valueIn(body, 'step'), 'steps'));
    if (watched === undefined || list === undefined) return [];
    return [{ policy: name, path: within('policies', name), watched, steps: list }];
  });
  return [
    ...boundFindings(path, target),
    ...checked('policies', (at, body) => policyFindings(at, body, alarms, target)),
    ...fights(stepped),
    ...sameMetricTwice(path, policies),
    ...checked('schedules', (at, body) => scheduleFindings(at, body, target, now)),
    ...checked('freezes', (at, body) => freezeFindings(at, body, now)),
  ];
}

function boundFindings(path: Path, target: unknown): Finding[] {
  const [min, max] = [parsed(bounds.min, valueIn(target, 'min')), parsed(bounds.max, valueIn(target, 'max'))];
  const findings: Finding[] = [];
  if (min !== undefined && max !== undefined && min > max)
    findings.push({ path: [...path, 'min'], at: 'value', expected: `at most the max of ${max}` });
  if (['policies', 'schedules'].every((section) => Object.keys(mapIn(target, section)).length === 0))
    findings.push({ path, at: 'value', found: 'none', expected: 'policies, schedules or both' });
  return findings;
}

const KINDS = ['step', 'target', 'backlog'] as const;

function policyFindings(path: Path, policy: unknown, alarms: object, target: unknown): Finding[] {
  const kinds = KINDS.filter((kind) => valueIn(policy, kind) !== undefined);
  const findings: Finding[] = [];
  if (kinds.length !== 1) {
    const found = kinds.length === 0 ? 'none' : kinds.join(' and ');
    findings.push({ path, at: 'value', found, expected: 'one of step, target and backlog' });
  }
  const [step, tracking, backlog] = KINDS.map((kind) => valueIn(policy, kind));
  return [
    ...findings,
    ...alarmFindings([...path, 'step', 'alarm'], valueIn(step, 'alarm'), alarms),
    ...stepFindings([...path, 'step'], step, watchedBy(step, alarms)),
    ...mathFindings([...path, 'target', 'metric'], valueIn(tracking, 'metric')),
    ...mathFindings([...path, 'backlog', 'messages'], valueIn(backlog, 'messages')),
    ...backlogFindings([...path, 'backlog'], backlog, target),
  ];
}

/** The alarm of a step policy as the file has it; undefined where it is missing or wrong, which others report. */
function watchedBy(step: unknown, alarms: object): Alarm | undefined {
  const name = valueIn(step, 'alarm');
  return typeof name === 'string' ? parsed(alarm, valueIn(alarms, name)) : undefined;
}

function alarmFindings(path: Path, name: unknown, alarms: object): Finding[] {
  if (typeof name !== 'string' || valueIn(alarms, name) !== undefined) return [];
  const known = Object.keys(alarms);
  const meant = nearest(name, known);
  const question = meant === undefined ? '' : ` - did you mean ${meant}?`;
  const expected = `an alarm of scaling.alarms${known.length === 0 ? '' : `: ${known.join(', ')}`}`;
  return [{ path, at: 'value', found: `the unknown alarm ${JSON.stringify(name)}${question}`, expected }];
}

function mathFindings(path: Path, value: unknown): Finding[] {
  const read = parsed(metric, value);
  if (read === undefined || !('expression' in read)) return [];
  const [unknown] = unknownIds(read);
  if (unknown === undefined) return [];
  const expected = `only ids of its metrics: ${Object.keys(read.metrics).join(', ')}`;
  return [{ path: [...path, 'expression'], at: 'value', found: `the unknown id ${unknown}`, expected }];
}

function backlogFindings(path: Path, backlog: unknown, target: unknown): Finding[] {
  const [latency, each] = ['acceptableLatency', 'timePerMessage'].map((key) =>
    parsed(moment, valueIn(backlog, key)),
  );
  const findings: Finding[] = [];
  if (latency !== undefined && each !== undefined && latency < each) {
    const expected = 'at least timePerMessage, since no message is done sooner';
    findings.push({ path: [...path, 'acceptableLatency'], at: 'value', expected });
  }
  const min = parsed(bounds.min, valueIn(target, 'min'));
  const zero = valueIn(backlog, 'zeroAfter');
  if (min !== undefined && min > 0 && zero !== undefined && (parsed(zeroAfter, zero) ?? null) !== null) {
    const expected = `never, or a min of 0: with a min of ${min} it never comes to zero`;
    findings.push({ path: [...path, 'zeroAfter'], at: 'value', expected });
  }
  return findings;
}

/** The one that wants more would always win, and the other say nothing. */
function sameMetricTwice(path: Path, policies: readonly [string, unknown][]): Finding[] {
  const first = new Map<string, string>();
  return policies.flatMap(([name, body]): Finding[] => {
    const tracked = parsed(metric, valueIn(valueIn(body, 'target'), 'metric'));
    if (tracked === undefined) return [];
    const same = JSON.stringify(tracked);
    const other = first.get(same);
    first.set(same, other ?? name);
    if (other === undefined) return [];
    const found = `a policy that fights ${other}: both keep the same metric at a value`;
    return [{ path: [...path, 'policies', name], at: 'key', found, expected: 'one value for a metric' }];
  });
}
