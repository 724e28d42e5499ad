import type { DeploymentFate, ImageCheck, ServiceView } from '../snapshot.ts';

/** What was read of one cluster's migration. A missing part was not looked at. */
export interface MigrationSnapshot {
  readonly cluster?: ClusterView | 'missing';
  /** By name: the one that is being moved, the one that it stopped at, or all that are still to be moved. */
  readonly services: ReadonlyMap<string, MovableView | 'missing'>;
  /** Of the service that is next, read only when nothing else holds it back. */
  readonly target?: { readonly service: string; readonly circumstances: TargetCircumstances };
  /** What became of our deployment, read only when it is not the newest any more. */
  readonly fate?: DeploymentFate;
}

export interface ClusterView {
  /** Whether the list of its capacity providers may be written now: AWS is not at work on it for somebody else. */
  readonly settled: boolean;
  readonly providers: readonly string[];
  /** Verbatim, as it has to be written back. */
  readonly defaultStrategy: readonly DefaultItem[];
  /** Capacity providers that its attachments name. Those outlive the removal of a provider from the list for a while. */
  readonly attached: readonly string[];
  /** Capacity providers of Managed Instances. Read only when a Fargate provider is missing. */
  readonly managedInstances: readonly string[];
}

/** An item of a default capacity provider strategy in AWS's own shape. */
export interface DefaultItem {
  readonly capacityProvider: string;
  readonly base?: number;
  readonly weight?: number;
}

/** A service, with what matters only to one that goes from EC2 to Fargate. */
export interface MovableView extends ServiceView {
  /** How ECS's own controller rolls out. */
  readonly rollout: 'ROLLING' | 'BLUE_GREEN' | 'LINEAR' | 'CANARY';
  /** Of the service itself; Fargate takes neither. */
  readonly placementConstraints: number;
  readonly placementStrategies: number;
  /** ARNs of the service revisions that have tasks. */
  readonly revisions: readonly string[];
}

export interface TargetCircumstances {
  readonly taskDefinition: TaskDefinitionView;
  readonly images: readonly ImageCheck[];
}

export interface TaskDefinitionView {
  /** As ECS names it, e.g. `bridge`, which is also what none means. */
  readonly networkMode: string;
  /** What it was registered for, and what ECS found it fit for. */
  readonly compatibilities: readonly string[];
  /** Whether the task as a whole has cpu and memory. */
  readonly hasCpu: boolean;
  readonly hasMemory: boolean;
  /** `LINUX`, or one of the Windows families. */
  readonly operatingSystem: string;
}
