import * as z from 'zod/mini';
import {
  anyOf,
  anyRepositoryOf,
  baseOf,
  type EventBase,
  type EventPattern,
  envelope,
  type PatternScope,
} from './envelope.ts';
import { digest, repository, text } from './fields.ts';
import { type Reading, read } from './rejection.ts';

/** ECR's own scans, and those of Amazon Inspector. */
export const basic = { source: 'aws.ecr', detailType: 'ECR Image Scan', parse: parseBasic } as const;
export const enhanced = {
  source: 'aws.inspector2',
  detailType: 'Inspector2 Scan',
  parse: parseEnhanced,
} as const;

/**
 * A scan has ended. What it found is read from ECR, not from the event: the image may be a platform of an index, whose other
 * platforms count too, and of Inspector's scans only the first has an event.
 */
export interface EcrImageScan extends EventBase {
  readonly kind: 'ecr-image-scan';
  readonly repository: string;
  /** Of an index, each platform is scanned for itself. */
  readonly digest: string;
  /** Empty for what has none, as the platforms of an index. */
  readonly tags: readonly string[];
  /** E.g. COMPLETE, FAILED; INITIAL_SCAN_COMPLETE of Inspector. */
  readonly status: string;
  readonly scanner: 'basic' | 'enhanced';
}

export const schema = z.extend(envelope, {
  detail: z.object({
    'scan-status': text('the status of the scan'),
    // Inspector puts an ARN there (Amazon Inspector user guide, "EventBridge schema").
    'repository-name': repository,
    'image-digest': digest,
    'image-tags': z._default(z.array(z.string('a tag'), 'a list of tags'), []),
  }),
});

/** Scans of the repositories that the policy names. */
export function basicPattern(scope: PatternScope): EventPattern {
  return {
    source: [basic.source],
    'detail-type': [basic.detailType],
    detail: { 'repository-name': anyRepositoryOf(scope) },
  };
}

export function enhancedPattern({ repositories }: PatternScope): EventPattern {
  const arns = repositories.map((name) =>
    name === '*' ? { exists: true } : { suffix: `:repository/${name}` },
  );
  return {
    source: [enhanced.source],
    'detail-type': [enhanced.detailType],
    detail: { 'repository-name': arns.length > 0 ? arns : anyOf([]) },
  };
}

function parseBasic(raw: unknown): Reading<EcrImageScan> {
  return parse(raw, 'basic');
}

function parseEnhanced(raw: unknown): Reading<EcrImageScan> {
  return parse(raw, 'enhanced');
}

function parse(raw: unknown, scanner: EcrImageScan['scanner']): Reading<EcrImageScan> {
  return read(schema, raw, (event) => ({
    event: {
      kind: 'ecr-image-scan',
      ...baseOf(event),
      repository: event.detail['repository-name'],
      digest: event.detail['image-digest'],
      tags: event.detail['image-tags'],
      status: event.detail['scan-status'],
      scanner,
    },
  }));
}
