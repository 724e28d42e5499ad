import Table from 'cli-table3';
import type { createColors } from 'picocolors';
import { utc } from '../../lib/clock.ts';
import { counted, type Run, secondsText } from '../../simulator/report/run/run.ts';
import type { Stage } from '../../simulator/scenario-file/build.ts';
import type { ScenarioSpec } from '../../simulator/scenario-file/model.ts';
import { summary } from '../../simulator/summary.ts';
import { timeline } from '../../simulator/timeline.ts';
import { shortfallsOf } from './shortfalls.ts';

const WIDEST = 120;
/** Reasons beyond these are in the report and in --json. */
const MOST_REASONS = 12;

interface Screen {
  readonly columns: number | undefined;
  readonly colors: ReturnType<typeof createColors>;
}

/** The timeline with every decision, and the figures. */
export function asText(run: Run, { world, deployment }: Stage, { columns = 100, colors }: Screen): string {
  const width = Math.min(columns, WIDEST);
  return [
    colors.bold(run.title),
    run.subtitle,
    ...timeline(world, deployment, run.steps, width, colors),
    '',
    summary(world, deployment, undefined, colors),
    '',
    colors.bold('Figures'),
    figuresTable(run),
    reasonsTable(run),
    ...shortfallsText(run, colors),
    '',
  ].join('\n');
}

function shortfallsText(run: Run, { bold, red }: Screen['colors']): string[] {
  const found = shortfallsOf(run);
  return found.length === 0 ? [] : [bold('Shortfalls'), ...found.map(({ sentence }) => red(`  ${sentence}`))];
}

const chars = { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' };

function figuresTable({ figures }: Run): string {
  const { lost, interrupted, drains, belowMinutes, mostBelow, updateServiceCalls, callsPerHour } = figures;
  const table = new Table({ style: { head: [], border: [] }, chars, colAligns: ['left', 'right', 'left'] });
  const longest =
    drains.longestSeconds === null
      ? ''
      : `the longest took ${secondsText(drains.longestSeconds)}: ${drains.longestOf}`;
  table.push(
    ['tasks lost with their host', String(lost), ''],
    ['tasks taken back by Fargate Spot', String(interrupted), ''],
    [
      'drains',
      String(drains.begun),
      `${drains.drained} came to their end${longest === '' ? '' : `, ${longest}`}`,
    ],
    [
      'task-minutes below desired',
      belowMinutes.toFixed(1),
      mostBelow === null ? '' : `most of them ${mostBelow}`,
    ],
    ['UpdateService calls', String(updateServiceCalls), ''],
    ['AWS calls an hour', callsPerHour.toFixed(0), `of ${counted(figures.calls.length, 'operation')}`],
  );
  return table.toString();
}

function reasonsTable({ figures }: Run): string {
  const table = new Table({
    head: ['capability', 'decision', 'times'],
    style: { head: [], border: [] },
    chars,
    colAligns: ['left', 'left', 'right'],
  });
  for (const { capability, reason, count } of figures.decisions.slice(0, MOST_REASONS)) {
    table.push([capability, reason, String(count)]);
  }
  const more = figures.decisions.length - MOST_REASONS;
  return more > 0
    ? `${table.toString()}\n  and ${more} more reasons, in the report and in --json`
    : table.toString();
}

/** For machines: the figures, what happened, and every decision, routine ones too. */
export function asJson(run: Run, { seed, policy }: ScenarioSpec): string {
  const { title, figures, steps, journal, observation } = run;
  const result = {
    title,
    policy,
    seed,
    from: utc(observation.startsAt),
    to: utc(observation.endsAt),
    figures,
    shortfalls: shortfallsOf(run),
    services: observation.services.map(({ id, belowMinutes }) => ({ id, belowMinutes })),
    steps: steps.map(({ at, what }) => ({ at: utc(at), what })),
    decisions: journal.map(({ at, invocation: _, ...entry }) => ({ at: utc(at), ...entry })),
  };
  return `${JSON.stringify(result, null, 2)}\n`;
}
