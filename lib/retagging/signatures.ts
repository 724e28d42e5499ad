import { type ECRClient, type ImageReferrer, ListImageReferrersCommand } from '@aws-sdk/client-ecr';
import { collectPages } from '../aws/paging.ts';
import { describeImages } from './describe-images.ts';

const SIGSTORE_BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json';

/** Of cosign before and after version 3, and of notation, which AWS Signer's managed signing uses too. */
const ARTIFACT_TYPES = [
  'application/vnd.dev.cosign.artifact.sig.v1+json',
  SIGSTORE_BUNDLE,
  'application/vnd.cncf.notary.signature',
];

/** A bundle may be an attestation, of a build or of contents, which is no signature of the image. */
const PREDICATE = 'dev.sigstore.bundle.predicateType';
const SIGNS = 'https://sigstore.dev/cosign/sign/';

const PAGE = 50;

/** Whether a signature hangs on the digest. That it is a good one is for the admission of whoever runs it. */
export async function isSigned(ecr: ECRClient, repository: string, digest: string): Promise<boolean> {
  const referrers = await collectPages(`ECR ListImageReferrers of ${digest}`, async (nextToken) => {
    const command = new ListImageReferrersCommand({
      repositoryName: repository,
      subjectId: { imageDigest: digest },
      filter: { artifactTypes: ARTIFACT_TYPES },
      maxResults: PAGE,
      ...(nextToken !== undefined && { nextToken }),
    });
    const output = await ecr.send(command);
    return { items: output.referrers, next: output.nextToken };
  });
  if (referrers.some(signs)) return true;
  const tag = `${digest.replace(':', '-')}.sig`;
  return (await describeImages(ecr, repository, [{ imageTag: tag }])).length > 0;
}

function signs({ artifactType = '', annotations = {} }: ImageReferrer): boolean {
  if (!ARTIFACT_TYPES.includes(artifactType)) return false;
  const predicate = annotations[PREDICATE];
  return artifactType !== SIGSTORE_BUNDLE || predicate === undefined || predicate.startsWith(SIGNS);
}
