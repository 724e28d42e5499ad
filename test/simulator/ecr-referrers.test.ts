import { describe, expect, it } from 'vitest';
import { OCI } from '../../simulator/ecr/manifest.ts';
import { ecrWorld, only } from './ecr-worlds.ts';

describe('referrers and signatures', () => {
  it('hang on the digest, whatever its tags', async () => {
    const { ecr, registry, repositoryName } = ecrWorld();
    const subject = registry.push(repositoryName, { tag: '1.0', mediaType: OCI });
    const signature = registry.push(repositoryName, {
      subject,
      artifactType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
      annotations: { 'dev.sigstore.bundle.content': 'dsse-envelope' },
    });
    registry.push(repositoryName, { subject, artifactType: 'application/spdx+json' });

    const all = await ecr.listImageReferrers({ repositoryName, subjectId: { imageDigest: subject } });
    const page = await ecr.listImageReferrers({
      repositoryName,
      subjectId: { imageDigest: subject },
      maxResults: 1,
    });
    const signatures = await ecr.listImageReferrers({
      repositoryName,
      subjectId: { imageDigest: subject },
      filter: { artifactTypes: ['application/vnd.dev.sigstore.bundle.v0.3+json'] },
    });
    const described = await ecr.describeImages({ repositoryName, imageIds: [{ imageDigest: signature }] });

    expect(all.referrers).toHaveLength(2);
    expect([page.referrers?.length, typeof page.nextToken]).toEqual([1, 'string']);
    expect(only(signatures.referrers)).toMatchObject({
      digest: signature,
      mediaType: OCI,
      annotations: { 'dev.sigstore.bundle.content': 'dsse-envelope' },
      artifactStatus: 'ACTIVE',
    });
    expect(only(described.imageDetails).subjectManifestDigest).toBe(subject);
  });

  it('are not listed in the archive unless asked for', async () => {
    const { ecr, registry, repositoryName } = ecrWorld();
    const subject = registry.push(repositoryName);
    registry.archive(
      repositoryName,
      registry.push(repositoryName, { subject, artifactType: 'application/spdx+json' }),
    );
    const list = async (artifactStatus?: 'ANY') => {
      const answer = await ecr.listImageReferrers({
        repositoryName,
        subjectId: { imageDigest: subject },
        ...(artifactStatus && { filter: { artifactStatus } }),
      });
      return answer.referrers?.length;
    };

    expect([await list(), await list('ANY')]).toEqual([0, 1]);
  });

  it('say how far managed signing has come', async () => {
    const { ecr, registry, repositoryName } = ecrWorld();
    const imageDigest = registry.push(repositoryName, { tag: '1.0' });
    const profileArn = 'arn:aws:signer:eu-west-1:111122223333:/signing-profiles/web';
    registry.setSigning(repositoryName, imageDigest, [
      { profileArn, status: 'FAILED', failureCode: 'AccessDenied', failureReason: 'signer:SignPayload' },
    ]);

    const { signingStatuses, imageId } = await ecr.describeImageSigningStatus({
      repositoryName,
      imageId: { imageTag: '1.0' },
    });

    expect(imageId?.imageDigest).toBe(imageDigest);
    expect(only(signingStatuses)).toMatchObject({ signingProfileArn: profileArn, status: 'FAILED' });
  });
});
