import type { DescribeImageScanFindingsResponse } from '@aws-sdk/client-ecr';
import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../lib/clock.ts';
import { aRule, scanGate, staging } from '../retagging/situations.ts';
import { storeImage, storeIndex } from './images.ts';
import { push, settled } from './rig.ts';

const scan = (
  status: NonNullable<NonNullable<DescribeImageScanFindingsResponse['imageScanStatus']>['status']>,
  counts?: Record<string, number>,
): DescribeImageScanFindingsResponse => ({
  imageScanStatus: { status },
  ...(counts && { imageScanFindings: { findingSeverityCounts: counts } }),
});

describe('the scan gate', () => {
  const rules = [aRule({ gates: { scan: scanGate } })];

  it('waits for the scan, and its event promotes', async () => {
    const { rig, world } = await settled({ rules });
    const second = await push(rig, 'second', 'v2');
    expect(rig.puts()).toBe(0);
    expect(rig.entry('scan-pending')).toBeDefined();
    world.state.scans.set(second, scan('COMPLETE', { HIGH: 3 }));
    await rig.send(rig.scanned(second));
    expect(world.repository('web').tagged('stable')).toBe(second);
  });

  it('retagging edge 14: a scan told before the push promotes when the push is told', async () => {
    const { rig, world } = await settled({ rules });
    const second = world.push('web', 'second', ['v2']);
    world.state.scans.set(second, scan('COMPLETE', {}));
    await rig.send(rig.scanned(second));
    expect(world.repository('web').tagged('stable')).toBe(second);
    await rig.send(rig.pushed(second, 'v2'));
    expect(rig.puts()).toBe(1);
  });

  it('retagging edge 14: an old clean result that is told again does not hide what is found now', async () => {
    const { rig, world } = await settled({ rules });
    const second = world.push('web', 'second', ['v2']);
    world.state.scans.set(second, scan('ACTIVE', { CRITICAL: 1 }));
    const event = rig.scanned(second);
    await rig.send(rig.pushed(second, 'v2'));
    await rig.send(event);
    await rig.send(event);
    expect(rig.puts()).toBe(0);
    expect(rig.entry('findings-exceed')).toMatchObject({ outcome: 'refused', weight: 'notable' });
  });

  it.each([
    [{}, true],
    [{ HIGH: 12, TOTAL: 12 }, true],
    [{ CRITICAL: 0, TOTAL: 0 }, true],
    [{ CRITICAL: 1, TOTAL: 1 }, false],
  ])('retagging edge 12: of counts %j it is open: %s', async (counts, open) => {
    const { rig, world } = await settled({ rules });
    const second = world.push('web', 'second', ['v2']);
    world.state.scans.set(second, scan('ACTIVE', counts));
    await rig.send(rig.pushed(second, 'v2'));
    expect(rig.puts()).toBe(open ? 1 : 0);
  });

  it.each([
    'FAILED',
    'UNSUPPORTED_IMAGE',
    'FINDINGS_UNAVAILABLE',
    'SCAN_ELIGIBILITY_EXPIRED',
    'LIMIT_EXCEEDED',
    'IMAGE_ARCHIVED',
  ] as const)('retagging edge 13: %s is not taken for no findings', async (status) => {
    const { rig, world } = await settled({ rules });
    const second = world.push('web', 'second', ['v2']);
    world.state.scans.set(second, scan(status, {}));
    await rig.send(rig.pushed(second, 'v2'));
    expect(rig.puts()).toBe(0);
    expect(rig.entry('scan-without-result')?.sentence).toContain(status);
  });

  it('retagging edge 13: no scan ten minutes after the push is none', async () => {
    const { rig } = await settled({ rules });
    await push(rig, 'second', 'v2');
    await rig.tick(11 * MINUTE);
    expect(rig.entry('scan-without-result')?.sentence).toContain('never been scanned');
  });

  it('retagging edge 11: an index waits for every platform, and the worst of each severity counts', async () => {
    const { rig, world } = await settled({ rules });
    const child = (name: string, os: string, architecture: string) => ({
      ...storeImage(world, 'web', name),
      platform: { os, architecture },
    });
    const [arm, amd] = [child('arm', 'linux', 'arm64'), child('amd', 'linux', 'amd64')];
    const attestation = child('attestation', 'unknown', 'unknown');
    const index = storeIndex(world, 'web', [arm, amd, attestation], { tags: ['v2'] }).digest;
    await rig.send(rig.pushed(index, 'v2'));
    world.state.scans.set(arm.digest, scan('COMPLETE', { MEDIUM: 2 }));
    await rig.send(rig.scanned(arm.digest));
    expect(rig.puts()).toBe(0);
    world.state.scans.set(amd.digest, scan('COMPLETE', { LOW: 5 }));
    await rig.send(rig.scanned(amd.digest));
    expect(world.repository('web').tagged('stable')).toBe(index);
    const scanned = world.inputs('ECR:DescribeImageScanFindings').map(({ imageId }) => imageId);
    expect(scanned).not.toContainEqual({ imageDigest: attestation.digest });
    expect(scanned).not.toContainEqual({ imageDigest: index });
  });
});

