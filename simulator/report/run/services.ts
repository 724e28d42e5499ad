import { boxes, lacking, type Points, stepArea, stepLine, summed, topFor } from '../curves.ts';
import type { LoadTrack, ServiceTrack } from '../observation.ts';
import { type Row, rowOf } from './rows.ts';
import { lengthOf, notable, noteOf, type Run, sinceStart, whole } from './run.ts';

/** A service: what it wants, what runs and where, and what arrives. */
export function serviceRows(run: Run, service: ServiceTrack): readonly Row[] {
  const { load } = service;
  return [countsRow(run, service), ...(load === null ? [] : [loadRow(run, service.id, load)])];
}

function countsRow(run: Run, service: ServiceTrack): Row {
  const { observation, journal } = run;
  const { id, daemon } = service;
  const desired = sinceStart(observation, service.desired);
  const pending = sinceStart(observation, service.pending);
  const onInstances = sinceStart(observation, service.running.EC2);
  const onDemand = sinceStart(observation, service.running.FARGATE);
  const onSpot = sinceStart(observation, service.running.FARGATE_SPOT);
  const steady = summed([onInstances, onDemand]);
  const all = summed([steady, onSpot]);
  const withPending = summed([all, pending]);
  const top = topFor(Math.max(1, ...[...desired, ...withPending].map(([, count]) => count)));
  const scale = { from: 0, to: lengthOf(observation), top };
  const lacks = daemon ? [] : lacking(desired, all, scale);
  const ever = (points: Points) => points.some(([, count]) => count > 0);
  return rowOf(run, {
    key: `service/${id}`,
    name: id,
    remark: daemon ? 'a task on each instance' : belowText(service.belowMinutes),
    kind: 'chart',
    top,
    readings: [
      { text: '{} desired', points: desired },
      ...(ever(onInstances) ? [{ text: '{} running on instances', points: onInstances }] : []),
      ...(ever(onDemand) ? [{ text: '{} on FARGATE', points: onDemand }] : []),
      ...(ever(onSpot) ? [{ text: '{} on FARGATE_SPOT', points: onSpot }] : []),
      { text: '{} pending', points: pending },
    ],
    lacking: lacks.flatMap(({ from, to }) => [[from, 1] as const, [to, 0] as const]),
    notes: notable(journal)
      .filter(({ subject }) => subject === `service/${id}`)
      .map((entry) => noteOf(entry, observation.startsAt)),
    drawing: [
      `<path class="pending" d="${stepArea(withPending, scale)}"/>`,
      `<path class="spot" d="${stepArea(all, scale)}"/>`,
      `<path class="there" d="${stepArea(steady, scale)}"/>`,
      `<path class="lack" d="${boxes(lacks, scale)}"/>`,
      daemon ? '' : `<path class="wanted" d="${stepLine(desired, scale)}"/>`,
    ].join(''),
  });
}

const belowText = (minutes: number) =>
  minutes < 0.05
    ? 'never below desired'
    : `${minutes < 10 ? minutes.toFixed(1) : whole(minutes)} task-minutes below desired`;

function loadRow(run: Run, id: string, load: LoadTrack): Row {
  const { observation } = run;
  const arrivals = sinceStart(observation, load.arrivals);
  const capacity = sinceStart(observation, load.capacity);
  const top = topFor(Math.max(1, ...[...arrivals, ...capacity].map(([, value]) => value)));
  const scale = { from: 0, to: lengthOf(observation), top };
  const lacks = lacking(arrivals, capacity, scale);
  return rowOf(run, {
    key: `load/${id}`,
    name: `load of ${id}`,
    remark: 'a second, and what its tasks can serve',
    kind: 'chart',
    top,
    readings: [
      { text: '{} arrive a second', points: arrivals },
      { text: 'tasks can serve {}', points: capacity },
    ],
    lacking: lacks.flatMap(({ from, to }) => [[from, 1] as const, [to, 0] as const]),
    notes: [],
    drawing: [
      `<path class="need" d="${stepArea(arrivals, scale)}"/>`,
      `<path class="lack" d="${boxes(lacks, scale)}"/>`,
      `<path class="capacity" d="${stepLine(capacity, scale)}"/>`,
    ].join(''),
  });
}
