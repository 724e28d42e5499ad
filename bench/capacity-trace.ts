import { join } from 'node:path';
import type { Workload } from '../lib/placement/model.ts';
import { SERVICE_DEFAULT_STRATEGIES } from '../lib/placement/place.ts';
import { shape } from '../simulator/backtest/shapes.ts';
import { type Load, readTrace, toLoad } from '../simulator/backtest/trace.ts';
import { aPolicy, aWorkload, seeded, TYPES } from './capacity-clusters.ts';
import { worldStrategy } from './ecs-strategies.ts';
import { World, waitingOf } from './ecs-world.ts';
import type { Figure } from './figure.ts';
import { type Controller, clusterAutoScaling, ours } from './trace-controllers.ts';

const TRACE = join(import.meta.dirname, '../examples/traces/elb_request_count_8c0756.csv');
const PLACEMENTS = ['spread', 'binpack'] as const;
type Placement = (typeof PLACEMENTS)[number];
const HOW = { spread: 'spread', binpack: 'packed' } as const;
const DAY = 24 * 60;

/** Requests of five minutes that one task serves. */
const SERVICES = [
  { name: 'web', cpu: 512, memory: 1_024, perTask: 10 },
  { name: 'api', cpu: 1_024, memory: 2_048, perTask: 15 },
  { name: 'worker', cpu: 256, memory: 1_024, perTask: 20 },
  { name: 'search', cpu: 1_024, memory: 4_096, perTask: 40 },
  { name: 'cache', cpu: 256, memory: 2_048, perTask: 60 },
] as const;
/** Of each, for two zones at least. */
const LEAST = 2;
/** Scaling in goes by the highest of so many minutes, as the low alarm of target tracking does. */
const SCALE_IN = 15;

/**
 * Chosen when the figures were known: they tell when something gets worse. What is saved is paid for with moves and with
 * waiting, since instances that are half empty are a reserve too; `after` and `reserve` of the policy buy that back.
 */
const BOUNDS = {
  'a real load': {
    spread: { hours: 0.85, moves: 5, waiting: 5 },
    packed: { hours: 1.15, moves: 1.5, waiting: 1 },
  },
  'calm days': {
    spread: { hours: 0.7, moves: 1, waiting: 5 },
    packed: { hours: 1, moves: 1, waiting: 2 },
  },
} as const;

interface Played {
  readonly instanceHours: number;
  readonly taskDays: number;
  readonly moved: number;
  readonly waitingMinutes: number;
}

/**
 * Two weeks of load, a real one with many sudden peaks and a made one of calm days, as desired counts of five services, on
 * a group that this capability sizes, and on one that ECS's cluster auto scaling sizes; with tasks placed as ECS does by
 * default, and packed.
 */
export async function measureCapacityTrace(
  onProgress: (done: number, of: number) => void,
): Promise<Figure[]> {
  const games = loads().flatMap(([name, load]) => PLACEMENTS.map((placement) => ({ name, load, placement })));
  const figures: Figure[] = [];
  for (const [index, { name, load, placement }] of games.entries()) {
    const progress = (part: number) => (done: number, of: number) =>
      onProgress(2 * index + part + done / of, 2 * games.length);
    const mine = await play(load, placement, ours(aPolicy(), seeded(3)), progress(0));
    const theirs = await play(load, placement, clusterAutoScaling(), progress(1));
    figures.push(
      ...compared(
        `two weeks of ${name}, tasks ${HOW[placement]}`,
        mine,
        theirs,
        BOUNDS[name][HOW[placement]],
      ),
    );
  }
  return figures;
}

function loads(): readonly (readonly [keyof typeof BOUNDS, Load])[] {
  const parsed = readTrace(TRACE);
  if (!parsed.ok) throw new Error(parsed.errors.join('\n'));
  const calm = shape('diurnal', { minutes: 14 * DAY, base: 50, peak: 300, seed: 1 });
  return [
    ['a real load', toLoad(parsed.trace)],
    ['calm days', calm],
  ];
}

async function play(
  load: Load,
  placement: Placement,
  control: Controller,
  onProgress: (done: number, of: number) => void,
): Promise<Played> {
  const world = new World(
    load.startsAt,
    TYPES[1],
    SERVICES.map(({ name, ...needs }) => workloadOf(name, needs, placement)),
    worldStrategy(placement, seeded(1)),
    seeded(2),
  );
  let [instances, tasks, waiting] = [0, 0, 0];
  for (let minute = 0; minute < load.values.length; minute++) {
    world.tick(desiredAt(load, minute));
    control(world);
    world.launch();
    instances += world.hosts.size;
    for (const service of world.services) {
      tasks += service.tasks.size;
      waiting += waitingOf(service);
    }
    if (minute % DAY !== 0) continue;
    onProgress(minute, load.values.length);
    // So that the progress is seen, and a signal heard.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return {
    instanceHours: instances / 60,
    taskDays: tasks / DAY,
    moved: world.moved,
    waitingMinutes: waiting,
  };
}

function workloadOf(name: string, needs: { cpu: number; memory: number }, placement: Placement): Workload {
  const strategies =
    placement === 'spread'
      ? SERVICE_DEFAULT_STRATEGIES
      : ([{ type: 'binpack', field: 'memory' }] satisfies Workload['strategies']);
  return aWorkload(name, needs, { strategies });
}

function desiredAt({ values }: Load, minute: number): readonly number[] {
  const recent = values.slice(Math.max(0, minute - SCALE_IN + 1), minute + 1).filter(Number.isFinite);
  const highest = Math.max(0, ...recent);
  return SERVICES.map(({ perTask }) => Math.max(LEAST, Math.ceil(highest / perTask)));
}

interface Bounds {
  readonly hours: number;
  readonly moves: number;
  readonly waiting: number;
}

function compared(how: string, mine: Played, theirs: Played, { hours, moves, waiting }: Bounds): Figure[] {
  const days = `${Math.round(mine.taskDays).toLocaleString('en')} task-days`;
  const share = ({ waitingMinutes, taskDays }: Played) =>
    `${((100 * waitingMinutes) / taskDays / DAY).toFixed(2)} %`;
  return [
    {
      name: `${how}: instance-hours against ECS cluster auto scaling`,
      value: mine.instanceHours / theirs.instanceHours,
      unit: 'ratio',
      atMost: hours,
      note: `${Math.round(mine.instanceHours)} h and ${Math.round(theirs.instanceHours)} h, for ${days}`,
    },
    {
      name: `${how}: times that a task is moved in a day`,
      value: mine.moved / mine.taskDays,
      unit: 'moves',
      atMost: moves,
      note: `${mine.moved.toLocaleString('en')} moves`,
    },
    {
      name: `${how}: tasks that wait for an instance, in minutes, against ECS cluster auto scaling`,
      value: mine.waitingMinutes / theirs.waitingMinutes,
      unit: 'ratio',
      atMost: waiting,
      note: `${share(mine)} and ${share(theirs)} of the time of all tasks`,
    },
  ];
}
