import type { EpochMs } from '../../lib/clock.ts';

export type Ec2StateName = 'pending' | 'running' | 'stopping' | 'stopped' | 'shutting-down' | 'terminated';

export interface Ec2Instance {
  readonly id: string;
  readonly order: number;
  readonly type: string;
  readonly zone: string;
  readonly spot: boolean;
  readonly imageId: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly launchedAt: EpochMs;
  state: Ec2StateName;
}

export interface LaunchSpec {
  readonly type?: string;
  readonly zone?: string;
  readonly spot?: boolean;
  readonly imageId?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** It has been running for long: nothing is published. */
  readonly running?: boolean;
}

export interface Subnet {
  readonly id: string;
  readonly zone: string;
  readonly order: number;
}

/** What EC2 gives as the numeric code of a state (API reference, InstanceState). */
export const STATE_CODES: Readonly<Record<Ec2StateName, number>> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};
