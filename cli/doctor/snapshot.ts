import type { Ec2State } from '../../lib/aws/ec2.ts';
import type { Action } from './reads.ts';

/** All that was read of one cluster, as plain values. What could not be read is empty, and named in `unread`. */
export interface Snapshot {
  readonly cluster: string;
  readonly arn: string;
  /** The names of the capacity providers that are associated with it. */
  readonly associated: readonly string[];
  readonly defaultStrategy: Strategy;
  readonly services: readonly ServiceView[];
  /** By ARN: those that the services run. */
  readonly definitions: ReadonlyMap<string, DefinitionView>;
  readonly instances: readonly InstanceView[];
  /** What EC2 says, by instance id, of the container instances and of the groups' instances. */
  readonly machines: ReadonlyMap<string, MachineView>;
  readonly providers: readonly ProviderView[];
  readonly groups: readonly GroupView[];
  /** EC2 instances of the groups that have registered in the cluster `default` in place of this one. */
  readonly inDefault: ReadonlySet<string>;
  readonly securityGroups: ReadonlyMap<string, readonly IngressRule[]>;
  readonly targetGroups: ReadonlyMap<string, TargetGroupView>;
  readonly loadBalancers: ReadonlyMap<string, LoadBalancerView>;
  /** By `repositoryKey`: those of the services' images that are in the account and Region of the cluster. */
  readonly repositories: ReadonlyMap<string, RepositoryView>;
  /** Why, by call. */
  readonly unread: ReadonlyMap<Action, string>;
}

export type Strategy = readonly {
  readonly provider: string;
  readonly base: number;
  readonly weight: number;
}[];

export interface ServiceView {
  readonly arn: string;
  readonly name: string;
  readonly desired: number;
  readonly daemon: boolean;
  /** Whether ECS itself replaces its tasks in a rolling update: then its two percentages count. */
  readonly rolling: boolean;
  readonly minPercent: number;
  readonly maxPercent: number;
  /** Null where it has a strategy. */
  readonly launchType: string | null;
  readonly strategy: Strategy;
  readonly definition: string;
  /** ARNs. */
  readonly targetGroups: readonly string[];
  readonly graceSeconds: number;
  /** Of its memberOf placement constraints. */
  readonly expressions: readonly string[];
}

export interface DefinitionView {
  readonly arn: string;
  /** `FAMILY:REVISION`. */
  readonly name: string;
  readonly networkMode: string;
  readonly hasTaskRole: boolean;
  readonly containers: readonly ContainerView[];
  readonly volumes: readonly VolumeView[];
  readonly expressions: readonly string[];
}

export interface ContainerView {
  readonly name: string;
  readonly image: string;
  /** Whether ECS holds on to the digest that a tag had when the deployment began. */
  readonly pinned: boolean;
  /** `host` is 0 where Docker chooses it. */
  readonly ports: readonly { readonly container: number; readonly host: number; readonly protocol: string }[];
  /** The names of variables whose literal value is, or has in it, a secret. No value is ever kept. */
  readonly secrets: readonly string[];
  readonly stopTimeoutSeconds: number | null;
  /** How long its health check lets it start. */
  readonly startPeriodSeconds: number;
  /** Paths on the host. */
  readonly devices: readonly string[];
  /** The program that it mounts S3 with, as far as its image's name and its command tell. */
  readonly s3Program: string | null;
}

export type VolumeView = { readonly name: string } & (
  | { readonly kind: 'host'; readonly path: string | null }
  | { readonly kind: 'docker'; readonly driver: string }
  | { readonly kind: 's3files' }
  | { readonly kind: 'other' }
);

export interface InstanceView {
  readonly arn: string;
  /** `i-…`; `mi-…` is a machine outside AWS. */
  readonly id: string;
  readonly status: string;
  readonly connected: boolean;
  readonly agentVersion: string | null;
  /** An attribute without a value is an empty string. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly provider: string | null;
}

export interface MachineView {
  readonly state: Ec2State;
  readonly spot: boolean;
  readonly securityGroups: readonly string[];
  /** The Auto Scaling group. */
  readonly group: string | null;
}

export interface ProviderView {
  readonly name: string;
  /** The Auto Scaling group; null for ECS Managed Instances and Fargate. */
  readonly group: string | null;
  readonly managedInstances: boolean;
  readonly managedDraining: boolean;
  readonly managedTermination: boolean;
  readonly managedScaling: boolean;
  readonly targetCapacity: number;
}

export interface GroupView {
  readonly name: string;
  readonly arn: string;
  readonly minSize: number;
  readonly maxSize: number;
  readonly protectsNew: boolean;
  readonly instances: readonly {
    readonly id: string;
    /** `InService`, `Terminating:Wait` and so on. */
    readonly state: string;
    readonly protected: boolean;
  }[];
  /** Those for termination, each with the longest that it can be kept open. */
  readonly hooks: readonly { readonly name: string; readonly longestMs: number }[];
  readonly templates: readonly { readonly name: string; readonly says: NamedCluster }[];
}

/** The cluster that user data makes the agent register in. */
export type NamedCluster =
  | { readonly kind: 'named'; readonly cluster: string }
  /** It has none: the agent goes to `default`, unless the image has a configuration of its own. */
  | { readonly kind: 'unnamed' }
  /** It is put together at boot, or is no text. */
  | { readonly kind: 'not-judged' };

export interface IngressRule {
  readonly from: number;
  readonly to: number;
  /** Security groups. */
  readonly groups: readonly string[];
  /** Whether it lets in addresses or prefix lists. */
  readonly addresses: boolean;
}

export interface TargetGroupView {
  readonly name: string;
  readonly type: string;
  readonly loadBalancers: readonly string[];
  readonly deregistrationSeconds: number;
  readonly slowStartSeconds: number;
}

export interface LoadBalancerView {
  readonly name: string;
  readonly securityGroups: readonly string[];
}

export interface RepositoryView {
  readonly arn: string;
  readonly name: string;
  readonly mutability: string;
  /** Patterns of tags for which the opposite holds. */
  readonly exceptions: readonly string[];
  readonly hasLifecyclePolicy: boolean;
  readonly isScanned: boolean;
}
