import type * as Sdk from '@aws-sdk/client-ecr';
import { seconds, type Wire } from '../kernel.ts';
import { severityCounts } from './events.ts';
import type { Finding, Image, Repository, Scan } from './model.ts';

export function repositoryShape(account: string, repository: Repository): Wire<Sdk.Repository> {
  const { encryption, exclusions } = repository;
  return {
    repositoryArn: repository.arn,
    registryId: account,
    repositoryName: repository.name,
    repositoryUri: repository.uri,
    createdAt: seconds(repository.createdAt),
    imageTagMutability: repository.mutability,
    ...(exclusions.length === 0
      ? {}
      : {
          imageTagMutabilityExclusionFilters: exclusions.map((filter) => ({
            filterType: 'WILDCARD' as const,
            filter,
          })),
        }),
    // With enhanced scanning the registry's configuration decides, and this says nothing.
    imageScanningConfiguration: { scanOnPush: repository.scanning === 'basic' },
    encryptionConfiguration: {
      encryptionType: encryption.type,
      ...(encryption.kmsKey === undefined ? {} : { kmsKey: encryption.kmsKey }),
    },
  };
}

export function imageShape(account: string, repository: Repository, image: Image): Wire<Sdk.ImageDetail> {
  const { manifest, scan } = image;
  const artifactMediaType = manifest.artifactType ?? manifest.config?.mediaType;
  return {
    registryId: account,
    repositoryName: repository.name,
    imageDigest: image.digest,
    // Absent rather than empty for an untagged image.
    ...(image.tags.size === 0 ? {} : { imageTags: [...image.tags] }),
    imageSizeInBytes: image.size,
    imagePushedAt: seconds(image.pushedAt),
    imageManifestMediaType: image.mediaType,
    ...(artifactMediaType === undefined ? {} : { artifactMediaType }),
    imageStatus: image.status,
    ...(image.pulledAt === undefined ? {} : { lastRecordedPullTime: seconds(image.pulledAt) }),
    ...(image.archivedAt === undefined ? {} : { lastArchivedAt: seconds(image.archivedAt) }),
    ...(image.activatedAt === undefined ? {} : { lastActivatedAt: seconds(image.activatedAt) }),
    ...(manifest.subject === undefined ? {} : { subjectManifestDigest: manifest.subject.digest }),
    ...(scan === undefined ? {} : { imageScanStatus: scanStatusShape(image, scan) }),
    ...(scan?.completedAt === undefined
      ? {}
      : { imageScanFindingsSummary: summaryShape(scan, scan.completedAt) }),
  };
}

export function scanStatusShape(image: Image, { status, description }: Scan): Sdk.ImageScanStatus {
  return image.status === 'ARCHIVED'
    ? { status: 'IMAGE_ARCHIVED', description: 'The image is archived.' }
    : { status, description };
}

export function summaryShape({ findings }: Scan, completedAt: number): Wire<Sdk.ImageScanFindingsSummary> {
  return {
    imageScanCompletedAt: seconds(completedAt),
    vulnerabilitySourceUpdatedAt: seconds(completedAt),
    findingSeverityCounts: severityCounts(findings),
  };
}

export function basicFinding(finding: Finding): Sdk.ImageScanFinding {
  return {
    name: finding.name,
    severity: finding.severity,
    uri: `https://nvd.nist.gov/vuln/detail/${finding.name}`,
    attributes: [
      { key: 'package_name', value: finding.package ?? 'unknown' },
      { key: 'package_version', value: finding.version ?? '0' },
    ],
  };
}

export interface Scanned {
  readonly account: string;
  readonly region: string;
  readonly repository: Repository;
  readonly image: Image;
}

export function enhancedFinding(
  { account, region, repository, image }: Scanned,
  finding: Finding,
  observedAt: number,
): Wire<Sdk.EnhancedImageScanFinding> {
  return {
    awsAccountId: account,
    findingArn: `arn:aws:inspector2:${region}:${account}:finding/${image.digest.slice(7, 39)}${finding.name}`,
    title: `${finding.name} - ${finding.package ?? 'unknown'}`,
    type: 'PACKAGE_VULNERABILITY',
    status: 'ACTIVE',
    severity: finding.severity,
    firstObservedAt: seconds(observedAt),
    lastObservedAt: seconds(observedAt),
    updatedAt: seconds(observedAt),
    packageVulnerabilityDetails: {
      vulnerabilityId: finding.name,
      vulnerablePackages: [{ name: finding.package ?? 'unknown', version: finding.version ?? '0' }],
    },
    resources: [
      {
        id: `${repository.arn}/${image.digest}`,
        type: 'AWS_ECR_CONTAINER_IMAGE',
        details: {
          awsEcrContainerImage: {
            registry: account,
            repositoryName: repository.name,
            imageHash: image.digest,
            imageTags: [...image.tags],
            pushedAt: seconds(image.pushedAt),
          },
        },
      },
    ],
  };
}
