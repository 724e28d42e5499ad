import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planConsolidation } from '../../lib/capacity/consolidation/consolidate.ts';
import type { ConsolidationPlan } from '../../lib/capacity/plan.ts';
import type { ClusterPolicy } from '../../lib/capacity/policy.ts';
import type { ClusterView, HostView, TaskView } from '../../lib/capacity/view.ts';
import { MINUTE } from '../../lib/clock.ts';
import type { Workload } from '../../lib/placement/model.ts';
import {
  aConsolidation,
  aGroup,
  aHost,
  aPolicy,
  aTask,
  aType,
  aView,
  aWorkload,
  HOSTS,
  LARGE,
  NO_STATE,
  NOW,
  seeded,
  someNeeds,
  ZONES,
} from './views.ts';

const RUNS = { numRuns: 1_000 };

/** Services that differ in all that placement goes by; `ssd` is of every second host. */
const WORKLOADS: readonly Workload[] = [
  aWorkload('small'),
  aWorkload('wide', {
    needs: someNeeds({ cpu: 900, memory: 300 }),
    strategies: [{ type: 'binpack', field: 'cpu' }],
  }),
  aWorkload('tall', { needs: someNeeds({ cpu: 100, memory: 3_000 }), strategies: [{ type: 'random' }] }),
  aWorkload('apart', { constraints: [{ type: 'distinctInstance' }] }),
  aWorkload('port', {
    needs: someNeeds({ tcp: [8080] }),
    strategies: [{ type: 'spread', field: 'instanceId' }],
  }),
  aWorkload('disk', {
    constraints: [
      {
        type: 'memberOf',
        expression: {
          kind: 'equality',
          subject: { kind: 'attribute', name: 'disk' },
          operator: '==',
          value: 'ssd',
        },
      },
    ],
  }),
];

const hosts = fc
  .array(
    fc.record({
      zone: fc.constantFrom(...ZONES),
      obsolete: fc.integer({ min: 0, max: 5 }).map((drawn) => drawn === 0),
      status: fc.constantFrom('ACTIVE', 'ACTIVE', 'ACTIVE', 'ACTIVE', 'ACTIVE', 'DRAINING'),
      guarded: fc.integer({ min: 0, max: 9 }).map((drawn) => drawn === 0),
    }),
    { minLength: 1, maxLength: 9 },
  )
  .map((drawn) =>
    drawn.map(({ zone, obsolete, status, guarded }, at): HostView => {
      const id = `i-${at}`;
      const { attributes } = aHost(id, { zone });
      return aHost(id, {
        zone,
        status,
        protectedFromScaleIn: guarded,
        generation: obsolete ? 'obsolete' : 'current',
        attributes: new Map([...attributes, ['disk', at % 2 === 0 ? 'ssd' : 'hdd']]),
      });
    }),
  );

const tasks = fc.array(
  fc.record({
    workload: fc.constantFrom(...WORKLOADS),
    host: fc.nat(),
    special: fc.constantFrom(...Array<string>(9).fill('none'), 'protected', 'standalone', 'stopping'),
  }),
  { maxLength: 24 },
);

/** Only tasks that fit where they are drawn are there. */
const views: fc.Arbitrary<ClusterView> = fc
  .record({ hosts, tasks, min: fc.integer({ min: 0, max: 3 }), types: fc.integer({ min: 1, max: 2 }) })
  .map(({ hosts: there, tasks: drawn, min, types }) => {
    const placed: TaskView[] = [];
    drawn.forEach(({ workload, host: number, special }, at) => {
      const host = there[number % there.length];
      if (host === undefined) return;
      const task = aTask(`t-${at}`, host.id, workload, {
        protectedUntil: special === 'protected' ? NOW + MINUTE : undefined,
        kind: special === 'standalone' ? 'standalone' : 'service',
        stopping: special === 'stopping',
      });
      if (problemsOn(host, [...placed.filter((one) => one.host === host.id), task]).length === 0)
        placed.push(task);
    });
    const double = aType('m7i.xlarge', { registered: { ...LARGE, cpu: 4_096, memory: 15_000 }, price: 0.2 });
    return aView({
      hosts: there,
      tasks: placed,
      groups: [
        aGroup({
          min: Math.min(min, there.length),
          desired: there.length,
          types: [aType('m7i.large'), double].slice(0, types),
        }),
      ],
    });
  });

