import { type Cluster, DescribeServicesCommand, type ECSClient } from '@aws-sdk/client-ecs';
import { mapConcurrent } from '../../lib/aws/batch.ts';
import type { ClientOptions } from '../../lib/aws/common-clients.ts';
import { createDoctorClients } from '../doctor/clients.ts';
import { findClusters } from '../doctor/clusters.ts';
import { type Attempts, createAttempts } from '../doctor/read/attempts.ts';
import { readCluster } from '../doctor/read/cluster.ts';
import { inBatches } from '../doctor/read/in-batches.ts';
import { DEFINITIONS, HOOKS, REPOSITORIES } from '../doctor/reads.ts';
import type { Snapshot } from '../doctor/snapshot.ts';
import type {
  AccountSnapshot,
  ClusterSeen,
  CopilotEnvironment,
  InitAction,
  ScalingAction,
} from './snapshot.ts';

/** What is read, and how that is told. */
export interface ReadOptions {
  readonly clientOptions: ClientOptions;
  readonly clusters: readonly string[] | 'all';
  /** Only what AWS Copilot has made, with its names. */
  readonly copilot: boolean;
  /** Told once how much there is to read; `step` is called after each part of it. */
  readonly progress: (parts: number) => { readonly step: () => void; readonly stop: () => void };
}

export interface ReadResult {
  readonly seen: AccountSnapshot;
  /** Of the clusters that were asked for: those that ECS does not have. */
  readonly missing: readonly string[];
}

const REMEDY = 'allow it, and run stevedore init again';
const WANTED = new Set([...DEFINITIONS, ...HOOKS, ...REPOSITORIES]);
const SCALING: ReadonlySet<ScalingAction> = new Set<ScalingAction>([
  'application-autoscaling:DescribeScalableTargets',
  'application-autoscaling:DescribeScalingPolicies',
  'autoscaling:DescribePolicies',
  'cloudwatch:DescribeAlarms',
]);
const CLUSTERS_AT_ONCE = 3;
const SERVICES_A_CALL = 10;

/**
 * Reads the account. A call that is denied, or that AWS does not answer, is named in `unread`.
 * @throws the error if the clusters cannot be listed, or if the credentials are no good for anything
 */
export async function readAccount({ clientOptions, ...options }: ReadOptions): Promise<ReadResult> {
  const clients = createDoctorClients(clientOptions);
  const { found, missing } = await findClusters(clients.ecs, options.clusters, ['TAGS']);
  const wanted = options.copilot ? found.filter((cluster) => environmentOf(cluster) !== null) : found;
  const progress = options.progress(wanted.length + 1);
  const attempts = createAttempts<ScalingAction>(SCALING, REMEDY);
  const naming = createAttempts(WANTED, REMEDY);
  const read = async (cluster: Cluster): Promise<ClusterSeen> => {
    const snapshot = await readCluster(cluster, { clients, policy: null, wanted: WANTED, remedy: REMEDY });
    const made = options.copilot ? environmentOf(cluster) : null;
    const seen = made === null ? null : await readCopilot(clients.ecs, snapshot, made, naming);
    progress.step();
    return { snapshot: seen === null ? snapshot : onlyOf(snapshot, seen), copilot: seen };
  };
  const scaling = async () => {
    const { readScaling } = await import('./read-scaling.ts');
    const seen = await readScaling(clientOptions, clients.autoScaling, attempts);
    progress.step();
    return seen;
  };
  const reading = Promise.all([mapConcurrent(wanted, CLUSTERS_AT_ONCE, read), scaling()]);
  const [clusters, scales] = await reading.finally(progress.stop);
  const unread = new Map<InitAction, string>([
    ...clusters.flatMap(({ snapshot }) => [...snapshot.unread]),
    ...naming.unread,
    ...attempts.unread,
  ]);
  return {
    seen: { region: clientOptions.region, clusters: clusters.toSorted(byName), ...scales, unread },
    missing,
  };
}

/** Environments of one application side by side. */
function byName(one: ClusterSeen, other: ClusterSeen): number {
  const words = ({ snapshot, copilot }: ClusterSeen) =>
    [copilot?.application ?? '', copilot?.environment ?? '', snapshot.cluster].join('\n');
  return words(one) < words(other) ? -1 : 1;
}

type Environment = Pick<CopilotEnvironment, 'application' | 'environment'>;

/** Copilot tags what it makes: AWS Copilot CLI, "Additional AWS resources". */
function environmentOf({ tags = [] }: Cluster): Environment | null {
  const tag = (name: string) => tags.find(({ key }) => key === name)?.value;
  const [application, environment] = [tag('copilot-application'), tag('copilot-environment')];
  return application === undefined || environment === undefined ? null : { application, environment };
}

async function readCopilot(
  ecs: ECSClient,
  { cluster, services }: Snapshot,
  made: Environment,
  { attempt }: Attempts,
): Promise<CopilotEnvironment> {
  const names = services.map(({ name }) => name);
  const tagged = await attempt('ecs:DescribeServices', [], () =>
    inBatches(names, SERVICES_A_CALL, async (some) => {
      const command = new DescribeServicesCommand({ cluster, services: some, include: ['TAGS'] });
      return (await ecs.send(command)).services ?? [];
    }),
  );
  const named = tagged.flatMap(({ serviceName = '', tags = [] }): [string, string][] => {
    const own = tags.find(({ key }) => key === 'copilot-service')?.value;
    return own === undefined ? [] : [[serviceName, own]];
  });
  return { ...made, services: new Map(named) };
}

const onlyOf = (snapshot: Snapshot, { services }: CopilotEnvironment): Snapshot => ({
  ...snapshot,
  services: snapshot.services.filter(({ name }) => services.has(name)),
});
