import type { CompiledPolicy } from '../../lib/policy/compile.ts';
import type { Action } from './reads.ts';
import type { Snapshot } from './snapshot.ts';

/** The worst first. */
export const SEVERITIES = ['error', 'warning', 'note'] as const;
/** `error`: it fails, or will at the next deployment, drain or interruption. `warning`: it will some day. */
export type Severity = (typeof SEVERITIES)[number];

/** What the policy file says; null where there is none. */
export type Policy = CompiledPolicy['runtime'] | null;

/** What a check says of one thing. */
export interface Found {
  /** Its ARN, or an id where AWS gives none. */
  readonly resource: string;
  /** For a person: `service web`, `group prod-ecs`. */
  readonly subject: string;
  readonly problem: string;
  /** One sentence. */
  readonly fix: string;
  /** Where it is not the check's own. */
  readonly severity?: Severity;
}

/** One known trap. */
export interface Check {
  /** In kebab case, and stable: scripts name it, and docs/doctor.md has a section of that name. */
  readonly id: string;
  /** What is wrong where it finds something, as a headline. */
  readonly title: string;
  readonly severity: Severity;
  /** AWS's document. */
  readonly document: string;
  /** Every call without which it would say something wrong. */
  readonly reads: readonly Action[];
  readonly find: (snapshot: Snapshot, policy: Policy) => readonly Found[];
}

export interface Finding extends Required<Found> {
  readonly check: string;
  readonly cluster: string;
  readonly document: string;
}

const ECS_GUIDE = 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide';
/** A page of ECS's developer guide. */
export const ecsGuide = (page: string) => `${ECS_GUIDE}/${page}.html`;
