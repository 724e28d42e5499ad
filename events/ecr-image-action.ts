import * as z from 'zod/mini';
import {
  anyRepositoryOf,
  anyTagOf,
  baseOf,
  type EventBase,
  type EventPattern,
  envelope,
  type PatternScope,
} from './envelope.ts';
import { digest, repositoryName, text } from './fields.ts';
import { type Reading, read } from './rejection.ts';

export const source = 'aws.ecr';
export const detailType = 'ECR Image Action';

/**
 * An image was pushed, retagged or deleted. A retag is a push like any other, also if it was ours, since no field says who
 * it was (aws-cdk#10901). The events are best effort and in no order (ECR user guide, "Amazon ECR events and
 * EventBridge"), so that each is only a sign that there is something to look at.
 */
export interface EcrImageAction extends EventBase {
  readonly kind: 'ecr-image-action';
  readonly repository: string;
  /** Null: by digest, as the platforms of an index are (awslabs/cfn-ecr-aws-soci-index-builder#8). */
  readonly tag: string | null;
  readonly digest: string;
  /** PUSH, DELETE, or what ECR may come to add. */
  readonly action: string;
  /** SUCCESS or FAILURE. */
  readonly result: string;
}

export const schema = z.extend(envelope, {
  source: z.literal(source),
  'detail-type': z.literal(detailType),
  detail: z.object({
    result: text('the result of the action, such as SUCCESS'),
    'action-type': text('the type of the action, such as PUSH'),
    'repository-name': repositoryName,
    'image-digest': digest,
    // Any text: what it is, is compared with the policy's tags.
    'image-tag': z.optional(z.string('the tag of the image')),
  }),
});

/** What has changed in the repositories that the policy names, as far as the tags are of interest. */
export function pattern(scope: PatternScope): EventPattern {
  return {
    source: [source],
    'detail-type': [detailType],
    detail: {
      'action-type': ['PUSH', 'DELETE'],
      result: ['SUCCESS'],
      'repository-name': anyRepositoryOf(scope),
      ...anyTagOf(scope),
    },
  };
}

export function parse(raw: unknown): Reading<EcrImageAction> {
  return read(schema, raw, (event) => ({
    event: {
      kind: 'ecr-image-action',
      ...baseOf(event),
      repository: event.detail['repository-name'],
      tag: event.detail['image-tag'] || null,
      digest: event.detail['image-digest'],
      action: event.detail['action-type'],
      result: event.detail.result,
    },
  }));
}
