import type { createColors } from 'picocolors';
import type { EpochMs } from '../lib/clock.ts';
import type { Outcome } from '../lib/journal/journal.ts';
import type { Deployment, SimulatedEntry } from './deployment.ts';
import type { CallRecord, InvocationRecord } from './recording.ts';
import type { World } from './world.ts';

type Colors = ReturnType<typeof createColors>;

/** What stands on the timeline: a step of the scenario, or an invocation that decided something. */
interface Moment {
  readonly at: EpochMs;
  readonly lines: readonly string[];
}

/**
 * The timeline for a terminal: what happened to the cluster, the event that told of it, every decision with its
 * reason, the AWS calls it made. Invocations that had nothing to decide are left out and counted.
 */
export function timeline(
  world: World,
  deployment: Deployment,
  steps: readonly { readonly at: EpochMs; readonly what: string }[],
  width: number,
  colors: Colors,
): string[] {
  const entries = Map.groupBy(deployment.journal, ({ invocation }) => invocation);
  const calls = Map.groupBy(world.recording.calls, ({ invocation }) => invocation ?? '');
  const moments: Moment[] = steps.map(({ at, what }) => ({ at, lines: story(what, at, width, colors) }));
  const seen = new Set<string>();
  let quiet = 0;
  for (const invocation of world.recording.invocations) {
    const own = (entries.get(invocation.id) ?? []).filter(({ weight }) => weight === 'notable');
    const { id = '' } = invocation.event as { id?: string };
    if (seen.has(id)) moments.push({ at: invocation.startedAt, lines: again(invocation, colors) });
    else if (own.length === 0) quiet += 1;
    else {
      const lines = decided(invocation, own, calls.get(invocation.id) ?? [], width, colors);
      moments.push({ at: invocation.startedAt, lines });
    }
    seen.add(id);
  }
  const ordered = moments.sort((a, b) => a.at - b.at).flatMap(({ lines }) => lines);
  return [...ordered, colors.dim(`(${quiet} further invocations found nothing new to decide)`)];
}

function story(what: string, at: EpochMs, width: number, { bold }: Colors): string[] {
  return [
    '',
    ...wrap(what, width - 10).map((line, index) => `${index === 0 ? clock(at) : '        '}  ${bold(line)}`),
  ];
}

function again(invocation: InvocationRecord, { cyan, dim }: Colors): string[] {
  const head = `${clock(invocation.startedAt)}  ${cyan('event')}     ${eventName(invocation.event)}`;
  return [head, dim(`          the same event once more: known already, ${invocation.calls} AWS calls`)];
}

function decided(
  invocation: InvocationRecord,
  entries: readonly SimulatedEntry[],
  calls: readonly CallRecord[],
  width: number,
  colors: Colors,
): string[] {
  const lines = [
    `${clock(invocation.startedAt)}  ${colors.cyan('event')}     ${eventName(invocation.event)}`,
  ];
  for (const { outcome, reason, sentence } of entries) {
    const head = `${paint(colors, outcome)(outcome.padEnd(9))} ${colors.bold(reason)}`;
    lines.push(
      `          ${head}`,
      ...wrap(sentence, width - 20).map((line) => `                    ${line}`),
    );
  }
  const made = tally(
    calls.map(({ service, operation, error }) => `${service}:${operation}${error ? ` (${error})` : ''}`),
  );
  const wrapped = wrap(made.join(', '), width - 20);
  return [
    ...lines,
    ...wrapped.map((line, index) => colors.dim(`          ${index === 0 ? 'aws' : '   '}       ${line}`)),
  ];
}

function eventName(event: unknown): string {
  const { 'detail-type': type = 'unknown', detail = {} } = event as {
    'detail-type'?: string;
    detail?: object;
  };
  const about = detail as Record<string, unknown>;
  const image = about['repository-name'];
  if (typeof image === 'string') {
    const tag = about['image-tag'] ?? String(about['image-digest'] ?? '').slice(0, 15);
    return `${type}: ${image}:${tag} ${about['action-type'] ?? about['scan-status'] ?? ''}`;
  }
  const [resource = ''] = (event as { readonly resources?: readonly string[] }).resources ?? [];
  if (typeof about.eventName === 'string') return `${type}: ${resource.split('/').at(-1)} ${about.eventName}`;
  const subject =
    about.EC2InstanceId ?? about['instance-id'] ?? about.instanceId ?? about.ec2InstanceId ?? about.alarmName;
  if (typeof about.taskArn === 'string')
    return `${type}: task ${about.taskArn.split('/').at(-1)?.slice(0, 8)} ${about.lastStatus}`;
  const alarm = (about.state as { value?: unknown } | undefined)?.value;
  const state = alarm ?? about.state ?? about['instance-action'] ?? about.verb ?? about.status;
  return [type, subject, state].filter((part) => typeof part === 'string').join('  ');
}

function paint(
  { green, yellow, red, magenta, dim, blue }: Colors,
  outcome: Outcome,
): (text: string) => string {
  const by: Record<Outcome, (text: string) => string> = {
    acted: green,
    done: blue,
    held: yellow,
    refused: magenta,
    observed: magenta,
    ignored: dim,
    failed: red,
  };
  return by[outcome];
}

const clock = (at: EpochMs) => new Date(at).toISOString().slice(11, 19);

function tally(names: readonly string[]): string[] {
  return [...Map.groupBy(names, (name) => name)].map(([name, all]) =>
    all.length > 1 ? `${name} x${all.length}` : name,
  );
}

/** Breaks between words, never within one. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').filter(Boolean)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return line === '' ? lines : [...lines, line];
}
