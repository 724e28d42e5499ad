import { describe, expect, it } from 'vitest';
import { HOUR, SECOND } from '../../lib/clock.ts';
import { ecrWorld, only } from './ecr-worlds.ts';

describe('a basic scan on push', () => {
  it('is IN_PROGRESS, then COMPLETE with what the scenario chose', async () => {
    const { ecr, registry, repositoryName, world } = ecrWorld({ scanning: 'basic' });
    const imageDigest = registry.push(repositoryName, { tag: '1.0' });
    registry.setScan(repositoryName, imageDigest, {
      findings: { CRITICAL: 1, LOW: 2 },
      afterMs: 30 * SECOND,
    });
    const describeIt = () => ecr.describeImageScanFindings({ repositoryName, imageId: { imageTag: '1.0' } });

    const before = await describeIt();
    await world.runFor(30 * SECOND);
    const after = await describeIt();

    expect(before.imageScanStatus?.status).toBe('IN_PROGRESS');
    expect(before.imageScanFindings).toBeUndefined();
    expect(after.imageScanStatus?.status).toBe('COMPLETE');
    expect(after.imageScanFindings?.findingSeverityCounts).toEqual({ CRITICAL: 1, LOW: 2 });
    expect(after.imageScanFindings?.findings?.map(({ severity }) => severity)).toEqual([
      'CRITICAL',
      'LOW',
      'LOW',
    ]);
    expect(after.imageScanFindings?.enhancedFindings).toBeUndefined();
    expect(after.imageScanFindings?.imageScanCompletedAt).toEqual(new Date(world.now()));
  });

  it('retagging edge 12: announces counts without a total, and leaves out a severity without findings', async () => {
    const { registry, repository, repositoryName, world, details } = ecrWorld({ scanning: 'basic' });
    const digest = registry.push(repositoryName, { tag: '1.0', scan: { findings: { HIGH: 3 }, afterMs: 1 } });

    await world.runFor(1);

    expect(details('ECR Image Scan')).toEqual([
      {
        'scan-status': 'COMPLETE',
        'repository-name': repositoryName,
        'finding-severity-counts': { HIGH: 3 },
        'image-digest': digest,
        'image-tags': ['1.0'],
      },
    ]);
    expect(world.recording.events.at(-1)?.event.resources).toEqual([repository.arn]);
  });

  it('retagging edge 11: is of each image of an index by its digest, never of the index', async () => {
    const { ecr, registry, repositoryName, world, details } = ecrWorld({ scanning: 'basic' });
    const { digest, children, attestations } = registry.pushIndex(repositoryName, {
      tag: '1.0',
      platforms: ['linux/amd64', 'linux/arm64'],
      attestations: true,
      scan: { afterMs: 1 },
    });

    await world.runFor(1);

    expect(details('ECR Image Scan')).toMatchObject(
      children.map((child) => ({ 'image-digest': child.digest, 'image-tags': [] })),
    );
    await expect(
      ecr.describeImageScanFindings({ repositoryName, imageId: { imageDigest: digest } }),
    ).rejects.toMatchObject({ name: 'ScanNotFoundException' });
    const [imageDigest = ''] = attestations;
    const attestation = await ecr.describeImageScanFindings({ repositoryName, imageId: { imageDigest } });
    expect(attestation.imageScanStatus?.status).toBe('UNSUPPORTED_IMAGE');
  });

  it('does not happen for a retag', async () => {
    const { registry, repositoryName, world, details } = ecrWorld({ scanning: 'basic' });
    registry.push(repositoryName, { tag: 'dev', content: 'a', scan: { afterMs: 1 } });
    await world.runFor(1);

    registry.push(repositoryName, { tag: 'prod', content: 'a' });
    await world.runFor(HOUR);

    expect(details('ECR Image Scan')).toHaveLength(1);
  });

  it('retagging edge 13: may end without findings, which is not the same as none', async () => {
    const { ecr, registry, repositoryName, world, details } = ecrWorld({ scanning: 'basic' });
    registry.push(repositoryName, { scan: { status: 'FAILED', findings: { CRITICAL: 9 }, afterMs: 1 } });
    await world.runFor(1);

    const { imageDetails } = await ecr.describeImages({ repositoryName });

    const detail = only(imageDetails);
    expect(detail.imageScanStatus?.status).toBe('FAILED');
    expect(detail.imageScanFindingsSummary).toBeUndefined();
    const event = only(details('ECR Image Scan'));
    expect(event).toHaveProperty('scan-status', 'FAILED');
    expect(event).toHaveProperty('finding-severity-counts', {});
  });

  it('ends with the image, without an event', async () => {
    const { registry, repositoryName, world, details } = ecrWorld({ scanning: 'basic' });
    registry.expire(repositoryName, registry.push(repositoryName));

    await world.runFor(HOUR);

    expect(details('ECR Image Scan')).toEqual([]);
  });

  it('gives its findings in pages', async () => {
    const { ecr, registry, repositoryName, world } = ecrWorld({ scanning: 'basic' });
    const imageDigest = registry.push(repositoryName, { scan: { findings: { MEDIUM: 130 }, afterMs: 1 } });
    await world.runFor(1);
    const page = (nextToken?: string) =>
      ecr.describeImageScanFindings({
        repositoryName,
        imageId: { imageDigest },
        ...(nextToken && { nextToken }),
      });

    const first = await page();
    const rest = await page(first.nextToken);

    expect(first.imageScanFindings?.findings).toHaveLength(100);
    expect(rest.imageScanFindings?.findings).toHaveLength(30);
    expect(rest.imageScanFindings?.findingSeverityCounts).toEqual({ MEDIUM: 130 });
    expect(rest.nextToken).toBeUndefined();
  });
});

