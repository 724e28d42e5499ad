import Table from 'cli-table3';
import type { createColors } from 'picocolors';
import type { Deployment } from './deployment.ts';
import type { World } from './world.ts';

/**
 * What the scenario came to: each instance, and the figures that matter. `realMs`: how long it took to play;
 * undefined leaves that out.
 */
export function summary(
  world: World,
  { journal }: Deployment,
  realMs: number | undefined,
  colors: ReturnType<typeof createColors>,
): string {
  const table = new Table({
    head: ['instance', 'why', 'tasks', 'drained after', 'end'],
    style: { head: [], border: [] },
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
  });
  const drains = journal.filter(({ capability }) => capability === 'draining');
  for (const id of notableSubjects(drains)) {
    const about = drains.filter(({ subject }) => subject === id);
    const begun = about.find(({ reason }) => reason === 'drain-begun');
    const drained = about.find(({ reason }) => reason === 'drained');
    const seconds = drained?.facts?.seconds;
    table.push([
      id,
      /DRAINING for (.+), with/.exec(begun?.sentence ?? '')?.[1] ?? '-',
      String(begun?.facts?.tasks ?? '-'),
      typeof seconds === 'number' ? `${seconds} s` : '-',
      about.findLast(({ weight }) => weight === 'notable')?.reason ?? '-',
    ]);
  }
  const { recording, lambda } = world;
  const stats = [...lambda.stats.values()];
  const total = (count: (of: (typeof stats)[number]) => number) =>
    stats.reduce((sum, each) => sum + count(each), 0);
  const virtualMs = world.now() - (recording.events[0]?.at ?? world.now());
  const longest = Math.max(0, ...recording.invocations.map(({ durationMs }) => durationMs));
  const figures = [
    `${recording.events.length} events, of which ${recording.events.filter(({ rules }) => rules.length > 0).length} matched a rule`,
    `${total((of) => of.invocations)} invocations, ${total((of) => of.errors)} failed, the longest took ${(longest / 1_000).toFixed(1)} s of simulated time`,
    `${recording.countOf()} AWS calls, ${recording.countOf() - writes(recording.callCounts)} of them reads`,
    ...(realMs === undefined
      ? []
      : [`${(virtualMs / 60_000).toFixed(0)} minutes played in ${(realMs / 1_000).toFixed(1)} s`]),
  ];
  const tables = [
    table.toString(),
    ...scalingTable(journal),
    ...failoverTable(journal),
    ...tagTable(journal),
  ];
  return [colors.bold('Summary'), ...tables, ...figures.map((line) => `  ${line}`)].join('\n');
}

/** Every change of a count, if there was any. */
function scalingTable(journal: Deployment['journal']): string[] {
  const changes = journal.filter(
    ({ capability, outcome }) => capability === 'scaling' && outcome === 'acted',
  );
  if (changes.length === 0) return [];
  const table = new Table({
    head: ['target', 'at', 'what', 'from', 'to'],
    style: { head: [], border: [] },
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
  });
  for (const { subject = '-', at, reason, facts = {} } of changes) {
    const time = new Date(at).toISOString().slice(11, 19);
    table.push([subject, time, reason, String(facts.from ?? '-'), String(facts.to ?? '-')]);
  }
  return [table.toString()];
}

/** Every service that was sent to on-demand, if there was any. */
function failoverTable(journal: Deployment['journal']): string[] {
  const gone = journal.filter(({ reason }) => reason === 'failed-over');
  if (gone.length === 0) return [];
  const table = new Table({
    head: ['service', 'on demand', 'from', 'back on Spot'],
    style: { head: [], border: [] },
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
  });
  for (const { subject = '-', at, facts = {} } of gone) {
    const back = journal.find(
      (entry) => entry.reason === 'restored' && entry.subject === subject && entry.at > at,
    );
    const time = (moment: number | undefined) =>
      moment === undefined ? '-' : new Date(moment).toISOString().slice(11, 19);
    table.push([subject, time(at), String(facts.from ?? '-'), time(back?.at)]);
  }
  return [table.toString()];
}

/** Every move of a tag, if there was any. */
function tagTable(journal: Deployment['journal']): string[] {
  const moves = journal.filter(({ reason }) => reason === 'promoted' || reason === 'rolled-back');
  if (moves.length === 0) return [];
  const table = new Table({
    head: ['tag', 'at', 'what', 'from', 'to'],
    style: { head: [], border: [] },
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
  });
  for (const { subject = '-', at, reason, facts = {} } of moves) {
    const short = (digest: unknown) => (typeof digest === 'string' ? digest.slice(0, 15) : '-');
    table.push([
      subject,
      new Date(at).toISOString().slice(11, 19),
      reason,
      short(facts.previous),
      short(facts.digest),
    ]);
  }
  return [table.toString()];
}

const notableSubjects = (journal: Deployment['journal']) => [
  ...new Set(journal.flatMap(({ subject, weight }) => (subject && weight === 'notable' ? [subject] : []))),
];

const CHANGES = /:(Update|Complete|Record|Deregister|Stop|Set|Terminate|Put)/;

function writes(counts: ReadonlyMap<string, number>): number {
  return [...counts].reduce((sum, [name, count]) => (CHANGES.test(name) ? sum + count : sum), 0);
}
