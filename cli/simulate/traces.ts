import { dirname, join } from 'node:path';
import { SECOND, utc } from '../../lib/clock.ts';
import type { Finding } from '../../lib/policy/raw.ts';
import { readTrace, type TracePoint } from '../../simulator/backtest/trace.ts';
import type { ClusterSpec, Curve } from '../../simulator/scenario-file/model.ts';
import type { CsvCurve, ScenarioFile } from './schema.ts';

type FileCurve = Curve | CsvCurve;

const isCsv = (curve: FileCurve): curve is CsvCurve => typeof curve === 'object' && 'csv' in curve;

/** What is wrong with the traces that the loads of a scenario name. `file`: of the scenario, which they lie beside. */
export function traceFindings({ clusters }: ScenarioFile, file: string): Finding[] {
  return Object.entries(clusters).flatMap(([cluster, { services }]) =>
    Object.entries(services).flatMap(([service, { load }]) => {
      if (load === undefined || !isCsv(load.arrivals)) return [];
      const path = ['clusters', cluster, 'services', service, 'load', 'arrivals'];
      return findingsOf(load.arrivals, file).map(({ key, expected }) => ({
        path: [...path, key],
        at: 'value' as const,
        expected,
      }));
    }),
  );
}

interface KeyFinding {
  readonly key: keyof CsvCurve;
  readonly expected: string;
}

function findingsOf({ csv, from }: CsvCurve, file: string): KeyFinding[] {
  const read = readTrace(join(dirname(file), csv));
  if (!read.ok) {
    const [first, ...more] = read.errors;
    const others = more.length === 0 ? '' : `, and ${more.length} more`;
    return [{ key: 'csv', expected: `a trace of lines timestamp,value (${first}${others})` }];
  }
  const { points } = read.trace;
  const [first, last] = [points[0]?.at ?? 0, points.at(-1)?.at ?? 0];
  if (from === undefined || (from >= first && from < last)) return [];
  return [{ key: 'from', expected: `a moment of the trace, from ${utc(first)} to ${utc(last)}` }];
}

/** The clusters with traces in place of the names of their files. Those are right: `traceFindings` has looked. */
export function withTraces(clusters: ScenarioFile['clusters'], file: string): Record<string, ClusterSpec> {
  return mapValues(clusters, ({ groups, services }) => ({
    groups,
    services: mapValues(services, ({ load, ...service }) => ({
      ...service,
      ...(load && { load: { ...load, arrivals: curveOf(load.arrivals, file) } }),
    })),
  }));
}

const mapValues = <From, To>(
  of: Readonly<Record<string, From>>,
  to: (value: From) => To,
): Record<string, To> => Object.fromEntries(Object.entries(of).map(([key, value]) => [key, to(value)]));

function curveOf(curve: FileCurve, file: string): Curve {
  if (!isCsv(curve)) return curve;
  const read = readTrace(join(dirname(file), curve.csv));
  if (!read.ok) throw new Error(read.errors[0]);
  return pointsOf(read.trace.points, curve);
}

/** Arrivals a second, from the start of the scenario on. What counts is the first point at or before `from`. Pure. */
export function pointsOf(points: readonly TracePoint[], { from, per, times }: Omit<CsvCurve, 'csv'>) {
  const start = from ?? points[0]?.at ?? 0;
  const first = Math.max(
    0,
    points.findLastIndex(({ at }) => at <= start),
  );
  return points.slice(first).map(({ at, value }) => ({
    at: at - start,
    arrivals: (value * times) / (per / SECOND),
  }));
}
