import type { ActionOutcome, RefusalReason } from './outcome.ts';

/** What a failure of ECR means for the tag, and what a person can do about it. */
export interface Kind {
  readonly result: Exclude<ActionOutcome['result'], 'done' | 'already'>;
  readonly code: string;
  readonly reason?: RefusalReason;
  readonly sentence: (what: string, repository: string) => string;
}

const refused = (code: string, sentence: Kind['sentence'], reason?: RefusalReason): Kind => ({
  result: 'refused',
  code,
  sentence,
  ...(reason !== undefined && { reason }),
});
const retry = (code: string, sentence: Kind['sentence']): Kind => ({ result: 'retry', code, sentence });

const GONE: Kind = {
  result: 'gone',
  code: 'aws-image-gone',
  sentence: (what, repository) =>
    `ECR has no image ${what} in ${repository} any more: it was deleted, by somebody or by a lifecycle rule.`,
};
const KMS = refused(
  'aws-kms',
  (_, repository) =>
    `ECR cannot use the KMS key of repository ${repository}. See that the key is enabled, and that its policy and the ` +
    "function's role allow it.",
);
const ARCHIVED = refused(
  'aws-image-archived',
  (what, repository) =>
    `${what} in ${repository} is archived, or blocked, so that it cannot be read. Restore the image ` +
    '(aws ecr update-image-storage-class --target-storage-class STANDARD), and promote it again.',
  'archived',
);
const LAYERS_MISSING = refused(
  'aws-layers-missing',
  (what, repository) =>
    `ECR lacks layers of ${what} in ${repository}; layers belong to one repository each. Push the image anew, or promote ` +
    'it by a rule that copies it.',
);
const UPSTREAM = retry(
  'aws-upstream-unavailable',
  (what, repository) =>
    `The registry that ${repository} caches did not give ${what}. It is tried again; if it lasts, look at the pull ` +
    'through cache rule.',
);
const MALFORMED = refused(
  'aws-invalid-parameter',
  (what, repository) =>
    `ECR does not take the request for ${what} in ${repository}. If the name of the tag is right, report it with this text.`,
);
const DIGEST_MISMATCH = refused(
  'digest-mismatch',
  (what, repository) =>
    `The bytes that were read or written for ${what} in ${repository} are not those that its digest names, so nothing was ` +
    'tagged. If it recurs, something between here and ECR changes them.',
  'digest-mismatch',
);
const RESTART = retry(
  'aws-upload-broken',
  (what, repository) =>
    `The upload of ${what} to ${repository} broke off; what is there already stays, and the rest is copied at the next look.`,
);

