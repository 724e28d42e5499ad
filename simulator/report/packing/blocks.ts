import type { Amounts, Placed } from '../../../lib/placement/model.ts';

/** A task in its instance. */
export interface Block {
  readonly task: string;
  /** Of its service, or of its family. */
  readonly name: string;
  readonly isDaemon: boolean;
  readonly cpu: number;
  readonly memory: number;
  /** Of what the instance has for tasks, the larger share of the two: from 0 to 1. */
  readonly share: number;
  /**
   * Its part of the instance's box. Shares of different amounts add up to more than what is taken of either, so that they
   * are drawn in proportion: all of them together come to what is taken of the scarcer one.
   */
  readonly size: number;
  readonly move: { readonly from: string; readonly to: string } | undefined;
}

type Moves = ReadonlyMap<string, { readonly from: string; readonly to: string }>;

/** The blocks of an instance, largest services first. Pure. */
export function blocksOf(
  registered: Pick<Amounts, 'cpu' | 'memory'>,
  tasks: readonly Placed[],
  moves: Moves,
  daemons: ReadonlySet<string>,
): readonly Block[] {
  const of = (needed: number, there: number) => (there > 0 ? needed / there : 0);
  const shares = tasks.map(({ workload: { needs } }) => ({
    cpu: of(needs.cpu, registered.cpu),
    memory: of(needs.memory, registered.memory),
  }));
  const larger = ({ cpu, memory }: { readonly cpu: number; readonly memory: number }) =>
    Math.max(cpu, memory);
  const taken = Math.min(1, larger({ cpu: sum(shares, 'cpu'), memory: sum(shares, 'memory') }));
  const all = shares.reduce((total, one) => total + larger(one), 0);
  const blocks = tasks.map(({ id, workload }, at): Block => {
    const share = larger(shares[at] ?? { cpu: 0, memory: 0 });
    return {
      task: id,
      name: nameOf(workload.group),
      isDaemon: daemons.has(workload.group),
      cpu: workload.needs.cpu,
      memory: workload.needs.memory,
      share,
      size: all > 0 ? (share / all) * taken : 0,
      move: moves.get(id),
    };
  });
  return blocks.toSorted(
    (a, b) =>
      Number(b.isDaemon) - Number(a.isDaemon) ||
      (a.name < b.name ? -1 : Number(a.name > b.name)) ||
      (a.task < b.task ? -1 : 1),
  );
}

const nameOf = (group: string) => group.slice(group.indexOf(':') + 1);

/** What instances have for tasks, and what of it is reserved. CPU in vCPUs, memory in MiB. */
export interface Totals {
  readonly vcpus: { readonly reserved: number; readonly there: number };
  readonly memoryMib: { readonly reserved: number; readonly there: number };
  /** The larger of the two shares: 1 when nothing more fits. */
  readonly share: number;
}

export function totalsOf(
  hosts: readonly { readonly vcpus: number; readonly memoryMib: number; readonly blocks: readonly Block[] }[],
): Totals {
  const blocks = hosts.flatMap((host) => host.blocks);
  const vcpus = {
    reserved: sum(blocks, 'cpu') / 1_024,
    there: hosts.reduce((all, one) => all + one.vcpus, 0),
  };
  const there = hosts.reduce((all, one) => all + one.memoryMib, 0);
  const memoryMib = { reserved: sum(blocks, 'memory'), there };
  const share = ({ reserved, there: most }: Totals['vcpus']) => (most > 0 ? reserved / most : 0);
  return { vcpus, memoryMib, share: Math.max(share(vcpus), share(memoryMib)) };
}

const sum = (ones: readonly { readonly cpu: number; readonly memory: number }[], name: 'cpu' | 'memory') =>
  ones.reduce((total, one) => total + one[name], 0);
