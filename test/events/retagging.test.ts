import { describe, expect, it } from 'vitest';
import { edited, only, rejection, sample } from './samples.ts';

const digest = 'sha256:7f5b2640fe6fb4f46592dfd3410c4a79dac4f89e4782432e0378abcd1234abcd';
const child = 'sha256:1c5e0a9b8d7f6e5d4c3b2a190817263544f3e2d1c0b9a8978695a4b3c2d1e0f1';
const by = 'arn:aws:sts::111122223333:assumed-role/operator/jo';

describe('an image action', () => {
  it('names the repository, the tag, the digest and what was done', () => {
    expect(only(sample('ecr-image-action'))).toEqual({
      kind: 'ecr-image-action',
      eventId: '5b6c7d8e-9fa0-41b2-83c4-d5e6f7081920',
      detailType: 'ECR Image Action',
      at: Date.UTC(2026, 10, 21, 14, 0, 7),
      repository: 'shop/api',
      tag: 'main-3f2c1ab',
      digest,
      action: 'PUSH',
      result: 'SUCCESS',
    });
  });

  it('retagging edge 1: does not tell a retag of our own from a push', () => {
    const own = only(sample('ecr-image-action-by-ourselves'));
    const pushed = only(edited('ecr-image-action-by-ourselves', { 'detail.image-tag': 'main-3f2c1ab' }));

    expect(own).toEqual({ ...pushed, tag: 'staging' });
  });

  it('retagging edge 2: has no tag where the image was pushed by its digest', () => {
    expect(only(sample('ecr-image-action-by-digest'))).toMatchObject({ tag: null, digest: child });
    expect(only(edited('ecr-image-action', { 'detail.image-tag': '' }))).toMatchObject({ tag: null });
  });

  it.each([
    ['ecr-image-action-delete', { action: 'DELETE', result: 'SUCCESS', tag: 'staging' }],
    ['noise-ecr-image-failure', { action: 'PUSH', result: 'FAILURE' }],
  ])('%s says what has happened', (name, expected) => {
    expect(only(sample(name))).toMatchObject(expected);
  });

  it('is read with an action that ECR may come to add', () => {
    expect(only(edited('ecr-image-action', { 'detail.action-type': 'ARCHIVE' }))).toMatchObject({
      action: 'ARCHIVE',
    });
  });

  it.each([
    [
      'no digest',
      { 'detail.image-digest': undefined },
      'detail.image-digest is missing; expected the digest of an image, such as sha256:... with 64 digits',
    ],
    [
      'half a digest',
      { 'detail.image-digest': 'sha256:7f5b2640' },
      'detail.image-digest is "sha256:7f5b2640"; expected the digest of an image, such as sha256:... with 64 digits',
    ],
    [
      'a URI for the repository',
      { 'detail.repository-name': '111122223333.dkr.ecr.us-east-1.amazonaws.com/shop:api' },
      'detail.repository-name is "111122223333.dkr.ecr.us-east-1.amazonaws.com/shop:api"; expected the name of an ECR repository',
    ],
    [
      'a number for the tag',
      { 'detail.image-tag': 7 },
      'detail.image-tag is 7; expected the tag of the image',
    ],
  ])('is malformed with %s', (_, changes, sentence) => {
    expect(rejection(edited('ecr-image-action', changes))).toBe(`malformed: ${sentence}`);
  });
});