/** By exception, failure code (ImageFailureCode in the model of ECR) or our own name; `OPERATION:NAME` goes before. */
export const KINDS: ReadonlyMap<string, Kind> = new Map([
  ['ImageNotFoundException', GONE],
  ['ImageNotFound', GONE],
  [
    'ImageTagDoesNotMatchDigest',
    {
      result: 'moved',
      code: 'aws-source-tag-moved',
      sentence: (what, repository) =>
        `${what} in ${repository} do not belong together any more: the tag was moved to another image meanwhile. Nothing ` +
        'was tagged; what it points to now is decided at the next look.',
    },
  ],
  [
    'ImageTagAlreadyExistsException',
    {
      result: 'conflict',
      code: 'aws-tag-immutable',
      sentence: (what, repository) =>
        `Tag ${what} of ${repository} is immutable and on another image. Let the repository exclude it from immutability ` +
        '(aws ecr put-image-tag-mutability), or promote to another tag.',
    },
  ],
  [
    'LimitExceededException',
    refused(
      'aws-limit-exceeded',
      (what, repository) =>
        `ECR's quota is used up for ${what} in ${repository}: an image has at most 1,000 tags, a repository 100,000 images. ` +
        'Remove tags that nobody uses (never the last one: that deletes the image).',
      'too-many-tags',
    ),
  ],
  [
    'UploadLayerPart:LimitExceededException',
    refused(
      'aws-limit-exceeded',
      (what) => `Layer ${what} is larger than ECR takes: 4,200 parts of 10 MiB, 52,000 MiB in all.`,
    ),
  ],
  [
    'ReferencedImagesNotFoundException',
    refused(
      'aws-children-missing',
      (what, repository) =>
        `${what} is an index of images that ${repository} does not have. Push it anew with all its platforms, or promote ` +
        'it by a rule that copies it.',
    ),
  ],
  [
    'RepositoryNotFoundException',
    refused(
      'aws-repository-missing',
      (_, repository) =>
        `ECR has no repository ${repository} in this account and Region. Create it, or correct its name in the policy file.`,
    ),
  ],
  ['ImageDigestDoesNotMatchException', DIGEST_MISMATCH],
  ['InvalidLayerException', DIGEST_MISMATCH],
  ['DigestMismatch', DIGEST_MISMATCH],
  ['LayersNotFoundException', LAYERS_MISSING],
  ['ImageArchivedException', ARCHIVED],
  ['ImageInaccessible', ARCHIVED],
  ['LayerInaccessibleException', ARCHIVED],
  ['KmsException', KMS],
  ['KmsError', KMS],
  [
    'UpstreamAccessDenied',
    refused(
      'aws-upstream-denied',
      (what, repository) =>
        `The registry that ${repository} caches denies ${what}: renew the credentials of the pull through cache rule.`,
      'access-denied',
    ),
  ],
  ['UpstreamTooManyRequests', UPSTREAM],
  ['UpstreamUnavailable', UPSTREAM],
  ['UnableToGetUpstreamImageException', UPSTREAM],
  ['UnableToGetUpstreamLayerException', UPSTREAM],
  ['UnableToListUpstreamImageReferrersException', UPSTREAM],
  ['InvalidParameterException', MALFORMED],
  ['InvalidImageDigest', MALFORMED],
  ['InvalidImageTag', MALFORMED],
  ['MissingDigestAndTag', MALFORMED],
  ['InvalidLayerDigest', MALFORMED],
  ['MissingLayerDigest', MALFORMED],
  ['InvalidLayerPartException', RESTART],
  ['UploadNotFoundException', RESTART],
  [
    'DownloadFailed',
    retry(
      'layer-download-broken',
      (what, repository) =>
        `The download of layer ${what} of ${repository} broke off several times; what was copied already stays, and the ` +
        'rest is copied at the next look.',
    ),
  ],
  [
    'InsecureUrl',
    refused(
      'layer-url-insecure',
      (what, repository) =>
        `Layer ${what} of ${repository} is not fetched over a plain connection. See who answers in place of ECR ` +
        '(AWS_ENDPOINT_URL, a proxy).',
    ),
  ],
  [
    'PartNotFound',
    refused(
      'aws-image-incomplete',
      (what, repository) =>
        `${what}, which belongs to the image, is not in ${repository} any more. If it is not there at the next look ` +
        'either, push the image anew.',
    ),
  ],
  [
    'ServerException',
    retry('aws-unavailable', (what, repository) => `ECR failed on its side at ${what} in ${repository}.`),
  ],
  [
    'UnreadableManifest',
    refused(
      'manifest-unreadable',
      (what, repository) =>
        `The manifest of ${what} in ${repository} cannot be read, so what belongs to it is not known. Push the image anew ` +
        'in the Docker v2 or OCI format.',
    ),
  ],
  [
    'TooManyManifests',
    refused(
      'copy-too-many-manifests',
      (what, repository) =>
        `${what} in ${repository} has too many platforms, signatures and other artifacts to be copied here.`,
      'copy-too-large',
    ),
  ],
  [
    'CopyTooLarge',
    refused('copy-too-large', (what) => `${what} is too large to be copied here.`, 'copy-too-large'),
  ],
]);
