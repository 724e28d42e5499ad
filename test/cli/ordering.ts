import { createVerbs } from '../../cli/verbs.ts';
import { type Clock, MINUTE } from '../../lib/clock.ts';
import { createMemoryJournal } from '../../lib/journal/memory.ts';
import type { GroupSpec } from '../../simulator/autoscaling/model.ts';
import { deployStevedore } from '../../simulator/deployment.ts';
import type { ServiceSpec } from '../../simulator/ecs/ecs.ts';
import { createWorld } from '../../simulator/world.ts';
import { connectTo, runWith } from './account.ts';
import { BY_DIGEST, policyFile } from './planning.ts';

const POLICY = `version: 1
draining:
  mode: act
  clusters: { prod: { groups: { prod-ecs: {} } } }
scaling:
  mode: act
  services: { prod/web: { min: 2, max: 12, schedules: { nightly: { cron: '0 3 * * *', timeZone: UTC, min: 2, max: 12 } } } }
  groups: { prod-ecs: { min: 1, max: 8, schedules: { nightly: { cron: '0 3 * * *', timeZone: UTC, min: 1, max: 8 } } } }
failover:
  mode: act
  services: { spot/web: {}, spot/api: {} }
`;

export interface OrderingOptions {
  /** Whether the functions are deployed, as far as ticks and events go; the table is there anyway. */
  readonly deployed?: boolean;
  readonly policy?: (text: string) => string;
  readonly web?: Partial<ServiceSpec>;
  readonly group?: Partial<GroupSpec>;
}

/** A cluster on EC2 and one on Fargate Spot, Stevedore in its account, and a terminal. */
export async function ordering({
  deployed = true,
  policy = (text) => text,
  web = {},
  group = {},
}: OrderingOptions = {}) {
  const world = createWorld({ throttling: false });
  const cluster = world.addCluster('prod');
  world.addGroup({ name: 'prod-ecs', cluster: 'prod', instances: 4, min: 1, max: 8, ...group });
  const service = world.ecs.addService({ cluster: 'prod', name: 'web', desired: 4, ...web });
  world.addCluster('spot', { capacityProviders: ['FARGATE', 'FARGATE_SPOT'] });
  world.ec2.addSubnet({ id: 'subnet-a', zone: 'us-east-1a' });
  const onSpot = [{ capacityProvider: 'FARGATE_SPOT', base: 0, weight: 1 }];
  const spec = { cluster: 'spot', desired: 3, capacityProviderStrategy: onSpot, image: BY_DIGEST };
  const spot = world.ecs.addService({ ...spec, name: 'web' });
  world.ecs.addService({ ...spec, name: 'api' });
  const file = policyFile(policy(POLICY));
  const { table, journal: functions } = deployStevedore(world, file);
  if (deployed) await world.runFor(2 * MINUTE);
  const journal = createMemoryJournal();
  let others: () => Promise<unknown> = async () => undefined;
  const sleep = async (ms: number): Promise<void> => {
    await others();
    await world.runFor(ms);
  };
  const clock: Clock = { now: () => world.now(), sleep };
  const sinks = [{ name: 'memory', takes: 'notable', write: journal.write }] as const;
  const instances = [...cluster.instances.values()];
  const ids = instances.map(({ ec2InstanceId = '' }) => ec2InstanceId);
  const arn = instances[0]?.arn ?? '';
  const controller = new AbortController();
  const verbs = await createVerbs(connectTo(world, { store: table, sinks, clock }));
  return {
    world,
    table,
    journal,
    /** What the functions have journalled. */
    functions,
    ids,
    /** The first of them as a container instance. */
    arn,
    status: (id: string) =>
      [...cluster.instances.values()].find(({ ec2InstanceId }) => ec2InstanceId === id)?.status,
    /** `web` on EC2, and on Fargate Spot. */
    service,
    spot,
    /** What somebody else does whenever the terminal waits. */
    meanwhile(act: () => Promise<unknown>): void {
      others = act;
    },
    run: (...args: readonly string[]) =>
      runWith(verbs, [...args, '--policy', file], undefined, controller.signal),
    /** Ctrl-C. */
    interrupt: () => controller.abort(),
    /** How often an operation that changes something was called. */
    calls: (operation: string) => world.recording.calls.filter((call) => call.operation === operation).length,
  };
}
