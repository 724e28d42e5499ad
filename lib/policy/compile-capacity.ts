import type { Budget, CapacityPolicy, ClusterPolicy, ConsolidationPolicy } from '../capacity/policy.ts';
import { clusterName, groupName } from '../ids.ts';
import type { CapacityFile } from './capacity-schema.ts';

type ClusterFile = CapacityFile['clusters'][string];
type ConsolidationFile = NonNullable<ClusterFile['consolidation']>;

export const noCapacity: CapacityPolicy = { mode: 'observe', clusters: [] };

/** The capacity section as the function reads it. */
export function capacityPolicy({ mode, clusters }: CapacityFile): CapacityPolicy {
  return { mode, clusters: Object.entries(clusters).map(([name, file]) => clusterPolicy(name, file)) };
}

function clusterPolicy(name: string, file: ClusterFile): ClusterPolicy {
  const { groups, prices, besideManagedScaling, reserve, consolidation, scaleOut } = file;
  return {
    cluster: clusterName(name),
    groups: groups.map(groupName),
    prices,
    besideManagedScaling,
    reserve,
    consolidation: consolidation === undefined ? null : consolidationPolicy(consolidation),
    scaleOut:
      scaleOut === false
        ? null
        : {
            afterMs: scaleOut.after,
            maximumStep: scaleOut.maximumStep,
            launchTimeoutMs: scaleOut.launchTimeout,
          },
  };
}

function consolidationPolicy(file: ConsolidationFile): ConsolidationPolicy {
  const { after, minimumAge, drainTimeout, budgets, reasons, replace, balance, zoneSkew } = file;
  return {
    reasons,
    replace,
    balance,
    zoneSkew,
    afterMs: after,
    minimumAgeMs: minimumAge,
    drainTimeoutMs: drainTimeout,
    budgets: budgets.map(
      ({ limit, reasons: of, window }): Budget => ({
        limit,
        reasons: of ?? null,
        window: window
          ? {
              cron: window.cron.trim().split(/\s+/).join(' '),
              timeZone: window.timeZone,
              durationMs: window.duration,
            }
          : null,
      }),
    ),
  };
}
