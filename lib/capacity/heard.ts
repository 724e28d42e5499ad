import type { EpochMs } from '../clock.ts';
import type { Notice } from './notice.ts';
import type { CapacityRecord } from './record.ts';
import type { ClusterView } from './view.ts';

/** The task group of a service, alone: what an observation keeps has the task definition behind it, and a blank. */
const keyOf = (service: string) => `service:${service}`;

/** The services of which it was said that a task finds no place, each once. Pure. */
export const failedServices = (notices: readonly Notice[]): string[] => [
  ...new Set(notices.flatMap((notice) => (notice.kind === 'placement-failure' ? notice.service : []))),
];

/** The record with the services that ECS finds no place for, since when it has said so first. Pure. */
export function withHeard(record: CapacityRecord, notices: readonly Notice[]): CapacityRecord {
  const pendingSince: Record<string, EpochMs> = { ...record.pendingSince };
  for (const notice of notices) {
    if (notice.kind !== 'placement-failure') continue;
    const key = keyOf(notice.service);
    pendingSince[key] = Math.min(notice.at, pendingSince[key] ?? notice.at);
  }
  return { ...record, pendingSince };
}

interface Seen {
  readonly view: ClusterView;
  readonly pendingSince: CapacityRecord['pendingSince'];
}

/**
 * What was seen to wait at this look has waited since ECS said so, if that was before. What was heard and is not seen to
 * wait is forgotten: the observation keeps only what it sees. Pure.
 */
export function sinceHeard({ view, pendingSince }: Seen, heard: Pick<Seen, 'pendingSince'>): Seen {
  const earlier = (group: string, since: EpochMs) => Math.min(since, heard.pendingSince[group] ?? since);
  const pending = view.pending.map((one) => ({ ...one, since: earlier(one.workload.group, one.since) }));
  const seen = Object.entries(pendingSince).map(([key, since]): [string, EpochMs] => {
    const [group = ''] = key.split(' ');
    return [key, earlier(group, since)];
  });
  return { view: { ...view, pending }, pendingSince: Object.fromEntries(seen) };
}
