import type { Failure } from '@aws-sdk/client-ecs';

/** What an ECS batch call could not do for one of its items, though it answered 200 (edge 27). */
export interface ItemFailure {
  readonly arn: string;
  /** `gone`: ECS does not know it (MISSING), or knows it as deregistered (INACTIVE). */
  readonly kind: 'gone' | 'other';
  /** ECS's reason and detail, for a person. */
  readonly reason: string;
}

/** Reads the `failures` that DescribeContainerInstances, UpdateContainerInstancesState and the like return. */
export function readFailures(failures: readonly Failure[] | undefined): ItemFailure[] {
  return (failures ?? []).map(({ arn, reason, detail }) => ({
    arn: arn ?? '',
    kind: reason === 'MISSING' || reason === 'INACTIVE' ? 'gone' : 'other',
    reason: [reason ?? 'no reason given', detail].filter(Boolean).join(': '),
  }));
}
