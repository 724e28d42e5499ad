import { type Row, rowOf } from './rows.ts';
import { lengthOf, notable, noteOf, percentAt, type Run } from './run.ts';

/** Pins closer than this, in percent of the width, stand above one another. */
const APART = 3;
const LEVELS = 3;

/** What happened to the world, by the numbers of its list. */
export function pinsRow(run: Run): Row {
  const { observation, steps } = run;
  const length = lengthOf(observation);
  const ends: number[] = [];
  const pins = steps.map(({ at }, index) => {
    const left = (100 * (at - observation.startsAt)) / length;
    const free = Array.from({ length: LEVELS }, (_, level) => level).find(
      (level) => (ends[level] ?? Number.NEGATIVE_INFINITY) + APART <= left,
    );
    const level = free ?? LEVELS - 1;
    ends[level] = left;
    return `<i class="pin" style="left:${percentAt(at - observation.startsAt, length)};top:${level * 1.3}rem">${index + 1}</i>`;
  });
  const row = rowOf(run, {
    key: 'steps',
    name: 'What happens',
    remark: 'to the world',
    kind: `pins levels-${Math.max(1, ends.length)}`,
    readings: [],
    notes: [],
    over: pins.join(''),
  });
  const notes = steps.map(
    ({ at, what }, index) => [at - observation.startsAt, `number ${index + 1}`, `${what}.`] as const,
  );
  return { html: row.html, plot: ['steps', { title: 'what happens', readings: [], notes }] };
}

/** Tags, breakers and whatever else was decided about: a lane each. */
export function otherRows(run: Run, shown: ReadonlySet<string>): readonly Row[] {
  const { observation, journal } = run;
  const rest = notable(journal).filter(({ subject }) => subject === undefined || !shown.has(subject));
  return [...Map.groupBy(rest, ({ subject, capability }) => subject ?? capability)].map(
    ([subject, entries]) =>
      rowOf(run, {
        key: `other/${subject}`,
        name: subject,
        remark: [...new Set(entries.map(({ capability }) => capability))].join(', '),
        kind: 'lane',
        readings: [],
        notes: entries.map((entry) => noteOf(entry, observation.startsAt)),
      }),
  );
}
