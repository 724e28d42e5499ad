import type { Capability } from '../../lib/journal/journal.ts';
import { BadInput } from '../command.ts';
import { compileText } from '../policy-file.ts';
import { counts, type Line, textOf } from './lines.ts';
import type { Section } from './section.ts';

/** A section that comes to no more than AWS takes, and what had to be left out of it. */
export interface Trimmed {
  readonly section: Section;
  readonly leftOut: readonly string[];
}

/** What to do where there is too much for one role. */
const WIDER: Readonly<Record<Capability, string>> = {
  draining: 'Drain the other clusters from a second deployment.',
  scaling: 'Scale them from a second deployment.',
  failover: 'With scope: clusters all fit, and the role may change every service of these clusters.',
  retagging: 'With scope: registry all fit, and the role may change tags in every repository.',
  capacity: 'Count the instances of the other clusters from a second deployment.',
};

/**
 * Comments out what the loader refuses, and from the end what is too much. Each section has a role of its own.
 * @param besides sections that are fitted already, which this one refers to
 */
export function trim({ capability, line }: Section, besides: readonly Line[] = []): Trimmed {
  const refusal = (one: Line) => refusalOf([...besides, one]);
  if (line === null) return { section: { capability, line }, leftOut: [] };
  const ready = explained(line, refusal);
  const units = unitsOf(ready).filter(counts);
  if (units.length === 0 || refusal(ready) === null)
    return { section: { capability, line: ready }, leftOut: [] };
  const wrong = new Map(
    units.flatMap((unit): [Line, string][] => {
      const why = refusal(reduced(ready, (one) => one === unit));
      return why === null ? [] : [[unit, `Left out, since stevedore validate refuses it: ${why}`]];
    }),
  );
  const right = units.filter((unit) => !wrong.has(unit));
  const taken = new Set(right.slice(0, mostOf(right, ready, refusal)));
  const reason = `Left out: with it the section is more than IAM or EventBridge takes. ${WIDER[capability]}`;
  const left = units.filter((unit) => !taken.has(unit));
  const fitted = mapped(ready, (one) =>
    left.includes(one) ? { ...one, state: 'dead', notes: [...one.notes, wrong.get(one) ?? reason] } : one,
  );
  return {
    section: { capability, line: fitted },
    leftOut: left.map((unit) => `${capability}: ${(unit.yaml ?? '').replace(/:.*$/, '')}`),
  };
}

/** Why a section is refused; null if it is not. */
type Refusal = (line: Line) => string | null;

/** How many of the units fit, from the first on. More units are never less. */
function mostOf(units: readonly Line[], line: Line, refusal: Refusal): number {
  let [low, high] = [0, units.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const some = new Set(units.slice(0, middle));
    if (refusal(reduced(line, (one) => some.has(one))) === null) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Says of what is commented out if it would be refused as it is, since it is there to be uncommented. */
function explained(line: Line, refusal: Refusal): Line {
  const units = unitsOf(line).filter((unit) => unit.state === 'dead');
  const notes = new Map(
    units.flatMap((unit): [Line, string][] => {
      const alone = mapped(
        reduced(line, () => false, unit),
        (one) => (one.state === 'dead' && !one.unit ? { ...one, state: 'with' } : one),
      );
      const why = refusal(alone);
      return why === null ? [] : [[unit, `As it is, stevedore validate refuses it: ${why}`]];
    }),
  );
  return mapped(line, (one) => {
    const note = notes.get(one);
    return note === undefined ? one : { ...one, notes: [...one.notes, note] };
  });
}

function refusalOf(lines: readonly Line[]): string | null {
  try {
    compileText(`version: 1\n${textOf(lines)}`, 'init');
    return null;
  } catch (error) {
    if (!(error instanceof BadInput)) throw error;
    return error.message.replaceAll(/^init(:\d+:\d+)?: /gm, '').replaceAll('\n', ' ');
  }
}

const unitsOf = (line: Line): Line[] => (line.unit ? [line] : line.below.flatMap(unitsOf));

/** With these units alone, and `revived` as if it were not commented out. */
const reduced = (line: Line, isKept: (unit: Line) => boolean, revived?: Line): Line => ({
  ...line,
  ...(line === revived && { state: 'follows' as const }),
  below: line.below
    .filter((inner) => !inner.unit || inner === revived || isKept(inner))
    .map((inner) => reduced(inner, isKept, revived)),
});

/** `change` sees each line as it was, so that lines can be told by identity. */
function mapped(line: Line, change: (one: Line) => Line): Line {
  const own = change(line);
  return { ...own, below: line.below.map((inner) => mapped(inner, change)) };
}
