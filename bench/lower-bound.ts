import { createRequire } from 'node:module';

/** Instances that are alike: as bins, with what daemons and tasks that do not move leave of their room. */
export interface Bins {
  readonly count: number;
  readonly cpu: number;
  readonly memory: number;
  readonly price: number;
  readonly zone: string;
  /** None of them can go, whatever moves. */
  readonly stay: boolean;
}

/** Tasks that are alike, and that move. */
export interface Items<B extends Bins = Bins> {
  readonly count: number;
  readonly cpu: number;
  readonly memory: number;
  /** At most one of them to an instance. */
  readonly distinct: boolean;
  /** On which of the bins they may run. */
  readonly allowed: (bins: B) => boolean;
}

export interface Limits {
  /** Instances that are kept whatever the tasks need. */
  readonly minimum: number;
  /** By how many instances zones may be apart in the end. */
  readonly skew: number;
}

/** What any choice of instances that holds all tasks has at least: how many there are, and what they cost. */
export interface LowerBound {
  readonly count: number;
  readonly cost: number;
}

// By require: the types of the package are of that only.
const { default: loadSolver } = createRequire(import.meta.url)('highs') as typeof import('highs');
const solver = await loadSolver();

/** The solver may stop so near to the best: as a share of it. */
const GAP = 0.0005;
/** Against sums in floating point: too low a bound is still one. */
const LITTLE = 1e-6;

/**
 * The best of a linear programme, solved by HiGHS, of which each choice of instances that holds all tasks is a solution. Its
 * variables are how many of each kind of bins are kept, in whole numbers, and how many tasks of each kind run on them, in
 * any parts. It may come out below what is possible, since the tasks on bins that are alike share all their room.
 * @throws if there is no choice: all instances together are too few
 */
export function lowerBound<B extends Bins>(
  bins: readonly B[],
  items: readonly Items<B>[],
  limits: Limits,
): LowerBound {
  const lines = [...everyTaskRuns(bins, items), ...roomIsKept(bins, items), ...limitsHold(bins, limits)];
  const least = (price: (one: Bins) => number) => {
    const programme = [
      `Minimize\n${bins.map((one, at) => term(price(one), kept(at))).join(' ')}`,
      `Subject To\n${lines.join('\n')}`,
      `Bounds\n${bins.map(({ count, stay }, at) => `${stay ? count : 0} <= ${kept(at)} <= ${count}`).join('\n')}`,
      `General\n${bins.map((_, at) => kept(at)).join(' ')}`,
      'End\n',
    ].join('\n');
    const { Status, ObjectiveValue } = solver.solve(programme, { output_flag: false, mip_rel_gap: GAP });
    if (Status !== 'Optimal') throw new Error(`The lower bound is ${Status}: ${programme}`);
    return ObjectiveValue * (1 - GAP) - LITTLE;
  };
  return { count: Math.ceil(least(() => 1)), cost: least(({ price }) => price) };
}

const kept = (bins: number) => `y${bins}`;
const running = (items: number, bins: number) => `x${items}_${bins}`;
const term = (factor: number, variable: string) =>
  `${factor < 0 ? '-' : '+'} ${Math.abs(factor)} ${variable}`;

function everyTaskRuns<B extends Bins>(bins: readonly B[], items: readonly Items<B>[]): string[] {
  return items.map(({ count, allowed }, item) => {
    const places = bins.flatMap((one, at) => (allowed(one) ? [term(1, running(item, at))] : []));
    return `${places.join(' ')} = ${count}`;
  });
}

/**
 * For each kind of bins: the sizes of what runs on them add up to no more than theirs. The size is CPU, or memory, or how
 * often a unit goes into one of them as a whole: where sizes s add up to no more than c, so do the whole parts of s/u and
 * that of c/u. By that tasks of more than half a bin count one by one.
 */
function roomIsKept<B extends Bins>(bins: readonly B[], items: readonly Items<B>[]): string[] {
  return bins.flatMap((one, bin) => {
    const may = [...items.entries()].filter(([, { allowed }]) => allowed(one));
    const atMost = (of: (size: { readonly cpu: number; readonly memory: number }) => number) => {
      const taken = may.flatMap(([at, item]) => (of(item) > 0 ? [term(of(item), running(at, bin))] : []));
      return taken.length === 0 ? [] : [`${taken.join(' ')} ${term(-of(one), kept(bin))} <= 0`];
    };
    const resources = [
      (size: { readonly cpu: number }) => size.cpu,
      (size: { readonly memory: number }) => size.memory,
    ] as const;
    const amounts = resources.flatMap((amount) => {
      const units = new Set(may.flatMap(([, item]) => [1, 2, 3].map((parts) => amount(item) / parts)));
      const wholes = [...units].filter((unit) => unit > 0);
      return [
        ...atMost(amount),
        ...wholes.flatMap((unit) => atMost((size) => Math.floor(amount(size) / unit + LITTLE))),
      ];
    });
    const distinct = may.flatMap(([at, item]) =>
      item.distinct ? [`${term(1, running(at, bin))} ${term(-1, kept(bin))} <= 0`] : [],
    );
    return [...amounts, ...distinct];
  });
}

function limitsHold(bins: readonly Bins[], { minimum, skew }: Limits): string[] {
  const zones = [...new Set(bins.map(({ zone }) => zone))];
  const inZone = (zone: string, sign: 1 | -1) =>
    bins.flatMap((one, at) => (one.zone === zone ? [term(sign, kept(at))] : []));
  const apart = zones.flatMap((a) =>
    zones.flatMap((b) => (a === b ? [] : [`${[...inZone(a, 1), ...inZone(b, -1)].join(' ')} <= ${skew}`])),
  );
  return [...apart, `${bins.map((_, at) => term(1, kept(at))).join(' ')} >= ${minimum}`];
}