const policies: fc.Arbitrary<ClusterPolicy> = fc
  .record({
    most: fc.constantFrom(1, 2, 100),
    replace: fc.boolean(),
    balance: fc.constantFrom(0, 1, 2),
    zoneSkew: fc.constantFrom(0, 1, 100),
    percent: fc.constantFrom(0, 0, 20),
  })
  .map(({ most, percent, ...rest }) =>
    aPolicy({
      reserve: { cpu: 0, memory: 0, percent },
      consolidation: aConsolidation({
        ...rest,
        budgets: [{ limit: { kind: 'count', value: most }, reasons: null, window: null }],
      }),
    }),
  );

const planOf = (view: ClusterView, policy: ClusterPolicy) =>
  planConsolidation(view, policy, NOW, NO_STATE, seeded(7));

/** What is wrong with tasks on a host, by rules written down here once more. */
function problemsOn(host: HostView, on: readonly TaskView[]): readonly string[] {
  const total = (of: 'cpu' | 'memory') => on.reduce((sum, { workload }) => sum + workload.needs[of], 0);
  const names = on.map(({ workload }) => workload.group);
  const times = (name: string) => names.filter((one) => one === `service:${name}`).length;
  return [
    ...(total('cpu') > host.registered.cpu ? ['too little cpu'] : []),
    ...(total('memory') > host.registered.memory ? ['too little memory'] : []),
    ...(times('apart') > 1 ? ['two of distinctInstance'] : []),
    ...(times('port') > 1 ? ['two on a port'] : []),
    ...(times('disk') > 0 && host.attributes.get('disk') !== 'ssd' ? ['not on ssd'] : []),
  ];
}

/** The cluster once the plan has been carried out. */
function carriedOut(view: ClusterView, { steps }: ConsolidationPlan): ClusterView {
  const gone = new Set(steps.flatMap((step) => step.hosts));
  const to = new Map(steps.flatMap((step) => step.moves).map((move) => [move.task, move.to]));
  const [group = aGroup()] = view.groups;
  const launched = [...new Set(to.values())].filter((id) => id.startsWith(`${HOSTS}/new-`));
  const launches = steps.filter(({ replaceBy }) => replaceBy !== undefined);
  const come = launched.map((id): HostView => {
    const [, , zone = ''] = id.split('/');
    return aHost(id, { zone, launchedAt: NOW });
  });
  const left = view.tasks.filter(({ id, host }) => to.has(id) || !gone.has(host));
  return {
    ...view,
    hosts: [...view.hosts.filter(({ id }) => !gone.has(id)), ...come],
    tasks: left.map((task) => ({ ...task, host: to.get(task.id) ?? task.host })),
    groups: [{ ...group, desired: group.desired - gone.size + launches.length }],
  };
}

const skewOf = (view: ClusterView) => {
  const counts = ZONES.map(
    (zone) => view.hosts.filter((host) => host.zone === zone && host.status === 'ACTIVE').length,
  );
  return Math.max(...counts) - Math.min(...counts);
};

function check(holds: (view: ClusterView, policy: ClusterPolicy, plan: ConsolidationPlan) => void): void {
  fc.assert(
    fc.property(views, policies, (view, policy) => holds(view, policy, planOf(view, policy))),
    RUNS,
  );
}

