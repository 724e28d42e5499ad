import * as z from 'zod/mini';
import { isoTime, text } from './fields.ts';

/** What EventBridge wraps around every event. Fields that AWS adds later are let pass and dropped. */
export const envelope = z.object({
  id: text('the id of the event'),
  'detail-type': text('the type of the event'),
  source: text('the source of the event'),
  account: text('the id of the AWS account'),
  time: isoTime,
  region: text('the name of an AWS Region'),
  // Left out by AWS Health when no resource is affected.
  resources: z.optional(z.array(z.string('an ARN'), 'a list of ARNs')),
  detail: z.unknown(),
});

/** What every event has once it is read. */
export interface EventBase {
  readonly eventId: string;
  readonly detailType: string;
  /** The envelope's `time`, in milliseconds since the epoch. */
  readonly at: number;
}

export function baseOf(event: { id: string; 'detail-type': string; time: number }): EventBase {
  return { eventId: event.id, detailType: event['detail-type'], at: event.time };
}

type PatternMatcher =
  | string
  | number
  | boolean
  | null
  | { readonly prefix: string }
  | { readonly suffix: string }
  | { readonly wildcard: string }
  | { readonly exists: boolean }
  | { readonly 'anything-but': string | readonly (string | number)[] }
  | { readonly numeric: readonly (string | number)[] };

/** An EventBridge event pattern, as plain JSON. */
export interface EventPattern {
  readonly [field: string]: readonly PatternMatcher[] | EventPattern;
}

/** What a policy names, and so all that its rules shall let through. */
export interface PatternScope {
  /** Short names of ECS clusters. */
  readonly clusters: readonly string[];
  /** Names of Auto Scaling groups. */
  readonly groups: readonly string[];
  /** Names of the lifecycle hooks that are ours to complete. */
  readonly hooks: readonly string[];
  /** Names of CloudWatch alarms. */
  readonly alarms: readonly string[];
  /** ECS services as `CLUSTER/NAME`, or `CLUSTER/*` for all of a cluster. */
  readonly services: readonly string[];
  /** Names of ECR repositories. */
  readonly repositories: readonly string[];
  /**
   * Tags of their images, in which `*` stands for any characters; null: what was pushed by its digest alone. No tag at
   * all: any.
   */
  readonly tags: readonly (string | null)[];
}

// EventBridge refuses a pattern with an empty list. Every event of the kind has the field, so that asking for its
// absence matches none of them: a policy that names nothing gets a rule that fires for nothing.
const nothing: readonly PatternMatcher[] = [{ exists: false }];

export function anyOf(names: readonly string[]): readonly PatternMatcher[] {
  return names.length > 0 ? [...names] : nothing;
}

/** Matches the clusters' ARNs by their ends: account and Region are not known before the deployment. */
export function anyClusterOf(scope: PatternScope): readonly PatternMatcher[] {
  return scope.clusters.length > 0 ? scope.clusters.map((name) => ({ suffix: `:cluster/${name}` })) : nothing;
}

/** Matches the services' ARNs by their ends, in `resources`. The short format does not say which cluster it is. */
export function anyServiceOf(scope: PatternScope): readonly PatternMatcher[] {
  const matcher = (id: string): PatternMatcher =>
    id.endsWith('/*') ? { wildcard: `*:service/${id}` } : { suffix: `:service/${id}` };
  return scope.services.length > 0 ? scope.services.map(matcher) : nothing;
}

/** Matches the names of repositories; `*` stands for all of the registry. */
export function anyRepositoryOf({ repositories }: PatternScope): readonly PatternMatcher[] {
  return repositories.includes('*') ? [{ exists: true }] : anyOf(repositories);
}

/** Matches tags, or their absence. Nothing where any will do. */
export function anyTagOf({ tags }: PatternScope): { readonly 'image-tag'?: readonly PatternMatcher[] } {
  return tags.length > 0 ? { 'image-tag': tags.map(tagMatcher) } : {};
}

/** EventBridge takes no two asterisks in a row, and many wildcards only where they are few to a rule. */
function tagMatcher(tag: string | null): PatternMatcher {
  if (tag === null) return { exists: false };
  const [first = '', ...rest] = tag.replaceAll(/\*+/g, '*').split('*');
  const [second = '', ...more] = rest;
  if (rest.length === 0) return first;
  if (more.length > 0 || (first !== '' && second !== '')) return { wildcard: [first, ...rest].join('*') };
  if (first === '' && second === '') return { exists: true };
  return second === '' ? { prefix: first } : { suffix: second };
}
