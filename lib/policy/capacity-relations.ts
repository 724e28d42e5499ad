import type { EpochMs } from '../clock.ts';
import { windowDuration } from './capacity-schema.ts';
import { nextRuns } from './cron.ts';
import { durationText } from './duration.ts';
import { type Finding, mapIn, parsed, valueIn } from './raw.ts';
import { cron, timeZone } from './values.ts';

type Path = readonly PropertyKey[];

/** What no single value of the `capacity` section can tell. Looks at the file as it was written (relations.ts). */
export function capacityFindings(file: unknown, now: EpochMs): Finding[] {
  const drained = mapIn(mapIn(file, 'draining'), 'clusters');
  const clusters = Object.entries(mapIn(mapIn(file, 'capacity'), 'clusters'));
  const scaled = mapIn(mapIn(file, 'scaling'), 'groups');
  return [
    ...groupsNamedTwice(clusters),
    ...clusters.flatMap(([name, cluster]) => [
      ...undrained(name, cluster, drained),
      ...drainedInWordsOnly(name, cluster, file),
      ...scaledElsewhere(name, cluster, scaled),
      ...budgetFindings(['capacity', 'clusters', name], cluster, now),
    ]),
  ];
}

const groupsOf = (cluster: unknown): readonly unknown[] => {
  const groups = valueIn(cluster, 'groups');
  return Array.isArray(groups) ? groups : [];
};

function groupsNamedTwice(clusters: readonly [string, unknown][]): Finding[] {
  const owner = new Map<unknown, string>();
  return clusters.flatMap(([cluster, body]) =>
    groupsOf(body).flatMap((group, index): Finding[] => {
      const first = owner.get(group);
      owner.set(group, first ?? cluster);
      if (first === undefined || first === cluster) return [];
      return [
        {
          path: ['capacity', 'clusters', cluster, 'groups', index],
          at: 'value',
          found: `the group ${String(group)}, which cluster ${first} names as well`,
          expected: 'each group in one cluster only, since an instance registers with one',
        },
      ];
    }),
  );
}

/** What is let go is drained first, and that is draining's to do. */
function undrained(name: string, cluster: unknown, drained: object): Finding[] {
  if (valueIn(cluster, 'consolidation') === undefined) return [];
  const known = mapIn(valueIn(drained, name), 'groups');
  return groupsOf(cluster).flatMap((group, index): Finding[] => {
    if (typeof group !== 'string' || Object.hasOwn(known, group)) return [];
    return [
      {
        path: ['capacity', 'clusters', name, 'groups', index],
        at: 'value',
        found: `${group}, which draining.clusters.${name}.groups does not name`,
        expected: 'a group that draining drains as well, or no consolidation',
      },
    ];
  });
}

/** Under observe draining would only journal the order, and the instance would be taken back again and again. */
function drainedInWordsOnly(name: string, cluster: unknown, file: unknown): Finding[] {
  const modeOf = (section: string) => valueIn(mapIn(file, section), 'mode') ?? 'act';
  const acts = valueIn(cluster, 'consolidation') !== undefined && modeOf('capacity') === 'act';
  if (!acts || modeOf('draining') !== 'observe') return [];
  return [
    {
      path: ['capacity', 'clusters', name, 'consolidation'],
      at: 'key',
      found: 'consolidation in mode act, while draining is in mode observe',
      expected: 'draining in mode act, since it drains what is let go; or capacity in mode observe as well',
    },
  ];
}

/** Both set the desired count of the group, by different measures. */
function scaledElsewhere(name: string, cluster: unknown, scaled: object): Finding[] {
  return groupsOf(cluster).flatMap((group, index): Finding[] => {
    if (typeof group !== 'string' || !Object.hasOwn(scaled, group)) return [];
    return [
      {
        path: ['capacity', 'clusters', name, 'groups', index],
        at: 'value',
        found: `${group}, which scaling.groups scales as well`,
        expected: 'each group in one of the two, since each would undo what the other sets',
      },
    ];
  });
}

function budgetFindings(path: Path, cluster: unknown, now: EpochMs): Finding[] {
  const budgets = valueIn(valueIn(cluster, 'consolidation'), 'budgets');
  if (!Array.isArray(budgets)) return [];
  return budgets.flatMap((budget, index) => {
    const at = [...path, 'consolidation', 'budgets', index, 'window'];
    return windowFindings(at, valueIn(budget, 'window'), now);
  });
}

/** What is wrong with a window: that it never begins, or never ends. */
function windowFindings(path: Path, window: unknown, now: EpochMs): Finding[] {
  const zone = parsed(timeZone, valueIn(window, 'timeZone'));
  const expression = parsed(cron, valueIn(window, 'cron'));
  if (zone === undefined || expression === undefined) return [];
  const runs = nextRuns(expression, zone, now, 'early');
  if ('expected' in runs) return [{ path: [...path, 'cron'], at: 'value', ...runs }];
  const [first = 0, second = Number.POSITIVE_INFINITY] = runs;
  const lasts = parsed(windowDuration, valueIn(window, 'duration'));
  if (lasts === undefined || second - first > lasts) return [];
  const expected = `less than ${durationText(second - first)}, after which it begins again; without a window it holds always`;
  return [{ path: [...path, 'duration'], at: 'value', found: durationText(lasts), expected }];
}
