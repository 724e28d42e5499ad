import type * as Sdk from '@aws-sdk/client-ecr';
import { SECOND } from '../../lib/clock.ts';
import {
  ApiError,
  draw,
  type Kernel,
  type Operations,
  operation,
  type Span,
  seconds,
  type Wire,
} from '../kernel.ts';
import { page } from '../paging.ts';
import type { Ecr } from './ecr.ts';
import { evaluate } from './lifecycle.ts';
import { batch, invalid, pageSize } from './lookup.ts';
import type { Preview, Repository, Verdict } from './model.ts';

/** Assumed: AWS only says that one polls until the status is COMPLETE. */
const PREVIEW_MS: Span = [3 * SECOND, 20 * SECOND];

/** The lifecycle policy, and what it would do. */
export function lifecycleOperations(ecr: Ecr, kernel: Kernel): Operations {
  const { account } = kernel;
  return {
    GetLifecyclePolicy: operation((input: Sdk.GetLifecyclePolicyRequest) => {
      const repository = ecr.named(input);
      const { lifecyclePolicy: lifecyclePolicyText, lifecycleEvaluatedAt: at } = repository;
      if (lifecyclePolicyText === undefined) throw noPolicy(account, repository);
      return {
        registryId: account,
        repositoryName: repository.name,
        lifecyclePolicyText,
        ...(at === undefined ? {} : { lastEvaluatedAt: seconds(at) }),
      };
    }),
    StartLifecyclePolicyPreview: operation((input: Sdk.StartLifecyclePolicyPreviewRequest) => {
      const repository = ecr.named(input);
      const policyText = input.lifecyclePolicyText ?? repository.lifecyclePolicy;
      if (policyText === undefined) throw noPolicy(account, repository);
      const preview = start(kernel, repository, policyText);
      return previewHead(account, repository, preview);
    }),
    GetLifecyclePolicyPreview: operation((input: Sdk.GetLifecyclePolicyPreviewRequest) => {
      const repository = ecr.named(input);
      const { preview } = repository;
      if (preview === undefined) {
        throw new ApiError(
          'LifecyclePolicyPreviewNotFoundException',
          `Lifecycle policy preview does not exist for the repository with name '${repository.name}' in the registry ` +
            `with id '${account}'`,
        );
      }
      const head = previewHead(account, repository, preview);
      if (preview.status === 'IN_PROGRESS') return head;
      const wanted = preview.results.filter(previewFilter(input));
      const { items, nextToken } = page(wanted, input.nextToken, pageSize(input.maxResults, 100, 100));
      return {
        ...head,
        previewResults: items.map(verdictShape),
        summary: summary(preview.results),
        nextToken,
      };
    }),
  };
}

function start(kernel: Kernel, repository: Repository, policyText: string): Preview {
  if (repository.preview?.status === 'IN_PROGRESS') {
    throw new ApiError(
      'LifecyclePolicyPreviewInProgressException',
      'The previous lifecycle policy preview request has not completed. Wait and try again.',
    );
  }
  // A text that is no policy is refused here, not when the preview ends.
  evaluate(repository, policyText, kernel.now());
  const preview: Preview = { policyText, status: 'IN_PROGRESS', results: [] };
  repository.preview = preview;
  kernel.after(draw(kernel.random, PREVIEW_MS), () => {
    preview.results = evaluate(repository, policyText, kernel.now());
    preview.status = 'COMPLETE';
  });
  return preview;
}

function previewHead(registryId: string, repository: Repository, { policyText, status }: Preview) {
  return { registryId, repositoryName: repository.name, lifecyclePolicyText: policyText, status };
}

function previewFilter(input: Sdk.GetLifecyclePolicyPreviewRequest): (verdict: Verdict) => boolean {
  const { imageIds, filter } = input;
  if (imageIds !== undefined) {
    if (input.nextToken !== undefined || input.maxResults !== undefined) {
      throw invalid('nextToken', 'nextToken and maxResults cannot be used with imageIds');
    }
    const ids = batch('imageIds', imageIds);
    return ({ image, tags }) =>
      ids.some(
        ({ imageDigest, imageTag }) =>
          (imageDigest === undefined || imageDigest === image.digest) &&
          (imageTag === undefined || tags.includes(imageTag)),
      );
  }
  const { tagStatus = 'ANY' } = filter ?? {};
  return ({ tags }) => tagStatus === 'ANY' || (tagStatus === 'TAGGED') === tags.length > 0;
}

function verdictShape({
  image,
  action,
  rulePriority,
  tags,
}: Verdict): Wire<Sdk.LifecyclePolicyPreviewResult> {
  return {
    imageTags: [...tags],
    imageDigest: image.digest,
    imagePushedAt: seconds(image.pushedAt),
    action: action === 'EXPIRE' ? { type: 'EXPIRE' } : { type: 'TRANSITION', targetStorageClass: 'ARCHIVE' },
    appliedRulePriority: rulePriority,
    storageClass: image.status === 'ARCHIVED' ? 'ARCHIVE' : 'STANDARD',
  };
}

function summary(verdicts: readonly Verdict[]): Sdk.LifecyclePolicyPreviewSummary {
  const expiring = verdicts.filter(({ action }) => action === 'EXPIRE').length;
  const moving = verdicts.length - expiring;
  return {
    expiringImageTotalCount: expiring,
    transitioningImageTotalCounts:
      moving === 0 ? [] : [{ targetStorageClass: 'ARCHIVE', imageTotalCount: moving }],
  };
}

function noPolicy(account: string, { name }: Repository): ApiError {
  return new ApiError(
    'LifecyclePolicyNotFoundException',
    `Lifecycle policy does not exist for the repository with name '${name}' in the registry with id '${account}'`,
  );
}