describe('whatever the cluster', () => {
  it('every instance either goes or stays, and that once', () => {
    check((view, _, { steps, kept }) => {
      const named = [...steps.flatMap((step) => step.hosts), ...kept.map(({ host }) => host)];
      expect(named.toSorted()).toEqual(view.hosts.map(({ id }) => id).toSorted());
      for (const { sentence } of kept) expect(sentence).toMatch(/\.$/);
    });
  });

  it('every task has a place that suits it when the plan has been carried out', () => {
    check((view, _, plan) => {
      const after = carriedOut(view, plan);
      const moved = new Set(plan.steps.flatMap(({ moves }) => moves).map(({ task }) => task));
      for (const host of after.hosts) {
        const on = after.tasks.filter((task) => task.host === host.id);
        expect(problemsOn(host, on)).toEqual([]);
        if (on.some(({ id }) => moved.has(id))) expect(host.status).toBe('ACTIVE');
      }
    });
  });

  it('each task of what goes moves once, and nothing that may not move is on it', () => {
    check((view, _, { steps }) => {
      const gone = new Set(steps.flatMap((step) => step.hosts));
      const on = view.tasks.filter(({ host }) => gone.has(host));
      const moving = on.filter(({ stopping }) => !stopping);
      expect(on.filter(({ kind, protectedUntil }) => kind === 'standalone' || protectedUntil)).toEqual([]);
      const moves = steps.flatMap((step) => step.moves);
      expect(moves.map(({ task }) => task).toSorted()).toEqual(moving.map(({ id }) => id).toSorted());
      for (const { to } of moves) expect(gone.has(to)).toBe(false);
    });
  });

  it('budgets, the minimum and the maximum of the group are kept', () => {
    check((view, { consolidation }, plan) => {
      const draining = view.hosts.filter(({ status }) => status === 'DRAINING').length;
      const most = consolidation?.budgets[0]?.limit.value ?? 0;
      const goes = plan.steps.flatMap((step) => step.hosts).length;
      const [group = aGroup()] = carriedOut(view, plan).groups;
      if (goes > 0) expect(draining + goes).toBeLessThanOrEqual(most);
      if (goes > 0) expect(group.desired - draining).toBeGreaterThanOrEqual(group.min);
    });
  });

  it('zones come no further apart than they may, or were', () => {
    check((view, { consolidation }, plan) => {
      const most = Math.max(consolidation?.zoneSkew ?? 0, skewOf(view));
      expect(skewOf(carriedOut(view, plan))).toBeLessThanOrEqual(most);
    });
  });

  it('the reserve stays free', () => {
    check((view, { reserve }, plan) => {
      if (plan.steps.length === 0) return;
      const after = carriedOut(view, plan);
      const open = after.hosts.filter(({ status }) => status === 'ACTIVE');
      const registered = open.length * LARGE.memory;
      const ids = new Set(open.map(({ id }) => id));
      const used = after.tasks
        .filter(({ host }) => ids.has(host))
        .reduce((sum, { workload }) => sum + workload.needs.memory, 0);
      expect(registered - used).toBeGreaterThanOrEqual((registered * reserve.percent) / 100);
    });
  });

  it('comes to rest within a few rounds, each of them cheaper but for what is obsolete', () => {
    check((first, policy) => {
      let view = first;
      let rounds = 0;
      for (let plan = planOf(view, policy); plan.steps.length > 0; plan = planOf(view, policy)) {
        rounds += 1;
        for (const { reason, saves } of plan.steps)
          if (reason !== 'obsolete') expect(saves).toBeGreaterThan(0);
        view = carriedOut(view, plan);
      }
      expect(rounds).toBeLessThanOrEqual(first.hosts.length);
    });
  });

  it('removes nothing that is not obsolete from a cluster that is full', () => {
    fc.assert(
      fc.property(hosts, policies, (there, policy) => {
        const full = aWorkload('full', { needs: someNeeds({ cpu: 1_100 }) });
        const current = there.map((host): HostView => ({ ...host, generation: 'current' }));
        const view = aView({ hosts: current, tasks: current.map(({ id }) => aTask(`on-${id}`, id, full)) });
        expect(planOf(view, policy).steps).toEqual([]);
      }),
      RUNS,
    );
  });
});
