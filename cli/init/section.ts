import type { Capability } from '../../lib/journal/journal.ts';
import { beside, branch, type Line, remark } from './lines.ts';
import type { AccountSnapshot, ClusterSeen, InitAction } from './snapshot.ts';

/** A section of the policy file; null where there is nothing for it. */
export interface Section {
  readonly capability: Capability;
  readonly line: Line | null;
}

interface Basis {
  /** Whether there is anything to say. */
  readonly found: boolean;
  /** The calls without which it would be half a section. */
  readonly needs: readonly InitAction[];
  readonly unread: AccountSnapshot['unread'];
}

const OBSERVE = beside('mode: observe', { aside: 'decides and journals, changes nothing; act: does it' });

/** A section in mode observe; where AWS did not tell what it needs, only the reason. */
export function section(
  capability: Capability,
  below: readonly Line[],
  { found, needs, unread }: Basis,
): Section {
  const reasons = [...new Set(needs)].flatMap((action) => {
    const why = unread.get(action);
    if (why === undefined) return [];
    return [why.includes(action) ? why : `${action}: ${why}`];
  });
  if (reasons.length > 0) {
    return { capability, line: remark(`No section ${capability}, since not all could be read.`, ...reasons) };
  }
  if (!found) return { capability, line: null };
  if (below.some(hasSubstance)) return { capability, line: branch(`${capability}:`, [OBSERVE, ...below]) };
  return { capability, line: remark(`No section ${capability}.`, ...below.flatMap(notesOf)) };
}

/** Whether there is anything that counts, or that could be uncommented. */
const hasSubstance = ({ yaml, state, below }: Line): boolean =>
  below.length > 0 ? below.some(hasSubstance) : yaml !== null && (state === 'live' || state === 'dead');

const notesOf = ({ notes, below }: Line): string[] => [...notes, ...below.flatMap(notesOf)];

/** What Copilot calls the cluster. */
export const copilotNotes = ({ copilot }: ClusterSeen): string[] =>
  copilot === null
    ? []
    : [`AWS Copilot: application ${copilot.application}, environment ${copilot.environment}`];

/** The same above the first of its units, and behind each what Copilot calls the service. */
export const grouped = (seen: ClusterSeen, units: readonly Line[]): Line[] =>
  units.map((unit, index) =>
    index === 0 ? { ...unit, notes: [...copilotNotes(seen), ...unit.notes] } : unit,
  );

export const copilotAside = ({ copilot }: ClusterSeen, service: string): string | null =>
  copilot?.services.get(service) ?? null;
