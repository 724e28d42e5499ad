import { candidatesFor } from './candidates.ts';
import { isStatic } from './expression/evaluate.ts';
import { type Amounts, type Needs, NO_AMOUNTS, type Workload } from './model.ts';
import { type Bin, hasRoom, type Packing, shortage } from './packing.ts';

/**
 * Proves, where it can, that tasks find a place whatever order they are placed in and wherever the others go: `false`
 * means not proven.
 *
 * A task is safe on a host that has room for all of them together. Amounts then never keep it out; only a rival can,
 * one of the same group under distinctInstance or one with a port in common, and a rival is on one host only. So a task
 * with n rivals is sure of a place when n + 1 such hosts would take it now.
 */
export function fitsForCertain(packing: Packing, tasks: readonly { readonly workload: Workload }[]): boolean {
  const counts = new Map<Workload, number>();
  for (const { workload } of tasks) counts.set(workload, (counts.get(workload) ?? 0) + 1);
  const total = sum(counts);
  const roomy: Bin[] = [];
  for (const bin of packing.bins.values()) if (bin.open && hasRoom(bin.free, total)) roomy.push(bin);
  if (roomy.length === 0) return false;
  return [...counts.keys()].every((workload) => {
    if (!onlyDistinct(workload)) return false;
    let missing = 1 + rivalsOf(workload, counts);
    const { bins, admits } = candidatesFor(packing, workload);
    const allowed = bins.length === packing.bins.size ? undefined : new Set(bins);
    for (const bin of roomy) {
      if (missing === 0) break;
      if (allowed?.has(bin) === false || shortage(bin, workload.needs) !== undefined) continue;
      if (admits === undefined || admits(bin)) missing -= 1;
    }
    return missing === 0;
  });
}

/** What other tasks place can not undo its constraints, distinctInstance aside. */
function onlyDistinct({ constraints }: Workload): boolean {
  return constraints.every(
    (constraint) => constraint.type === 'distinctInstance' || isStatic(constraint.expression),
  );
}

/** How many of the other tasks can keep a task of the workload out of a host that has room. */
function rivalsOf(workload: Workload, counts: ReadonlyMap<Workload, number>): number {
  const distinct = workload.constraints.some(({ type }) => type === 'distinctInstance');
  let rivals = -1;
  for (const [other, count] of counts) {
    const rival =
      other === workload ||
      (distinct && other.group === workload.group) ||
      sharePort(other.needs, workload.needs);
    if (rival) rivals += count;
  }
  return distinct || hasPorts(workload.needs) ? rivals : 0;
}

function sharePort(a: Needs, b: Needs): boolean {
  return a.tcp.some((port) => b.tcp.includes(port)) || a.udp.some((port) => b.udp.includes(port));
}

const hasPorts = ({ tcp, udp }: Needs) => tcp.length + udp.length > 0;

function sum(counts: ReadonlyMap<Workload, number>): Amounts {
  let { cpu, memory, gpu, enis } = NO_AMOUNTS;
  for (const [{ needs }, count] of counts) {
    cpu += count * needs.cpu;
    memory += count * needs.memory;
    gpu += count * needs.gpu;
    enis += count * needs.enis;
  }
  return { cpu, memory, gpu, enis };
}