describe('a scan', () => {
  it("of ECR's own names the repository, the digest, its tags and how it ended", () => {
    expect(only(sample('ecr-image-scan'))).toEqual({
      kind: 'ecr-image-scan',
      eventId: '5b6c7d8e-9fa0-41b2-83c4-d5e6f7081926',
      detailType: 'ECR Image Scan',
      at: Date.UTC(2026, 10, 21, 14, 0, 41),
      repository: 'shop/api',
      digest,
      tags: ['main-3f2c1ab'],
      status: 'COMPLETE',
      scanner: 'basic',
    });
  });

  it('retagging edge 12: of Inspector is read with the ARN of the repository, as its name', () => {
    expect(only(sample('inspector-scan'))).toMatchObject({
      kind: 'ecr-image-scan',
      detailType: 'Inspector2 Scan',
      repository: 'shop/api',
      digest,
      status: 'INITIAL_SCAN_COMPLETE',
      scanner: 'enhanced',
    });
    expect(only(edited('inspector-scan', { 'detail.repository-name': 'shop/api' }))).toMatchObject({
      repository: 'shop/api',
    });
  });

  it.each(['ecr-image-scan-failed', 'inspector-scan-without-tags'])(
    'retagging edge 11: %s, of a platform of an index, has a digest and no tag',
    (name) => {
      expect(only(sample(name))).toMatchObject({ digest: child, tags: [] });
      expect(only(edited(name, { 'detail.image-tags': undefined }))).toMatchObject({ tags: [] });
    },
  );

  it('retagging edge 13: that failed says so', () => {
    expect(only(sample('ecr-image-scan-failed'))).toMatchObject({ status: 'FAILED' });
  });

  it.each([
    [
      'the ARN of something else',
      { 'detail.repository-name': 'arn:aws:s3:::shop' },
      'detail.repository-name is "arn:aws:s3:::shop"; expected the name of an ECR repository, or its ARN',
    ],
    ['no status', { 'detail.scan-status': '' }, 'detail.scan-status is ""; expected the status of the scan'],
    [
      'one tag for a list',
      { 'detail.image-tags': 'v1' },
      'detail.image-tags is "v1"; expected a list of tags',
    ],
  ])('is malformed with %s', (_, changes, sentence) => {
    expect(rejection(edited('inspector-scan', changes))).toBe(`malformed: ${sentence}`);
  });
});

describe('an order about a tag', () => {
  it('names the tag, what shall become of it, and who gives it', () => {
    expect(only(sample('retag-order'))).toEqual({
      kind: 'retag-order',
      eventId: '6c7d8e9f-a0b1-42c3-94d5-e6f7081920a1',
      detailType: 'Stevedore Retag Order',
      at: Date.UTC(2026, 10, 21, 15, 20),
      verb: 'promote',
      repository: 'shop/api',
      tag: 'production',
      image: 'v1.4.2',
      skipGates: false,
      by,
    });
  });

  it.each([
    ['retag-order-rollback', { verb: 'rollback', to: child }],
    ['retag-order-approve', { verb: 'approve', digest, region: 'eu-central-1' }],
    ['retag-order-release', { verb: 'release' }],
  ])('%s has what its verb needs and nothing else', (name, expected) => {
    const { eventId, at, ...order } = { ...only(sample(name)) };

    expect({ eventId, at }).toEqual({ eventId: expect.any(String), at: expect.any(Number) });
    expect(order).toEqual({
      kind: 'retag-order',
      detailType: 'Stevedore Retag Order',
      repository: 'shop/api',
      tag: 'production',
      by,
      ...expected,
    });
  });

  it('may name the image by its digest', () => {
    expect(only(edited('retag-order', { 'detail.image': digest }))).toMatchObject({ image: digest });
  });

  it.each([
    [
      'another verb',
      { 'detail.verb': 'delete' },
      'detail.verb is "delete"; expected "promote" or "rollback" or "approve" or "release"',
    ],
    [
      'a tag that ECR does not take',
      { 'detail.tag': 'pro/duction' },
      'detail.tag is "pro/duction"; expected the tag of an image (letters, digits, hyphens, underscores and dots, at most 128)',
    ],
    [
      'an image that is neither a digest nor a tag',
      { 'detail.image': 'shop/api:v1' },
      'detail.image is "shop/api:v1"; expected a digest, or a tag of the source repository',
    ],
    [
      'a tag to roll back to',
      { 'detail.to': 'v1.4.1' },
      'detail.to is "v1.4.1"; expected the digest of an image, such as sha256:... with 64 digits',
    ],
    ['a word for yes', { 'detail.skipGates': 'yes' }, 'detail.skipGates is "yes"; expected true or false'],
    ['nobody behind it', { 'detail.by': '' }, 'detail.by is ""; expected the name of who gives the order'],
  ])('is malformed with %s', (_, changes, sentence) => {
    expect(rejection(edited('retag-order', changes))).toBe(`malformed: ${sentence}`);
  });
});
