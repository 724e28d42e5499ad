// Loaded here so that lib/aws's dynamic imports of them, which take real time, are done before virtual time runs.
import '../lib/aws/application-auto-scaling.ts';
import '../lib/aws/ec2.ts';
import type { AutoScalingClientConfig } from '@aws-sdk/client-auto-scaling';
import type { Clock, EpochMs } from '../lib/clock.ts';
import { Activity } from './activity.ts';
import { ApplicationAutoScaling } from './applicationautoscaling/targets.ts';
import { AutoScaling } from './autoscaling/groups.ts';
import type { Group, GroupSpec } from './autoscaling/model.ts';
import { virtualClock } from './clock.ts';
import { CloudWatch } from './cloudwatch/cloudwatch.ts';
import { Ec2 } from './ec2/ec2.ts';
import type { Ec2Instance } from './ec2/model.ts';
import { Ecr } from './ecr/ecr.ts';
import { type ClusterSpec, Ecs } from './ecs/ecs.ts';
import { attributesOf, sizeOf } from './ecs/machine.ts';
import { type BusOptions, EventBus, type RuleSpec } from './eventbridge.ts';
import { Faults } from './faults.ts';
import { Gateway } from './gateway.ts';
import { announceMaintenance, type Maintenance } from './health.ts';
import type { Kernel, Span } from './kernel.ts';
import { type FunctionSpec, type Handler, Lambda } from './lambda.ts';
import { createRandom } from './random.ts';
import { Recording } from './recording.ts';
import { Scheduler } from './scheduler.ts';
import { Throttle } from './throttle.ts';
import { simulatedHttp } from './wire/handler.ts';
import { startWorkload, type WorkloadSpec } from './workload.ts';

export interface WorldOptions {
  readonly seed?: number;
  readonly start?: EpochMs;
  readonly region?: string;
  readonly account?: string;
  /** Of one API call, there and back. */
  readonly latencyMs?: Span;
  readonly throttling?: boolean;
  readonly recording?: 'full' | 'counts';
  /** Whether Auto Scaling's process AZRebalance runs; not unless set. */
  readonly rebalancesZones?: boolean;
  readonly bus?: Partial<BusOptions>;
}

export interface DeploySpec extends Omit<FunctionSpec, 'init'> {
  /** One handler for all environments, or `init` for one per environment, as in Lambda. */
  readonly handler?: Handler;
  readonly init?: () => Handler;
  readonly rules?: readonly RuleSpec[];
}

/** The options of lib/aws/clients.ts's `createClients`, or of any SDK client. */
export interface SimulatedClientOptions {
  readonly region: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly endpoint: string;
  readonly requestHandler: NonNullable<AutoScalingClientConfig['requestHandler']>;
  readonly signer: NonNullable<AutoScalingClientConfig['signer']>;
}

export type World = ReturnType<typeof createWorld>;

const START = Date.UTC(2026, 10, 21, 14, 0, 0);

