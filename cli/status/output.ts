import { type EpochMs, utc } from '../../lib/clock.ts';
import { short } from '../../lib/retagging/tags.ts';
import { colorsFor } from '../outcome-colors.ts';
import { pauseInWords } from '../pause/output.ts';
import type { BreakerStatus, MigrationStatus, PoolStatus } from './breakers.ts';
import type { CapacityStatus } from './capacity.ts';
import type { DrainStatus } from './drains.ts';
import type { PromotionStatus } from './promotions.ts';
import type { QueueStatus } from './queues.ts';
import type { Status } from './read.ts';
import type { TargetStatus } from './targets.ts';
import { hookInWords, inWords, type Left, leftAt } from './times.ts';

/** What is going on, a block for each kind; kinds with nothing are named in one line at the end. */
export function asText(status: Status, columns: number | undefined): string {
  const { bold, yellow, dim } = colorsFor(columns);
  const { at } = status;
  const left = leftAt(at);
  const blocks: readonly (readonly [title: string, lines: readonly string[]])[] = [
    ['Paused', status.paused.map(pauseInWords)],
    ['Drains', status.drains.flatMap((one) => drainLines(one, left))],
    [
      'Breakers',
      [
        ...status.pools.map((one) => poolLine(one, left)),
        ...status.breakers.map((one) => breakerLine(one, at)),
      ],
    ],
    ['Migrations', status.migrations.map(migrationLine)],
    ['Scaling', status.targets.flatMap((one) => targetLines(one, left))],
    ['Promotions', status.promotions.flatMap((one) => promotionLines(one, at))],
    ['Capacity', status.capacity.flatMap((one) => capacityLines(one, at))],
    ['Failure queues', status.queues.flatMap(queueLines)],
  ];
  const shown = blocks.filter(([, lines]) => lines.length > 0);
  const quiet = blocks.filter(([, lines]) => lines.length === 0).map(([title]) => title.toLowerCase());
  return [
    dim(utc(at)),
    ...shown.flatMap(([title, lines]) => [
      '',
      title === 'Paused' ? yellow(bold(title)) : bold(title),
      ...lines.map((line) => `  ${line}`),
    ]),
    ...(quiet.length > 0 ? ['', dim(`Nothing to tell of: ${quiet.join(', ')}.`)] : []),
    '',
  ].join('\n');
}

/** For machines: keys are only ever added. */
export const asJson = (status: Status, indent: number): string => `${JSON.stringify(status, null, indent)}\n`;

function drainLines(drain: DrainStatus, left: Left): string[] {
  const { instance, cluster, phase, why, tasksLeft, tasksAtFirst, deadline, reclaimAt } = drain;
  const of = tasksAtFirst === null ? '' : ` of ${tasksAtFirst}`;
  const facts = [
    phase === 'leaving' ? 'leaving, nothing runs on it and ECS lists it still' : phase,
    ...(phase === 'leaving' || tasksLeft === null ? [] : [`${tasksLeft}${of} tasks left`]),
    ...(deadline === null ? [] : [`${drain.atDeadline} ${left(deadline)}`]),
    ...(reclaimAt === null ? [] : [`EC2 takes it ${left(reclaimAt)}`]),
    ...(drain.waitsFor === null ? [] : [`waits: ${drain.waitsFor}`]),
    `opened ${left(drain.openedAt)} (${why.join(', ')})`,
  ];
  const hooks = drain.hooks.map((hook) => `  ${hookInWords(hook, left)}`);
  const undecided = drain.undecided === 0 ? [] : [`  ${drain.undecided} events noted and not decided on yet`];
  const blocked = drain.blockedBy.map((sentence) => `  blocked: ${sentence}`);
  return [`${instance} in ${cluster}: ${facts.join(', ')}`, ...hooks, ...blocked, ...undecided];
}

function poolLine({ pool, state, since, probeAt, prober }: PoolStatus, left: Left): string {
  const next = probeAt === null ? `${prober} probes for all` : `cools off, probe ${left(probeAt)}`;
  return `${pool}: ${state}, changed ${left(since)}, ${next}`;
}

function breakerLine({ service, phase, since, pool, step }: BreakerStatus, now: EpochMs): string {
  const steps = step === null ? '' : `, step ${step.is} of ${step.of}`;
  const shared = pool === null ? '' : ` (${pool})`;
  return `${service}: ${phase} for ${inWords(now - since)}${steps}${shared}`;
}

function migrationLine({ cluster, moved, services, moving, stopped }: MigrationStatus): string {
  const now = stopped ?? (moving === null ? 'waiting' : `moving ${moving}`);
  return `${cluster}: ${moved} of ${services} services moved; ${stopped === null ? now : `stopped: ${now}`}`;
}

function targetLines({ target, desired, min, max, cooldowns, freezes, inAlarm }: TargetStatus, left: Left) {
  const count = desired === null ? '' : `${desired}, `;
  return [
    `${target}: ${count}from ${min} to ${max}${inAlarm.length > 0 ? `, in ALARM: ${inAlarm.join(', ')}` : ''}`,
    ...cooldowns.map(
      ({ direction, policy, from, to, until }) =>
        `  cooldown of scaling ${direction} ends ${left(until)} (${from} to ${to} by ${policy})`,
    ),
    ...freezes.map(
      ({ direction, name, until }) => `  scaling ${direction} is frozen by ${name}, ends ${left(until)}`,
    ),
  ];
}

function promotionLines({ tag, current, waits, order, deploying }: PromotionStatus, now: EpochMs): string[] {
  return [
    `${tag}: on ${current === null ? 'nothing' : short(current)}`,
    ...waits.map(({ outcome, reason, sentence }) => `  ${outcome}: ${sentence} (${reason})`),
    ...(order ? [`  ${order.verb} by ${order.by} waits for ${inWords(now - order.at)}`] : []),
    ...(deploying.length > 0 ? [`  to be deployed: ${deploying.join(', ')}`] : []),
  ];
}

const PHASES: Readonly<Record<CapacityStatus['leaving'][number]['phase'], string>> = {
  launching: 'waits for the instance that takes its place',
  ordered: 'is drained, and then terminated',
  terminating: 'is terminated',
};
/** A cluster may have hundreds that could go. */
const MOST_SHOWN = 10;

function capacityLines({ cluster, leaving, candidates, pending }: CapacityStatus, now: EpochMs): string[] {
  const waiting = pending.map(
    ({ tasks, since }) => `  ${tasks}: waits for an instance, ${inWords(now - since)}`,
  );
  const going = leaving.map(
    ({ instance, group, phase, reason, since }) =>
      `  ${instance} of ${group}: ${PHASES[phase]}, for ${inWords(now - since)} (${reason})`,
  );
  const could = candidates.map(
    ({ instance, reason, since }) => `  ${instance}: could go for ${inWords(now - since)} (${reason})`,
  );
  return [`${cluster}:`, ...[waiting, going, could].flatMap(shortened)];
}

const shortened = (lines: readonly string[]): string[] =>
  lines.length <= MOST_SHOWN
    ? [...lines]
    : [...lines.slice(0, MOST_SHOWN), `  and ${lines.length - MOST_SHOWN} more`];

function queueLines({ queue, messages, sentence }: QueueStatus): string[] {
  if (sentence === null) return [];
  return messages === null
    ? [`${queue}: not read. ${sentence}`]
    : [`${queue}: ${messages} ${messages === 1 ? 'event' : 'events'}`, `  ${sentence}`];
}
