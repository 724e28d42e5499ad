import { bands, line, stepLine, topFor } from '../curves.ts';
import { escapeHtml } from '../html.ts';
import type { AlarmTrack, MetricTrack } from '../observation.ts';
import { type Row, rowOf } from './rows.ts';
import { lengthOf, type Run, sinceStart } from './run.ts';

const MINUTE_MS = 60_000;

/** A metric with the thresholds of its alarms; the time that one is in ALARM is shaded. */
export function metricRow(run: Run, metric: MetricTrack): Row {
  const { observation } = run;
  const length = lengthOf(observation);
  const values = sinceStart(observation, metric.values).filter(([at]) => at >= 0);
  const thresholds = metric.alarms.map(({ threshold }) => threshold);
  const top = topFor(Math.max(1, ...thresholds, ...values.map(([, value]) => value)));
  const scale = { from: 0, to: length, top };
  // A value is of the minute that begins there; its line stands in the middle.
  const drawn = values.map(([at, value]) => [at + MINUTE_MS / 2, value] as const);
  return rowOf(run, {
    key: `metric/${metric.title}`,
    name: metric.title,
    remark: metric.alarms.map((alarm) => `${alarm.name} ${alarm.sign} ${alarm.threshold}`).join(', '),
    kind: 'chart',
    top,
    readings: [
      {
        text: '{}',
        none: 'no value',
        points: values.map(([at, value]) => [at, Math.round(value * 10) / 10] as const),
      },
      ...metric.alarms.map((alarm) => ({
        text: `${alarm.name} {}`,
        none: `${alarm.name} unknown`,
        points: sinceStart(observation, alarm.state),
      })),
    ],
    notes: [],
    drawing: [
      `<path class="band" d="${bands(
        metric.alarms.flatMap((alarm) => alarmed(run, alarm)),
        scale,
      )}"/>`,
      ...thresholds.map((value) => `<path class="threshold" d="${stepLine([[0, value]], scale)}"/>`),
      `<path class="metric" d="${line(drawn, scale)}"/>`,
    ].join(''),
    over: metric.alarms
      .map(
        ({ name, threshold }) =>
          `<span class="limit" aria-hidden="true" style="bottom:${(100 * threshold) / top}%">${escapeHtml(name)}</span>`,
      )
      .join(''),
  });
}

function alarmed({ observation }: Run, { state }: AlarmTrack): [number, number][] {
  const states = sinceStart(observation, state);
  return states.flatMap(([at, value], index) =>
    value === 'ALARM' ? [[at, states[index + 1]?.[0] ?? lengthOf(observation)] as [number, number]] : [],
  );
}
