import type { ECRClient } from '@aws-sdk/client-ecr';
import { createRetaggingClients } from '../../lib/aws/retagging-clients.ts';
import { copyImage } from '../../lib/retagging/copy.ts';
import { failureOf } from '../../lib/retagging/failure.ts';
import type { ActionOutcome } from '../../lib/retagging/outcome.ts';
import { failureFor, findImages } from '../../lib/retagging/read-images.ts';
import type { Account } from '../account.ts';
import { BadInput, EXIT, type ExitCode, type Terminal } from '../command.ts';
import { createCopyProgress } from '../copy-progress.ts';
import { type CommonOptions, isDigest } from './options.ts';

/** A copy of an image's bytes, without a tag and without a policy. */
export interface CopyRequest {
  readonly repository: string;
  /** A digest or a tag. */
  readonly image: string;
  /** A repository of the same account. */
  readonly to: string;
}

/**
 * Copies an image with all that belongs to it to another repository or Region, whatever its size. What is there already
 * is not copied again. It gives no tag, so that it needs neither policy nor table and nothing is journalled: a promotion
 * that follows finds the bytes there.
 */
export async function copyOnly(
  account: Account,
  request: CopyRequest,
  { tagRegion: region, json }: CommonOptions,
  { out, err }: Terminal,
): Promise<ExitCode> {
  const { repository, to } = request;
  if (to.includes(':')) {
    throw new BadInput(`--to: found ${to}; --copy-only gives no tag, so name the repository alone.`);
  }
  if (to === repository && region === null) {
    throw new BadInput(
      `--to: ${to} is where the image is; name another repository, or a Region with --tag-region.`,
    );
  }
  const { digest, outcome } = await copy(account, request, region);
  const place = region === null ? to : `${to} in ${region}`;
  const failed = 'error' in outcome;
  const again = outcome.result === 'retry' ? ' Run the command again: what was copied stays.' : '';
  const sentence = failed
    ? `${outcome.error.sentence}${again}`
    : inWords(outcome, `${repository}@${digest ?? request.image}`, place);
  const result = failed ? 'failed' : 'done';
  if (json) {
    const found = { verb: 'promote', copyOnly: true, repository, digest, to, region, result, sentence };
    out(`${JSON.stringify(found, null, 2)}\n`);
  } else if (failed) err(`stevedore promote failed: ${sentence}\n`);
  else out(`${sentence}\n`);
  return failed ? EXIT.failed : EXIT.done;
}

async function copy(
  { clientOptions, clock, fetch, stderr }: Account,
  { repository, image, to }: CopyRequest,
  region: string | null,
): Promise<{ readonly digest: string | null; readonly outcome: ActionOutcome }> {
  const { ecr } = createRetaggingClients(clientOptions);
  const sourceTag = isDigest(image) ? null : image;
  const found = sourceTag === null ? { digest: image } : await digestOfTag(ecr(), repository, sourceTag);
  if ('outcome' in found) return { digest: null, outcome: found.outcome };
  const { digest } = found;
  const progress = createCopyProgress(stderr);
  const order = {
    from: { ecr: ecr(), repository },
    to: { ecr: ecr(region), repository: to },
    region,
    digest,
    sourceTag,
    tag: null,
  };
  const limits = { mostBytes: Number.POSITIVE_INFINITY, onProgress: progress.update };
  const outcome = await copyImage(order, { fetch, clock, ...limits }).finally(progress.stop);
  return { digest, outcome };
}

async function digestOfTag(
  ecr: ECRClient,
  repository: string,
  imageTag: string,
): Promise<{ readonly digest: string } | { readonly outcome: ActionOutcome }> {
  try {
    const { images, failures } = await findImages(ecr, repository, [{ imageTag }]);
    const digest = images[0]?.imageId?.imageDigest;
    if (digest !== undefined) return { digest };
    throw failureFor(failures[0], { operation: 'BatchGetImage', repository, what: `tag ${imageTag}` });
  } catch (error) {
    return { outcome: failureOf(error) };
  }
}

function inWords(
  outcome: Extract<ActionOutcome, { readonly result: 'done' | 'already' }>,
  what: string,
  place: string,
): string {
  const copied = outcome.result === 'done' ? outcome.copied : undefined;
  return copied === undefined
    ? `${what} is in ${place} already; nothing was copied.`
    : `${what} is in ${place} now: ${copied} were copied. It has no tag there yet.`;
}
