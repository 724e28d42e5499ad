import type * as Sdk from '@aws-sdk/client-ecr';
import { ApiError, type Kernel, type Operations, operation } from '../kernel.ts';
import { page } from '../paging.ts';
import type { Ecr } from './ecr.ts';
import { pageSize, theImage } from './lookup.ts';
import type { Image, Repository } from './model.ts';
import { basicFinding, enhancedFinding, scanStatusShape, summaryShape } from './shapes.ts';

/** Image scans: asked for, and what they found. */
export function scanOperations(ecr: Ecr, kernel: Kernel): Operations {
  const { account, region } = kernel;
  return {
    StartImageScan: operation((input: Sdk.StartImageScanRequest) => {
      const repository = ecr.named(input);
      const image = theImage(repository, account, input.imageId);
      const scan = ecr.scanner.request(repository, image);
      return { ...about(account, repository, image, input), imageScanStatus: scanStatusShape(image, scan) };
    }),
    DescribeImageScanFindings: operation((input: Sdk.DescribeImageScanFindingsRequest) => {
      const repository = ecr.named(input);
      const image = theImage(repository, account, input.imageId);
      const { scan } = image;
      if (scan === undefined) throw noScan(account, repository, image);
      const status = {
        ...about(account, repository, image, input),
        imageScanStatus: scanStatusShape(image, scan),
      };
      const { completedAt } = scan;
      if (completedAt === undefined || image.status === 'ARCHIVED') return status;
      const ordered = scan.findings.map((finding, order) => ({ order, finding }));
      const { items, nextToken } = page(ordered, input.nextToken, pageSize(input.maxResults, 100, 1000));
      const scanned = { account, region, repository, image };
      // Basic scans fill one list, enhanced ones the other.
      const findings =
        repository.scanning === 'enhanced'
          ? { enhancedFindings: items.map(({ finding }) => enhancedFinding(scanned, finding, completedAt)) }
          : { findings: items.map(({ finding }) => basicFinding(finding)) };
      return { ...status, imageScanFindings: { ...summaryShape(scan, completedAt), ...findings }, nextToken };
    }),
  };
}

function about(
  registryId: string,
  repository: Repository,
  image: Image,
  input: { readonly imageId: Sdk.ImageIdentifier | undefined },
) {
  return {
    registryId,
    repositoryName: repository.name,
    imageId: { ...input.imageId, imageDigest: image.digest },
  };
}

function noScan(account: string, { name }: Repository, { digest }: Image): ApiError {
  return new ApiError(
    'ScanNotFoundException',
    `Image scan does not exist for the image with '{imageDigest:'${digest}'}' in the repository with name '${name}' ` +
      `in the registry with id '${account}'`,
  );
}
