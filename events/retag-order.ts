import * as z from 'zod/mini';
import { baseOf, type EventBase, type EventPattern, envelope, type PatternScope } from './envelope.ts';
import { digest, present, repositoryName, tag, text } from './fields.ts';
import { type Reading, read } from './rejection.ts';

export const source = 'stevedore.operator';
export const detailType = 'Stevedore Retag Order';

const verbs = ['promote', 'rollback', 'approve', 'release'] as const;

/** An operator gives a tag to an image or back, approves an image, or lets a rule forget what was rolled back from. */
export interface RetagOrder extends EventBase {
  readonly kind: 'retag-order';
  readonly verb: (typeof verbs)[number];
  /** Of the tag, which is a destination of the policy. */
  readonly repository: string;
  readonly tag: string;
  /** Of the repository, if it is not that of the deployment. */
  readonly region?: string;
  /** What to promote: a digest, or a tag of the source repository. */
  readonly image?: string;
  /** What to roll back to; without it, what the tag was on before. */
  readonly to?: string;
  /** What to approve. */
  readonly digest?: string;
  /** To promote whatever the gates say. */
  readonly skipGates?: boolean;
  /** Who asks, as the journal shall name them. */
  readonly by: string;
}

const anImage = 'a digest, or a tag of the source repository';

export const schema = z.extend(envelope, {
  source: z.literal(source),
  'detail-type': z.literal(detailType),
  detail: z.object({
    verb: z.enum(verbs),
    repository: repositoryName,
    tag,
    region: z.optional(text('the name of an AWS Region')),
    image: z.optional(z.union([digest, tag], anImage)),
    to: z.optional(digest),
    digest: z.optional(digest),
    skipGates: z.optional(z.boolean('true or false')),
    by: text('the name of who gives the order'),
  }),
});

/** An order for a tag that the policy does not name comes too: it deserves an answer in the journal. */
export function pattern(_scope: PatternScope): EventPattern {
  return { source: [source], 'detail-type': [detailType] };
}

export function parse(raw: unknown): Reading<RetagOrder> {
  return read(schema, raw, (event) => {
    const { verb, repository, tag, by, ...rest } = event.detail;
    return {
      event: { kind: 'retag-order', ...baseOf(event), verb, repository, tag, by, ...present(rest) },
    };
  });
}
