import type { Needs } from '../lib/placement/model.ts';

type Amounts = Pick<Needs, 'cpu' | 'memory'>;

/** What ECS cluster auto scaling goes by, in one minute. */
export interface Sight {
  /** Instances that are registered: N. */
  readonly instances: number;
  /** Of them, those on which nothing but daemons runs. */
  readonly empty: number;
  /** Tasks in PROVISIONING, by what they need. */
  readonly provisioning: readonly { readonly needs: Amounts; readonly count: number }[];
  /** What an instance of the group registers with. */
  readonly instance: Amounts;
}

/** Minutes in a row below 100 before instances go. */
const LOW_MINUTES = 15;

/**
 * The instances that are needed: M. Provisioning tasks are grouped by what they need, and the largest count of any one
 * group is added; what fits no instance is left out (Developer Guide, "Amazon ECS managed scaling behavior").
 */
export function needed({ instances, empty, provisioning, instance }: Sight): number {
  const counts = provisioning.map(({ needs, count }) => {
    const each = Math.min(Math.floor(instance.cpu / needs.cpu), Math.floor(instance.memory / needs.memory));
    return each === 0 ? 0 : Math.ceil(count / each);
  });
  return instances - empty + Math.max(0, ...counts);
}

/** CapacityProviderReservation: M / N x 100; 100 of nothing for nothing, and 200 from nothing (containers-roadmap#1716). */
export function reservation(sight: Sight): number {
  const wanted = needed(sight);
  if (sight.instances === 0) return wanted === 0 ? 100 : 200;
  return (100 * wanted) / sight.instances;
}

/** How many instances may go, once the low alarm is on: at least one and less than half, of the empty ones only. */
export function releasable({ instances, empty }: Sight): number {
  return Math.min(empty, Math.max(1, Math.ceil(instances / 2) - 1));
}

/** What it would do in a minute. */
export type Wish =
  | { readonly kind: 'desired'; readonly desired: number }
  | { readonly kind: 'release'; readonly count: number }
  | { readonly kind: 'none' };

/**
 * ECS's managed scaling with a target of 100, as it is published, and at its best: what warms up counts as capacity, so
 * that no instance is ordered twice, and what was ordered is never more than M.
 */
export class ClusterAutoScaling {
  #low = 0;

  /** One minute. @param desired of the group now */
  decide(sight: Sight, desired: number): Wish {
    const value = reservation(sight);
    this.#low = value < 100 ? this.#low + 1 : 0;
    if (value > 100) {
      // From nothing always to two.
      const wanted = sight.instances === 0 ? 2 : needed(sight);
      return wanted > desired ? { kind: 'desired', desired: wanted } : { kind: 'none' };
    }
    return this.#low >= LOW_MINUTES ? { kind: 'release', count: releasable(sight) } : { kind: 'none' };
  }
}
