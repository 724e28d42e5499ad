import { whole } from '../run/run.ts';
import type { Block } from './blocks.ts';
import { type HostPicture, reservedShare } from './picture.ts';

/** The sign stays with its number. */
export const percent = (share: number) => `${Math.round(share * 100)}\u00a0%`;

/** Enough of an id to tell it from others in a small box. */
export function shortId(id: string): string {
  if (/^i-[0-9a-f]{8,}$/.test(id)) return `…${id.slice(-5)}`;
  return /\/(?<name>new-\d+)\//.exec(id)?.groups?.name ?? id;
}

export const FATES: Readonly<Record<HostPicture['fate']['kind'], string>> = {
  stays: 'stays',
  goes: 'goes',
  new: 'new',
};

/** An instance in a panel, for a person who points at it and for a screen reader. A line each. */
export function hostInWords(host: HostPicture, when: 'now' | 'after'): string {
  const { id, group, zone, instanceType, fate } = host;
  const blocks = host[when];
  const where = `${instanceType} in ${zone}, ${group ?? 'in no group of the policy'}`;
  const why = `${FATES[fate.kind]} (${fate.reason}): ${fate.sentence}`;
  if (blocks === undefined) return [`${id} is gone`, where, why].join('\n');
  const reserved = `${percent(reservedShare(blocks))} reserved`;
  return [id, `${where}; ${reserved}`, ...tasksInWords(blocks, when), why].join('\n');
}

const MOST_LISTED = 6;

function tasksInWords(blocks: readonly Block[], when: 'now' | 'after'): string[] {
  const groups = [...Map.groupBy(blocks, ({ name }) => name)];
  const listed = groups
    .slice(0, MOST_LISTED)
    .map(([name, some]) => `${name}${some.length > 1 ? ` ×${some.length}` : ''}`);
  const left = groups.length - listed.length;
  const more = left > 0 ? ` and ${left} others` : '';
  const tasks = blocks.length === 0 ? 'No task' : `Tasks: ${listed.join(', ')}${more}`;
  return [tasks, ...movesInWords(blocks, when)];
}

/** Where the tasks of an instance go, or where they come from; those that go together counted. */
export function movesInWords(blocks: readonly Block[], when: 'now' | 'after'): string[] {
  const end = when === 'now' ? 'to' : 'from';
  const ends = blocks.flatMap(({ name, move }) =>
    move === undefined ? [] : [`${name} ${end} ${move[end]}`],
  );
  const counts = [...Map.groupBy(ends, (one) => one)].map(([what, { length }]) =>
    length > 1 ? `${length} × ${what}` : what,
  );
  if (counts.length === 0) return [];
  const listed = counts.slice(0, MOST_LISTED);
  const more = counts.length > listed.length ? ` and ${counts.length - listed.length} more` : '';
  return [`${when === 'now' ? 'Moves' : 'Arrives'}: ${listed.join(', ')}${more}`];
}

/** A task in its instance. */
export function blockInWords({ name, isDaemon, cpu, memory, share, move }: Block): string {
  const what = `${name}${isDaemon ? ' (daemon)' : ''}: ${percent(share)}, ${whole(cpu)} CPU units and ${whole(memory)} MiB`;
  return move === undefined ? what : `${what}; moves from ${move.from} to ${move.to}`;
}