describe('StartImageScan', () => {
  it('scans an image once in 24 hours', async () => {
    const { ecr, registry, repositoryName, world, details } = ecrWorld({ scanning: 'manual' });
    const imageDigest = registry.push(repositoryName);
    const start = () => ecr.startImageScan({ repositoryName, imageId: { imageDigest } });

    await expect(
      ecr.describeImageScanFindings({ repositoryName, imageId: { imageDigest } }),
    ).rejects.toMatchObject({ name: 'ScanNotFoundException' });
    expect((await start()).imageScanStatus?.status).toBe('IN_PROGRESS');
    await expect(start()).rejects.toMatchObject({ name: 'LimitExceededException' });
    await world.runFor(24 * HOUR);
    await start();
    await world.runFor(HOUR);
    expect(details('ECR Image Scan')).toHaveLength(2);
  });

  it('refuses what cannot be scanned', async () => {
    const { ecr, registry, repository, repositoryName } = ecrWorld();
    const { digest } = registry.pushIndex(repositoryName, { platforms: ['linux/amd64'] });
    const archived = registry.push(repositoryName);
    registry.archive(repositoryName, archived);
    const start = (imageDigest: string) => ecr.startImageScan({ repositoryName, imageId: { imageDigest } });

    await expect(start(digest)).rejects.toMatchObject({ name: 'UnsupportedImageTypeException' });
    await expect(start(archived)).rejects.toMatchObject({ name: 'ImageArchivedException' });
    await expect(start(`sha256:${'0'.repeat(64)}`)).rejects.toMatchObject({ name: 'ImageNotFoundException' });
    repository.scanning = 'enhanced';
    await expect(start(archived)).rejects.toMatchObject({ name: 'ValidationException' });
  });
});

describe('an enhanced scan', () => {
  it('stays ACTIVE, and announces its first result with a total and the ARN of the repository', async () => {
    const { ecr, registry, repository, repositoryName, world, details } = ecrWorld({ scanning: 'enhanced' });
    const imageDigest = registry.push(repositoryName, {
      tag: '1.0',
      scan: { findings: [{ name: 'CVE-2026-1234', severity: 'HIGH', package: 'openssl' }], afterMs: 5 },
    });
    const findings = () => ecr.describeImageScanFindings({ repositoryName, imageId: { imageDigest } });

    expect((await findings()).imageScanStatus?.status).toBe('PENDING');
    await world.runFor(5);
    const { imageScanStatus, imageScanFindings } = await findings();

    expect(imageScanStatus?.status).toBe('ACTIVE');
    expect(imageScanFindings?.findings).toBeUndefined();
    expect(only(imageScanFindings?.enhancedFindings)).toMatchObject({
      severity: 'HIGH',
      packageVulnerabilityDetails: { vulnerabilityId: 'CVE-2026-1234' },
    });
    expect(details('Inspector2 Scan')).toEqual([
      {
        'scan-status': 'INITIAL_SCAN_COMPLETE',
        'repository-name': repository.arn,
        'finding-severity-counts': { HIGH: 1, TOTAL: 1 },
        'image-digest': imageDigest,
        'image-tags': ['1.0'],
      },
    ]);
    expect(details('ECR Image Scan')).toEqual([]);
  });

  it('finds later what nobody knew at first, without another such event', async () => {
    const { ecr, registry, repositoryName, world, details } = ecrWorld({ scanning: 'enhanced' });
    const imageDigest = registry.push(repositoryName, { scan: { afterMs: 1 } });
    await world.runFor(1);

    registry.setScan(repositoryName, imageDigest, { findings: { CRITICAL: 2 } });
    registry.scan(repositoryName, imageDigest);
    await world.runFor(HOUR);

    const { imageDetails } = await ecr.describeImages({ repositoryName });
    expect(only(imageDetails).imageScanFindingsSummary?.findingSeverityCounts).toEqual({ CRITICAL: 2 });
    expect(details('Inspector2 Scan')).toHaveLength(1);
  });

  it('says nothing about an image in the archive', async () => {
    const { ecr, registry, repositoryName, world } = ecrWorld({ scanning: 'enhanced' });
    const imageDigest = registry.push(repositoryName, { scan: { findings: { HIGH: 1 }, afterMs: 1 } });
    await world.runFor(1);
    registry.archive(repositoryName, imageDigest);

    const answer = await ecr.describeImageScanFindings({ repositoryName, imageId: { imageDigest } });

    expect(answer.imageScanStatus?.status).toBe('IMAGE_ARCHIVED');
    expect(answer.imageScanFindings).toBeUndefined();
  });
});
