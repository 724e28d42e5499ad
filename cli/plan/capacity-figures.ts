import { type Picture, savedPerMonth } from '../../simulator/report/packing/picture.ts';

/** A cluster for machines: keys are only ever added. Shares are from 0 to 1; null where a price is not known. */
export function clusterInFigures(picture: Picture) {
  const { cluster, hosts, now, after, moves, prices } = picture;
  return {
    cluster,
    instances: { now: now.instances, after: after.instances },
    reserved: { now: rounded(now.totals.share), after: rounded(after.totals.share) },
    hourly: { now: rounded(now.hourly), after: rounded(after.hourly) },
    savedPerMonth: rounded(savedPerMonth(picture)),
    moves,
    prices,
    each: hosts.map(({ id, group = null, zone, instanceType, fate }) => ({
      id,
      group,
      zone,
      instanceType,
      ...fate,
    })),
  };
}

const rounded = (value: number | undefined) =>
  value === undefined ? null : Math.round(value * 10_000) / 10_000;
