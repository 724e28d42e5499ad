import { HOUR } from '../lib/clock.ts';
import { type DroughtResult, playDrought, type Response } from '../simulator/scenarios/drought.ts';
import type { Figure } from './figure.ts';

const SERVICES = 200;
const SPEC = { services: SERVICES, tasksEach: 10, droughtMs: 6 * HOUR, afterMs: 2 * HOUR };
const RESPONSES: readonly Response[] = ['stevedore', 'naive', 'none'];

/**
 * Six hours without any Fargate Spot capacity, for 200 services of 10 tasks, with Stevedore, with the usual Lambda
 * function (on demand at a placement failure, back at the first steady state), and with nothing.
 */
export async function measureDrought(onProgress: (done: number, of: number) => void): Promise<Figure[]> {
  const results = new Map<Response, DroughtResult>();
  for (const [index, response] of RESPONSES.entries()) {
    const progress = (done: number, of: number) => onProgress(index + done / of, RESPONSES.length);
    results.set(response, await playDrought(SPEC, response, progress));
  }
  return [...results.values()].flatMap((result) => [...shared(result), ...own(result)]);
}

const NAMES: Readonly<Record<Response, string>> = {
  stevedore: 'with Stevedore',
  naive: 'with a naive Lambda',
  none: 'without failover',
};

function shared({ response, duringDrought, onDemandHours, deployments }: DroughtResult): Figure[] {
  const how = `drought ${NAMES[response]}`;
  return [
    { name: `${how}: running / desired`, value: duringDrought * 100, unit: '%' },
    { name: `${how}: on-demand task-hours`, value: Math.round(onDemandHours), unit: 'h' },
    { name: `${how}: deployments begun`, value: deployments, unit: 'deployments' },
  ];
}

function own({ afterFlip, leastHours, onDemandHours, probes, coolOffs, restored }: DroughtResult): Figure[] {
  if (afterFlip === null || leastHours === null) return [];
  return [
    { name: 'drought: running / desired after the flip', value: afterFlip * 100, unit: '%', atLeast: 99 },
    {
      name: 'drought: on-demand task-hours / the least possible',
      value: onDemandHours / leastHours,
      unit: 'ratio',
      atMost: 1.1,
      note: `${leastHours.toFixed(0)} h if flips took no time, and all returned at once when the breaker closed`,
    },
    {
      name: 'drought: probes per cool-off',
      value: probes / coolOffs,
      unit: 'ratio',
      atMost: 1,
      note: `${probes} probes for ${SERVICES} services`,
    },
    { name: 'drought: services restored', value: restored, unit: 'services', atLeast: SERVICES },
  ];
}