it('retagging edge 12: a total is no severity', async () => {
  const most = { ...scanGate.most, undefined: 0 };
  const { rig, world } = await settled({ rules: [aRule({ gates: { scan: { ...scanGate, most } } })] });
  const second = world.push('web', 'second', ['v2']);
  world.state.scans.set(second, scan('ACTIVE', { LOW: 4, TOTAL: 4 }));
  await rig.send(rig.pushed(second, 'v2'));
  expect(world.repository('web').tagged('stable')).toBe(second);
});

it('retagging edge 11: findings of two platforms are not added up', async () => {
  const most = { ...scanGate.most, critical: 1 };
  const { rig, world } = await settled({ rules: [aRule({ gates: { scan: { ...scanGate, most } } })] });
  const children = ['arm64', 'amd64'].map((architecture) => ({
    ...storeImage(world, 'web', architecture),
    platform: { os: 'linux', architecture },
  }));
  for (const { digest } of children) world.state.scans.set(digest, scan('COMPLETE', { CRITICAL: 1 }));
  const index = storeIndex(world, 'web', children, { tags: ['v2'] }).digest;
  await rig.send(rig.pushed(index, 'v2'));
  expect(world.repository('web').tagged('stable')).toBe(index);
});

describe('the minimum age', () => {
  it('is waited for, and the tick after it promotes; no call is made meanwhile', async () => {
    const { rig, world } = await settled({ rules: [aRule({ gates: { minAgeMs: 10 * MINUTE } })] });
    const second = await push(rig, 'second', 'v2');
    const calls = world.calls.length;
    await rig.tick(9 * MINUTE);
    expect(world.names(calls)).toEqual([]);
    await rig.tick();
    expect(world.repository('web').tagged('stable')).toBe(second);
  });

  it('is kept over a cold start', async () => {
    const { rig, world } = await settled({ rules: [aRule({ gates: { minAgeMs: 10 * MINUTE } })] });
    const second = await push(rig, 'second', 'v2');
    rig.coldStart();
    await rig.tick(10 * MINUTE);
    expect(world.repository('web').tagged('stable')).toBe(second);
  });
});

describe('the gate of an image that runs', () => {
  const rules = [aRule({ gates: { running: staging } })];

  it('opens when the service has run it for so long, with all tasks', async () => {
    const { rig, world } = await settled({ rules });
    const second = await push(rig, 'second', 'v2');
    world.services.run('web', ['web:v2']);
    world.services.pin('web', [second]);
    await rig.send(rig.deployed('web'));
    expect(rig.entry('not-running-there')).toBeDefined();
    await rig.tick(29 * MINUTE);
    expect(rig.puts()).toBe(0);
    await rig.tick(2 * MINUTE);
    expect(world.repository('web').tagged('stable')).toBe(second);
  });

  it('goes by the end of the deployment, whatever has changed in it since', async () => {
    const { rig, world } = await settled({ rules });
    const second = await push(rig, 'second', 'v2');
    const service = world.services.run('web', ['web:v2'], { currentServiceDeployment: 'deployment/1' });
    world.services.finished.set('deployment/1', new Date(rig.clock.now()));
    world.services.pin('web', [second]);
    await rig.tick(16 * MINUTE);
    service.deployments = (service.deployments ?? []).map((one) => ({
      ...one,
      updatedAt: new Date(rig.clock.now()),
    }));
    await rig.tick(15 * MINUTE);
    expect(world.repository('web').tagged('stable')).toBe(second);
  });

  it.each([
    ['too few tasks run', { runningCount: 1 }],
    [
      'the deployment is in progress',
      { deployments: [{ status: 'PRIMARY', rolloutState: 'IN_PROGRESS' as const }] },
    ],
    ['no task is desired', { desiredCount: 0, runningCount: 0 }],
    ['the service is gone', { status: 'INACTIVE' }],
  ])('is closed while %s', async (_, changes) => {
    const { rig, world } = await settled({ rules });
    const second = await push(rig, 'second', 'v2');
    world.services.run('web', ['web:v2'], changes);
    world.services.pin('web', [second]);
    await rig.tick(40 * MINUTE);
    expect(rig.puts()).toBe(0);
  });

  it('retagging edge 11: an index runs where one of its platforms does, which tasks tell in the end', async () => {
    const { rig, world } = await settled({ rules });
    const arm = { ...storeImage(world, 'web', 'arm'), platform: { os: 'linux', architecture: 'arm64' } };
    const index = storeIndex(world, 'web', [arm], { tags: ['v2'] }).digest;
    const { taskDefinition } = world.services.run('web', ['web:v2']);
    world.services.tasks.push({
      taskArn: 'task/1',
      ...(taskDefinition !== undefined && { taskDefinitionArn: taskDefinition }),
      containers: [{ imageDigest: arm.digest }],
    });
    await rig.send(rig.pushed(index, 'v2'));
    await rig.tick(31 * MINUTE);
    expect(world.repository('web').tagged('stable')).toBe(index);
  });

  it('hears only of deployments of that service that are complete', async () => {
    const { rig, world, calls } = await settled({ rules });
    await rig.send(rig.deployed('other'));
    await rig.send(rig.deployed('web', 'SERVICE_DEPLOYMENT_IN_PROGRESS'));
    expect(world.names(calls)).toEqual([]);
    expect(rig.reasons().slice(-2)).toEqual(['deployment-not-in-policy', 'deployment-not-in-policy']);
  });
});

