import { bands } from '../curves.ts';
import { plotBox } from '../frame.ts';
import { breakable, escapeHtml } from '../html.ts';
import type { Note, PlotPlayback } from '../playback.ts';
import { lengthOf, percentAt, type Run } from './run.ts';

/** A row of the timeline, and what its plot says when it is pointed at. */
export interface Row {
  readonly html: string;
  readonly plot: readonly [key: string, PlotPlayback];
}

export interface RowParts {
  readonly key: string;
  readonly name: string;
  readonly remark?: string;
  readonly readings: PlotPlayback['readings'];
  readonly lacking?: PlotPlayback['lacking'];
  readonly notes: readonly Note[];
  readonly drawing?: string;
  readonly over?: string;
  readonly top?: number;
  /** Its classes for the style sheet. */
  readonly kind: string;
}

export function rowOf({ observation, steps }: Run, parts: RowParts): Row {
  const { key, name, remark = '', readings, lacking, notes, drawing = '', over = '', top, kind } = parts;
  const length = lengthOf(observation);
  const moments = steps.map(({ at }) => [at - observation.startsAt, at - observation.startsAt] as const);
  const box = plotBox({
    plot: key,
    label: `${name}${remark === '' ? '' : `, ${remark}`}: over time. Left and right arrow keys go through its decisions.`,
    from: 0,
    to: length,
    drawing: `${drawing}\n<path class="moment" d="${bands(moments, { from: 0, to: length, top: 1 })}"/>`,
    ...(top === undefined ? {} : { top }),
    over: over + notes.map((note) => markOf(note, length)).join(''),
    kind,
  });
  return {
    html: `<div class="row"><div class="name"><b>${breakable(name)}</b>${remark === '' ? '' : ` <small>${escapeHtml(remark)}</small>`}</div>
${box}</div>`,
    plot: [key, { title: name, readings, notes, ...(lacking === undefined ? {} : { lacking }) }],
  };
}

/** A decision, by its outcome: shape and colour say the same. */
function markOf([at, head, , capability = '']: Note, length: number): string {
  const outcome = head.slice(0, head.indexOf(','));
  return `<i class="mark ${outcome}" data-capability="${capability}" style="left:${percentAt(at, length)}"></i>`;
}
