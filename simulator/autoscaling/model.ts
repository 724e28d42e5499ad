import type { EpochMs } from '../../lib/clock.ts';
import type { LaunchTemplate, TemplateVersion } from '../ec2/launch-templates.ts';
import type { Span } from '../kernel.ts';
import type { Timer } from '../scheduler.ts';

export interface HookSpec {
  readonly name: string;
  /** 3600 s unless set, as in Auto Scaling. */
  readonly heartbeatTimeoutMs?: number;
  /** ABANDON unless set, as in Auto Scaling. */
  readonly defaultResult?: 'CONTINUE' | 'ABANDON';
  readonly notificationMetadata?: string;
}

export interface GroupSpec {
  readonly name: string;
  /** The ECS cluster that its instances join; none: they are plain EC2 instances. */
  readonly cluster?: string;
  readonly instances: number;
  readonly min?: number;
  readonly max?: number;
  /** Terminate hooks. */
  readonly hooks?: readonly HookSpec[];
  /** m7g.large unless set. */
  readonly instanceType?: string;
  /** Overrides of a mixed instances policy: each launch is of one of them, by chance. */
  readonly instanceTypes?: readonly string[];
  /** Of the launch template that the group uses, `$Latest` unless set. */
  readonly templateVersion?: string;
  readonly spot?: boolean;
  /** Of each instance, in ECS's units; those of its type unless set. */
  readonly cpu?: number;
  readonly memory?: number;
  /** How many tasks with a network interface of their own an instance takes; by its type unless set. */
  readonly enis?: number;
  readonly zones?: readonly string[];
  readonly attributes?: Readonly<Record<string, string>>;
  readonly capacityProvider?: string;
  /** Whether ECS's own managed draining is on for that capacity provider. The simulator does not carry it out. */
  readonly managedDraining?: boolean;
  /** Of that capacity provider. Tasks then wait PROVISIONING for instances; nobody adds those: that is not simulated. */
  readonly managedScaling?: boolean;
  readonly managedTerminationProtection?: boolean;
  /** From EC2's `running` to the agent's registration. */
  readonly bootMs?: Span;
  readonly protectedFromScaleIn?: boolean;
  /** InstanceLifecyclePolicy with RetentionTriggers.TerminateHookAbandon = retain. */
  readonly retainOnAbandon?: boolean;
  /** Processes suspended from the start, e.g. `Launch`. */
  readonly suspended?: readonly string[];
  /** DefaultInstanceWarmup. */
  readonly warmupMs?: number;
}

export interface Group {
  readonly spec: GroupSpec;
  readonly name: string;
  readonly arn: string;
  readonly order: number;
  readonly hooks: Map<string, HookSpec>;
  readonly members: Map<string, Member>;
  readonly createdAt: EpochMs;
  readonly zones: readonly string[];
  readonly template: LaunchTemplate;
  /** Suspended processes; only `Launch`, `Terminate` and `AZRebalance` have an effect here. */
  readonly suspended: Set<string>;
  desired: number;
  min: number;
  max: number;
  check: Timer | undefined;
}

export type LifecycleState =
  | 'Pending'
  | 'InService'
  | 'Terminating:Wait'
  | 'Terminating:Proceed'
  | 'Terminating:Retained'
  | 'Terminated';

export interface Member {
  readonly instanceId: string;
  readonly order: number;
  readonly zone: string;
  readonly type: string;
  /** What it was launched from. */
  readonly template: TemplateVersion;
  readonly joinedAt: EpochMs;
  readonly actions: Map<string, LifecycleAction>;
  state: LifecycleState;
  healthy: boolean;
  protectedFromScaleIn: boolean;
  /** It was launched to balance the zones: once it serves, one of this zone goes. */
  relieves: string | undefined;
}

/** An open wait of a terminate hook. */
export interface LifecycleAction {
  readonly token: string;
  readonly hook: HookSpec;
  readonly openedAt: EpochMs;
  /** The end whatever the heartbeats: min(48 h, 100 heartbeat timeouts). */
  readonly globalEnd: EpochMs;
  timer: Timer;
}
