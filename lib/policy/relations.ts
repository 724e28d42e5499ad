import type { EpochMs } from '../clock.ts';
import { capacityFindings } from './capacity-relations.ts';
import { durationText } from './duration.ts';
import { failoverFindings } from './failover-relations.ts';
import { type Finding, mapIn, parsed, valueIn } from './raw.ts';
import { retaggingFindings } from './retagging-relations.ts';
import { scalingFindings } from './scaling-relations.ts';
import { fields } from './schema.ts';

/**
 * What no single value can tell: a group in two clusters, a wait that outlasts the deadline. These look at the file
 * as it was written, because the schema gives no result while anything else is wrong, and every error is to be
 * reported at once.
 */
export function relationFindings(file: unknown, now: EpochMs): Finding[] {
  const clusters = Object.entries(mapIn(mapIn(file, 'draining'), 'clusters'));
  return [
    ...groupsNamedTwice(clusters),
    ...clusters.flatMap(([name, cluster]) => durationsThatOutlast(name, cluster)),
    ...scalingFindings(file, now),
    ...failoverFindings(file),
    ...retaggingFindings(file, now),
    ...capacityFindings(file, now),
  ];
}

function groupsNamedTwice(clusters: readonly [string, unknown][]): Finding[] {
  const owner = new Map<string, string>();
  return clusters.flatMap(([cluster, body]) =>
    Object.keys(mapIn(body, 'groups')).flatMap((group): Finding[] => {
      const first = owner.get(group);
      owner.set(group, first ?? cluster);
      if (first === undefined) return [];
      return [
        {
          path: ['draining', 'clusters', cluster, 'groups', group],
          at: 'key',
          found: `the group ${group}, which cluster ${first} names as well`,
          expected: 'each group in one cluster only, since an instance registers with one',
        },
      ];
    }),
  );
}

function durationsThatOutlast(name: string, cluster: unknown): Finding[] {
  const deadline = parsed(fields.deadline, valueIn(cluster, 'deadline'));
  const settle = parsed(fields.settle, valueIn(cluster, 'settle'));
  const standalone = parsed(fields.standaloneTasks, valueIn(cluster, 'standaloneTasks'));
  const path = ['draining', 'clusters', name];
  const findings: Finding[] = [];
  if (deadline === undefined) return findings;
  const expected = `less than the deadline of ${durationText(deadline)}, or it would never come to that`;
  if (settle !== undefined && settle >= deadline)
    findings.push({ path: [...path, 'settle'], at: 'value', found: durationText(settle), expected });
  if (typeof standalone === 'object' && standalone.stopAfter >= deadline) {
    const found = durationText(standalone.stopAfter);
    findings.push({ path: [...path, 'standaloneTasks', 'stopAfter'], at: 'value', found, expected });
  }
  return findings;
}
