import { fitsForCertain } from './certain.ts';
import type { Workload } from './model.ts';
import type { Packing } from './packing.ts';
import { type Misfits, Scheduler } from './place.ts';

/** Hosts that may be looked at in one search: some 5 ms. A plan makes a hundred of them and more. */
const LOOKS = 100_000;

export type Search =
  /** There is no order, and no way to settle ties, that leaves one without a place. */
  | { readonly kind: 'none' }
  | { readonly kind: 'stranded'; readonly workload: Workload; readonly misfits: Misfits }
  | { readonly kind: 'gave-up' };

/**
 * Looks for an order of these tasks, and a way to settle ties, that leaves one without a place: through all of them, as
 * far as LOOKS go. Few tasks, or few hosts, are done completely. The packing is as before afterwards.
 */
export function findStranded(packing: Packing, workloads: readonly Workload[]): Search {
  const kinds = [...new Set(workloads)];
  const left = kinds.map((kind) => workloads.filter((workload) => workload === kind).length);
  // What is placed where makes the state, however it came about; the same one is not gone into twice.
  const seen = new Set<string>();
  let looks = LOOKS;

  /** Undefined: nobody is stranded from here on. */
  function search(placed: readonly string[]): Search | undefined {
    const state = placed.toSorted().join();
    if (seen.has(state)) return undefined;
    seen.add(state);
    const rest = kinds.flatMap((workload, kind) =>
      Array.from({ length: left[kind] ?? 0 }, () => ({ workload })),
    );
    looks -= packing.bins.size;
    if (rest.length === 0 || fitsForCertain(packing, rest)) return undefined;
    for (const [kind, workload] of kinds.entries()) {
      if ((left[kind] ?? 0) === 0) continue;
      const found = searchAfter(kind, workload, placed);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** With one task of the kind placed next, on each of the hosts between which ties decide. */
  function searchAfter(kind: number, workload: Workload, placed: readonly string[]): Search | undefined {
    let equals = 1;
    for (let choice = 0; choice < equals; choice++) {
      looks -= packing.bins.size;
      if (looks < 0) return { kind: 'gave-up' };
      const scheduler = new Scheduler(packing, (count) => {
        equals = count;
        return choice;
      });
      const placement = scheduler.next(workload);
      if (placement.kind === 'nowhere') return { kind: 'stranded', workload, misfits: placement.misfits };
      const mark = packing.mark();
      packing.place(`search-${placed.length}`, workload, placement.bin);
      left[kind] = (left[kind] ?? 0) - 1;
      const found = search([...placed, `${kind}@${placement.bin.index}`]);
      left[kind] += 1;
      packing.rollback(mark);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  return search([]) ?? { kind: 'none' };
}
