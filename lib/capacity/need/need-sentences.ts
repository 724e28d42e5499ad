import { SECOND, utc } from '../../clock.ts';
import type { Workload } from '../../placement/model.ts';
import type { Waiting } from '../pending.ts';
import type { Launch, NeedFinding, NeedPlan } from '../plan.ts';
import type { ScaleOutPolicy } from '../policy.ts';
import type { PendingTasks } from '../view.ts';
import { type Fleet, type Obstacle, sum } from './fleet.ts';
import type { Lacking } from './grow.ts';
import type { Sample, Source } from './source.ts';
import { judge, type Lack, type Verdict } from './verdict.ts';

/** Why no group would ever take these tasks; undefined: one would. ECS's managed scaling leaves them out in silence. */
export function unplaceableOf(
  { workload, count }: Waiting,
  fleet: Fleet,
): NeedPlan['unplaceable'][number] | undefined {
  const verdicts = fleet.sources.map((source) => ({ source, verdict: fleet.judge(source, workload) }));
  if (verdicts.some(({ verdict }) => verdict.kind === 'takes')) return undefined;
  const near = verdicts.filter(({ verdict }) => verdict.kind !== 'other-provider');
  const why =
    near.length === 0
      ? [
          `No group of the policy is one of ${workload.providers?.join(', ') ?? 'EC2'}. Name its group under groups.`,
        ]
      : near.map(({ source, verdict }) => whyNot(source, verdict, workload));
  return {
    group: workload.group,
    count,
    sentence: `No instance would take ${tasksOf(count)} of ${workload.group}. ${why.join(' ')}`,
  };
}

function whyNot({ group: { name, types, zones } }: Source, verdict: Verdict, { needs }: Workload): string {
  switch (verdict.kind) {
    case 'takes':
    case 'other-provider':
      return '';
    case 'no-type-known':
      return `Of ${name} no ${types.length === 0 ? 'instance type' : 'zone'} is known.`;
    case 'some-types':
      return `Of ${name} only ${verdict.types.join(', ')} would do, and it may launch another of its types. Give them a group of their own.`;
    case 'far-zone':
      return `They may only run in ${verdict.zone}, and there ${name} has so many more instances than elsewhere that its next ${zones.length} launches go to other zones. Bring its zones into balance.`;
    case 'lacks':
      return `${verdict.sample.type.name} of ${name} ${lackOf(verdict.what, verdict.sample, needs)}`;
    default:
      return verdict satisfies never;
  }
}

function lackOf(what: Lack, { free }: Sample, needs: Workload['needs']): string {
  switch (what) {
    case 'cpu':
      return `has ${free.cpu} CPU units for tasks beside daemons, and each asks for ${needs.cpu}. Add a larger type.`;
    case 'memory':
      return `has ${free.memory} MiB for tasks beside daemons, and each asks for ${needs.memory}. Add a larger type.`;
    case 'gpu':
      return `has ${free.gpu} GPUs for tasks, and each asks for ${needs.gpu}. Add a type with GPUs.`;
    case 'eni':
      return `has ${free.enis} network interfaces for tasks, and each asks for ${needs.enis}. Turn on awsvpcTrunking or add a larger type.`;
    case 'tcp-port':
    case 'udp-port':
      return `keeps a host port that they ask for to itself or to a daemon: ${[...needs.tcp, ...needs.udp].join(', ')}. Use another host port.`;
    case 'required-attribute':
      return `lacks an attribute that they require: ${needs.requires.map(({ name }) => name).join(', ')}. Set it on new instances (ECS_INSTANCE_ATTRIBUTES).`;
    case 'provider':
    case 'constraint':
      return 'does not meet their placement constraints. Change the constraints, or add a type or zone that meets them.';
    default:
      return what satisfies never;
  }
}

/** What stands in the way of instances that would take what is left: one finding for each obstacle and group. */
export function findingsOn(left: readonly Waiting[], fleet: Fleet): readonly NeedFinding[] {
  const held = new Map<string, { source: Source; obstacle: Obstacle; count: number }>();
  for (const { workload, count } of left) {
    for (const source of fleet.sources) {
      const verdict = fleet.judge(source, workload);
      if (verdict.kind !== 'takes') continue;
      const obstacle = fleet.obstacle(source, verdict.launches);
      if (obstacle === undefined) continue;
      const key = `${obstacle} ${source.group.name}`;
      held.set(key, { source, obstacle, count: (held.get(key)?.count ?? 0) + count });
    }
  }
  return [...held.values()].map(({ source, obstacle, count }) =>
    finding(fleet, source, obstacle, `${tasksOf(count)} wait for an instance.`),
  );
}

/** The same for the reserve. */
export function reserveFindings({ cpu, memory }: Lacking, fleet: Fleet): readonly NeedFinding[] {
  return fleet.sources.flatMap((source) => {
    const obstacle = fleet.obstacle(source);
    const what = `The reserve lacks ${cpu} CPU units and ${memory} MiB.`;
    return obstacle === undefined ? [] : [finding(fleet, source, obstacle, what)];
  });
}

function finding(fleet: Fleet, source: Source, why: Obstacle, what: string): NeedFinding {
  const { name, max, desired } = source.group;
  const launched = sum(fleet.planned(source));
  const more = launched === 0 ? '' : `, and ${launched} are launched`;
  const because = {
    'managed-scaling': `ECS's managed scaling is on for ${name}, and two would count against each other. Turn it off, or set besideManagedScaling.`,
    'group-at-maximum': `${name} has ${desired} of at most ${max} instances${more}. Raise its maximum.`,
    'launch-suspended': `The process Launch of ${name} is suspended. Resume it.`,
    'maximum-step': `maximumStep is reached, and ${name} goes on at the next look. Raise maximumStep for more at once.`,
  } as const satisfies Record<Obstacle, string>;
  return { why, group: name, sentence: `${what} ${because[why]}` };
}

export function youngFinding(
  { workload, count, since }: PendingTasks,
  { afterMs }: ScaleOutPolicy,
): NeedFinding {
  return {
    why: 'not-yet',
    group: undefined,
    sentence: `${tasksOf(count)} of ${workload.group} wait since ${utc(since)}. Instances are launched for what waits ${afterMs / SECOND} s.`,
  };
}

/** That the first launches go to zones where the tasks cannot be. */
export function detourOf(source: Source, waiting: readonly Waiting[]): Pick<Launch, 'detour'> {
  const said = waiting.flatMap(({ workload }) => {
    const verdict = judge(source, workload, source.counted);
    if (verdict.kind !== 'takes' || verdict.launches === 1) return [];
    return [
      `${workload.group} may not run where ${source.group.name} is launched next: Auto Scaling comes to ${verdict.zone} at launch ${verdict.launches}.`,
    ];
  });
  return said.length === 0 ? {} : { detour: said.join(' ') };
}

const tasksOf = (count: number) => (count === 1 ? '1 task' : `${count} tasks`);