describe('the signature gate', () => {
  const rules = [aRule({ gates: { signature: true } })];
  const BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
  const PREDICATE = 'dev.sigstore.bundle.predicateType';

  it.each([
    ['cosign 3', BUNDLE, { [PREDICATE]: 'https://sigstore.dev/cosign/sign/v1' }, true],
    ['cosign 2 with referrers', 'application/vnd.dev.cosign.artifact.sig.v1+json', {}, true],
    ['notation', 'application/vnd.cncf.notary.signature', {}, true],
    ['an attestation of the build', BUNDLE, { [PREDICATE]: 'https://slsa.dev/provenance/v1' }, false],
    ['a list of contents', 'application/spdx+json', {}, false],
  ])('with what %s has pushed is open: %s', async (_, artifactType, annotations, open) => {
    const { rig, world } = await settled({ rules });
    const second = await push(rig, 'second', 'v2');
    expect(rig.puts()).toBe(0);
    const referrer = {
      digest: 'sha256:0',
      mediaType: 'application/json',
      size: 1,
      artifactType,
      annotations,
    };
    world.state.referrers.set(second, [referrer]);
    await rig.send(rig.pushed(`sha256:${'0'.repeat(64)}`, null));
    expect(rig.puts()).toBe(open ? 1 : 0);
    expect(rig.reasons().includes('not-signed')).toBe(true);
  });

  it('is open with a .sig tag, whose push tells it', async () => {
    const { rig, world } = await settled({ rules });
    const second = await push(rig, 'second', 'v2');
    const tag = `${second.replace(':', '-')}.sig`;
    const signature = world.push('web', 'signature', [tag]);
    await rig.send(rig.pushed(signature, tag));
    expect(world.repository('web').tagged('stable')).toBe(second);
  });
});

describe('the approval gate', () => {
  it('asks for approval last, and an order opens it', async () => {
    const rules = [aRule({ gates: { approval: true, scan: scanGate } })];
    const { rig, world } = await settled({ rules });
    const second = world.push('web', 'second', ['v2']);
    world.state.scans.set(second, scan('COMPLETE', {}));
    await rig.send(rig.pushed(second, 'v2'));
    expect(rig.entry('waiting-for-approval')).toMatchObject({ outcome: 'held', weight: 'notable' });
    await rig.send(rig.ordered({ verb: 'approve', digest: second }));
    expect(world.repository('web').tagged('stable')).toBe(second);
    expect(rig.entry('approved')?.sentence).toContain('ada');
  });
});

describe('what several rules ask for', () => {
  it('is read once in a pass', async () => {
    const tags = ['a', 'b', 'c'];
    const rules = tags.map((tag) =>
      aRule({
        id: `web/${tag}`,
        destination: { ...aRule().destination, tags: [tag] },
        gates: { scan: scanGate },
      }),
    );
    const { rig, world } = await settled({ rules });
    const second = world.push('web', 'second', ['v2']);
    world.state.scans.set(second, scan('COMPLETE', {}));
    const before = world.inputs('ECR:DescribeImageScanFindings').length;
    await rig.send(rig.pushed(second, 'v2'));
    expect(world.inputs('ECR:DescribeImageScanFindings').length - before).toBe(1);
    for (const tag of tags) expect(world.repository('web').tagged(tag)).toBe(second);
  });
});
