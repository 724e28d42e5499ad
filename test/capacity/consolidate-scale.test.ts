import { expect, it } from 'vitest';
import { planConsolidation } from '../../lib/capacity/consolidation/consolidate.ts';
import type { ConsolidationPolicy } from '../../lib/capacity/policy.ts';
import type { TaskView } from '../../lib/capacity/view.ts';
import { HOUR } from '../../lib/clock.ts';
import {
  aGroup,
  aHost,
  aTask,
  aView,
  aWorkload,
  consolidating,
  NO_STATE,
  NOW,
  seeded,
  someNeeds,
  ZONES,
} from './views.ts';

/** 1,000 instances in three zones with 10,000 tasks of 100 services, here and there as autoscaling leaves them. */
function largeCluster() {
  const random = seeded(1);
  const pick = (count: number) => Math.floor(random() * count);
  const hosts = Array.from({ length: 1_000 }, (_, at) =>
    aHost(`i-${at}`, { zone: ZONES[at % 3] ?? ZONES[0] }),
  );
  const workloads = Array.from({ length: 100 }, (_, at) =>
    aWorkload(`s${at}`, {
      needs: someNeeds({ cpu: [64, 96, 128][at % 3] ?? 64, memory: [128, 512][at % 2] ?? 128 }),
      strategies: [
        { type: 'spread', field: 'attribute:ecs.availability-zone' },
        { type: 'binpack', field: 'memory' },
      ],
    }),
  );
  const free = new Map(hosts.map(({ id, registered }) => [id, registered.cpu]));
  const tasks: TaskView[] = [];
  while (tasks.length < 10_000) {
    const host = `i-${pick(1_000)}`;
    const workload = workloads[pick(100)] ?? aWorkload('none');
    const left = (free.get(host) ?? 0) - workload.needs.cpu;
    if (left < 0) continue;
    free.set(host, left);
    tasks.push(aTask(`t-${tasks.length}`, host, workload));
  }
  return aView({ hosts, tasks, groups: [aGroup({ desired: 1_000, max: 2_000 })] });
}

const tenPercent: Partial<ConsolidationPolicy> = {
  budgets: [{ limit: { kind: 'percent', value: 10 }, reasons: null, window: null }],
  balance: 2,
  replace: true,
};

it.each([
  ['taking what the budgets allow', {}, 100, 0],
  ['with every instance still waiting', { afterMs: HOUR }, 0, 100],
])(
  'plans for 1,000 instances and 10,000 tasks in less than a second of processor time, %s',
  (_, changes, steps, waiting) => {
    const view = largeCluster();
    const before = process.cpuUsage();

    const plan = planConsolidation(
      view,
      consolidating({ ...tenPercent, ...changes }),
      NOW,
      NO_STATE,
      seeded(2),
    );

    const { user, system } = process.cpuUsage(before);
    expect(plan.steps).toHaveLength(steps);
    expect(plan.kept.filter(({ why }) => why === 'waiting')).toHaveLength(waiting);
    expect((user + system) / 1_000).toBeLessThan(1_000);
  },
);
