import { changingConstraints, excluded } from './constraints.ts';
import type { Workload } from './model.ts';
import type { Bin, Packing } from './packing.ts';

/** What of the hosts does not change while tasks are moved about: worked out once per workload and packing. */
export interface Candidates {
  /** Hosts that may take tasks of the workload when they are open and have room. */
  readonly bins: readonly Bin[];
  /** Hosts that take no such task ever, by why. */
  readonly excluded: readonly {
    readonly bin: Bin;
    readonly why: 'provider' | 'required-attribute' | 'constraint';
  }[];
  /** Constraints that placements change; undefined: none. */
  readonly admits: ((bin: Bin) => boolean) | undefined;
}

// By identity: tasks that are placed alike share their workload. Kept with the packing rather than with a scheduler,
// since a plan has thousands of schedulers over one packing.
const known = new WeakMap<Packing, Map<Workload, Candidates>>();

export function candidatesFor(packing: Packing, workload: Workload): Candidates {
  let ofPacking = known.get(packing);
  if (ofPacking === undefined) {
    ofPacking = new Map();
    known.set(packing, ofPacking);
  }
  let candidates = ofPacking.get(workload);
  if (candidates === undefined) {
    candidates = findCandidates(packing, workload);
    ofPacking.set(workload, candidates);
  }
  return candidates;
}

function findCandidates(packing: Packing, workload: Workload): Candidates {
  const bins: Bin[] = [];
  const out: Candidates['excluded'][number][] = [];
  for (const bin of packing.bins.values()) {
    const why = excluded(bin.host, workload);
    if (why === undefined) bins.push(bin);
    else out.push({ bin, why });
  }
  return { bins, excluded: out, admits: changingConstraints(packing, workload) };
}
