import picocolors from 'picocolors';
import type { Outcome } from '../lib/journal/journal.ts';

type Paint = (text: string) => string;

const WIDEST = 'observed'.length;

/** `columns` of the terminal; undefined where there is none, which gets no colours. */
export const colorsFor = (columns: number | undefined) =>
  picocolors.createColors(columns !== undefined && picocolors.isColorSupported);

/** An outcome in its colour, as wide as the widest: what lines about decisions begin with. */
export function outcomePainter(columns: number | undefined): (outcome: Outcome) => string {
  const colors = colorsFor(columns);
  const paint: Readonly<Record<Outcome, Paint>> = {
    acted: colors.green,
    done: colors.green,
    observed: colors.cyan,
    held: colors.yellow,
    refused: colors.red,
    failed: colors.red,
    ignored: colors.dim,
  };
  return (outcome) => paint[outcome](outcome.padEnd(WIDEST));
}