/** A world in which unmodified Lambda handlers run against simulated AWS services, in virtual time. */
export function createWorld(options: WorldOptions = {}) {
  const random = createRandom(options.seed ?? 1);
  const scheduler = new Scheduler(options.start ?? START);
  const activity = new Activity();
  const faults = new Faults();
  const recording = new Recording(options.recording ?? 'full');
  const throttle = new Throttle(scheduler.now, options.throttling ?? true);
  const base = {
    region: options.region ?? 'eu-west-1',
    account: options.account ?? '111122223333',
    random,
    now: () => scheduler.now,
    at: (time: EpochMs, run: () => void) => scheduler.at(time, run),
    after: (ms: number, run: () => void) => scheduler.after(ms, run),
  };
  const bus = new EventBus({ ...base, random: random.fork('bus') }, faults, recording, {
    deliveryMs: [100, 800],
    lossRate: 0,
    duplicateRate: 0,
    ...options.bus,
  });
  const kernel: Kernel = { ...base, publish: (draft) => bus.publish(draft) };
  const clock = virtualClock(scheduler, activity);
  const lambda = new Lambda({ ...kernel, random: random.fork('lambda') }, activity, recording);

  const ec2 = new Ec2({ ...kernel, random: random.fork('ec2') });
  const ecr = new Ecr({ ...kernel, random: random.fork('ecr') });
  const ecs = new Ecs(
    { ...kernel, random: random.fork('ecs') },
    { zoneOf: (subnet) => ec2.subnets.get(subnet)?.zone, subnets: () => [...ec2.subnets.keys()] },
  );
  // Elsewhere than in ECR an image's digest is made of its name, so that no tag there ever moves.
  const elsewhere = ecs.resolveImage;
  ecs.resolveImage = (image) => (image.includes('.dkr.ecr.') ? ecr.resolve(image) : elsewhere(image));
  ec2.onChange((instance, state) => ecs.instances.ec2Changed(instance, state));
  const autoScaling = new AutoScaling(
    { ...kernel, random: random.fork('autoscaling') },
    ec2,
    (group, instance, settled) => joinCluster(ecs, group, instance, settled),
    options.rebalancesZones,
  );

  const latencyMs = options.latencyMs ?? [15, 60];
  const cloudWatch = new CloudWatch({ ...kernel, random: random.fork('cloudwatch') });
  const applicationAutoScaling = new ApplicationAutoScaling(kernel);
  const gateway = new Gateway(
    { ...kernel, random: random.fork('gateway') },
    { activity, throttle, faults, recording, latencyMs },
  );
  gateway.serve('ECS', ecs.operations);
  gateway.serve('ECR', ecr.operations);
  gateway.serve('AutoScaling', autoScaling.operations);
  gateway.serve('EC2', ec2.operations);
  gateway.serve('EventBridge', bus.operations);
  gateway.serve('CloudWatch', cloudWatch.operations);
  gateway.serve('ApplicationAutoScaling', applicationAutoScaling.operations);
  const requestHandler = simulatedHttp(gateway);
  const clientRandom = random.fork('clients');

  const step = (act: () => unknown) => {
    activity.wake();
    act();
  };

  /** Plays until `until` is true or the time is `limit`. False if `until` did not come true. */
  async function run({ until, limit }: { until?: () => boolean; limit: EpochMs }): Promise<boolean> {
    await activity.settle();
    while (until?.() !== true) {
      const next = scheduler.peek();
      if (next === undefined || next > limit) {
        scheduler.advanceTo(limit);
        return until === undefined;
      }
      scheduler.advanceTo(next);
      await activity.settle();
    }
    return true;
  }

  return {
    clock,
    kernel,
    activity,
    faults,
    recording,
    throttle,
    lambda,
    ecs,
    ecr,
    ec2,
    autoScaling,
    cloudWatch,
    applicationAutoScaling,
    bus,
    run,

    /** Plays until this time. */
    runUntil: (time: EpochMs) => run({ limit: time }),
    /** Plays this many milliseconds more. */
    runFor: (ms: number) => run({ limit: scheduler.now + ms }),
    now: () => scheduler.now,
    /** A step of a scenario. It may call the SDK: its calls are answered at once. */
    at: (time: EpochMs, act: () => unknown) => scheduler.at(time, () => step(act)),
    after: (ms: number, act: () => unknown) => scheduler.after(ms, () => step(act)),

    addCluster: (name: string, spec?: ClusterSpec) => ecs.addCluster(name, spec),
    /** An Auto Scaling group, its instances running and registered. */
    addGroup(spec: GroupSpec): Group {
      const group = autoScaling.addGroup(spec);
      if (spec.cluster !== undefined && spec.capacityProvider !== undefined) {
        ecs.addCapacityProvider(spec.cluster, {
          name: spec.capacityProvider,
          groupArn: group.arn,
          managedDraining: spec.managedDraining ?? false,
          managedScaling: spec.managedScaling ?? false,
          managedTerminationProtection: spec.managedTerminationProtection ?? false,
        });
      }
      return group;
    },
    /** Puts load on a service, and publishes its metrics, from now on. */
    startWorkload: (spec: WorkloadSpec) => startWorkload(kernel, cloudWatch.metrics, spec),
    announceMaintenance: (notice: Maintenance) => announceMaintenance(kernel, notice),

    /** Deploys a function with its event rules. Returns a way to invoke it asynchronously with an event. */
    deploy({ handler, init, rules, ...spec }: DeploySpec): (event: unknown) => void {
      const make = init ?? (() => handler ?? missingHandler(spec.name));
      const invoke = lambda.deploy({ ...spec, init: make });
      for (const rule of rules ?? []) bus.addRule(rule, invoke);
      return (event) => invoke(JSON.stringify(event));
    },

    clients: (): SimulatedClientOptions => ({
      region: base.region,
      clock,
      random: clientRandom.next,
      credentials: { accessKeyId: 'SIMULATED', secretAccessKey: 'simulated' },
      // Any will do; a fixed one spares the SDK its endpoint rules at every call.
      endpoint: 'https://simulated.amazonaws.com',
      requestHandler: requestHandler as SimulatedClientOptions['requestHandler'],
      signer: { sign: async (request) => request },
    }),
  };
}

function missingHandler(name: string): never {
  throw new Error(`deploy({ name: '${name}' }) needs a handler or an init.`);
}

/** The agent on a group's instance registers it. */
function joinCluster(ecs: Ecs, group: Group, instance: Ec2Instance, settled: boolean): void {
  const { cluster, attributes, capacityProvider } = group.spec;
  if (cluster === undefined) return;
  ecs.instances.register({
    cluster: ecs.cluster(cluster),
    ec2InstanceId: instance.id,
    ...sizeOf(instance.type, group.spec),
    attributes: new Map([...attributesOf(instance), ...Object.entries(attributes ?? {})]),
    ...(capacityProvider === undefined ? {} : { capacityProvider }),
    quiet: settled,
  });
}
