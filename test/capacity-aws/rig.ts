import { Logger } from '@aws-lambda-powertools/logger';
import { createCapacityHandler } from '../../functions/capacity-handler.ts';
import type { Heard } from '../../lib/capacity/notice.ts';
import type { CapacityPolicy, ClusterPolicy } from '../../lib/capacity/policy.ts';
import { PARTITION } from '../../lib/capacity/reconcile.ts';
import type { CapacityRecord } from '../../lib/capacity/record.ts';
import { HOUR, MINUTE } from '../../lib/clock.ts';
import { createMemoryJournal } from '../../lib/journal/memory.ts';
import { createMemoryStore } from '../../lib/state/memory.ts';
import { edited } from '../events/samples.ts';
import { contextOf } from '../functions/rig.ts';
import { createCapacityWorld, policy as prod } from './world.ts';

/** Scale-out at once, and consolidation as soon as anything could go. */
export const eager: ClusterPolicy = {
  ...prod,
  scaleOut: { afterMs: MINUTE, maximumStep: 10, launchTimeoutMs: 10 * MINUTE },
  consolidation: {
    reasons: ['empty', 'underused', 'obsolete'],
    afterMs: 0,
    minimumAgeMs: 0,
    budgets: [],
    replace: false,
    balance: 0,
    drainTimeoutMs: HOUR,
    zoneSkew: 9,
  },
};

/** The handler of capacity with everything around it: AWS mocked, store and journal in memory, time by hand. */
export function createCapacityRig(mode: CapacityPolicy['mode'] = 'act', cluster: ClusterPolicy = eager) {
  const world = createCapacityWorld();
  const { clock, clients } = world;
  const store = createMemoryStore<CapacityRecord, Heard>(clock);
  const journal = createMemoryJournal();
  const policy: CapacityPolicy = { mode, clusters: [cluster] };
  const logger = new Logger({ serviceName: 'test', logLevel: 'SILENT' });
  const handler = createCapacityHandler({
    policy,
    clients,
    store,
    control: store,
    journal,
    clock,
    logger,
    random: () => 0,
  });
  let invocations = 0;
  const send = async (event: unknown): Promise<void> => {
    invocations += 1;
    await handler(event, contextOf(`invocation-${invocations}`, 60_000));
  };
  const time = () => new Date(clock.now()).toISOString();
  return {
    world,
    store,
    journal,
    clock,
    async tick(ms: number = MINUTE): Promise<void> {
      clock.advance(ms);
      await send(edited('schedule-tick', { time: time() }));
    },
    /** ECS says that it finds no instance for a task of service web. */
    placementFailure: () => send(edited('service-action', { time: time(), ...OF_WEB })),
    async record(): Promise<CapacityRecord | undefined> {
      const [stored] = await store.read([{ partition: PARTITION, id: cluster.cluster }]);
      return stored?.state;
    },
    reasons: () => journal.entries.map(({ reason }) => reason),
    entry: (reason: string) => journal.entries.find((entry) => entry.reason === reason),
  };
}

const OF_WEB = {
  resources: ['arn:aws:ecs:eu-central-1:111122223333:service/prod/web'],
  'detail.clusterArn': 'arn:aws:ecs:eu-central-1:111122223333:cluster/prod',
  'detail.eventName': 'SERVICE_TASK_PLACEMENT_FAILURE',
};
