import { describe, expect, it } from 'vitest';
import { putTag } from '../../lib/retagging/put.ts';
import { awsError, denied, throttled } from '../functions/calls.ts';
import { DOCKER_IMAGE, DOCKER_LIST, OCI_IMAGE, OCI_INDEX, storeImage, storeIndex, write } from './images.ts';
import { createRegistry, sha256 } from './registry.ts';

function setup(given: Parameters<typeof storeImage>[3] = {}) {
  const registry = createRegistry();
  const { digest } = storeImage(registry, 'app', 'first', { tags: ['1.2'], ...given });
  const app = registry.repository('app');
  const order = { repository: 'app', tag: 'prod', digest, sourceTag: null as string | null };
  const put = (overrides: Partial<typeof order> = {}) =>
    putTag(registry.clients['eu-central-1'], { ...order, ...overrides });
  return { registry, app, digest, put };
}

describe('a retag within a repository', () => {
  it('reads by digest and writes: two calls, no layer', async () => {
    const { registry, app, digest, put } = setup();
    expect(await put()).toEqual({ result: 'done', call: 'ECR:PutImage', digest });
    expect(app.tagged('prod')).toBe(digest);
    expect(registry.names()).toEqual(['ECR:BatchGetImage', 'ECR:PutImage']);
  });

  it.each([
    ['a newline at the end', { ending: '\n' }],
    ['carriage returns', { newline: '\r\n', ending: '\r\n' }],
    ['no white space', { indent: 0 }],
    ['letters beyond ASCII', { layers: ['ü – 測試 🚢'] }],
  ])('keeps every byte of a manifest with %s', async (_, writing) => {
    const { registry, app, digest, put } = setup(writing);
    expect(await put()).toMatchObject({ result: 'done', digest });
    const [input] = registry.inputs('ECR:PutImage');
    expect(input?.imageManifest).toBe(app.images.get(digest)?.manifest);
    expect(input?.imageDigest).toBe(digest);
    expect(app.images.size).toBe(1);
  });

  it('retagging edge 9: asks by digest for all four media types, and never by tag alone', async () => {
    const { registry, put, digest } = setup();
    await put({ sourceTag: '1.2' });
    expect(registry.inputs('ECR:BatchGetImage')).toEqual([
      {
        repositoryName: 'app',
        imageIds: [{ imageDigest: digest, imageTag: '1.2' }],
        acceptedMediaTypes: expect.arrayContaining([OCI_IMAGE, OCI_INDEX, DOCKER_IMAGE, DOCKER_LIST]),
      },
    ]);
  });

  it('retagging edge 9: does not write bytes that do not match the digest', async () => {
    const { registry, app, digest, put } = setup();
    const stored = app.images.get(digest);
    if (stored) app.images.set(digest, { ...stored, manifest: `${stored.manifest}\n` });
    expect(await put()).toMatchObject({
      result: 'refused',
      reason: 'digest-mismatch',
      call: 'ECR:BatchGetImage',
    });
    expect(registry.names()).not.toContain('ECR:PutImage');
  });

  it('retagging edge 10: passes on the media type that the manifest does not say', async () => {
    const { registry, app, digest, put } = setup({ declared: false });
    expect(await put()).toMatchObject({ result: 'done' });
    expect(registry.inputs('ECR:PutImage')[0]).toMatchObject({ imageManifestMediaType: OCI_IMAGE });
    expect(app.tagged('prod')).toBe(digest);
  });

  it('retagging edge 11: tags an index as a whole, attestations included, and none of its images', async () => {
    const { registry, app, put } = setup();
    const amd64 = {
      ...storeImage(registry, 'app', 'amd64'),
      platform: { os: 'linux', architecture: 'amd64' },
    };
    const note = {
      ...storeImage(registry, 'app', 'note'),
      platform: { os: 'unknown', architecture: 'unknown' },
    };
    const index = storeIndex(registry, 'app', [amd64, note], { mediaType: DOCKER_LIST, ending: '\n' });
    const before = app.images.get(index.digest)?.manifest;
    expect(await put({ digest: index.digest })).toMatchObject({ result: 'done', digest: index.digest });
    expect(app.tagged('prod')).toBe(index.digest);
    expect(app.images.get(index.digest)?.manifest).toBe(before);
    expect(registry.inputs('ECR:PutImage')).toHaveLength(1);
  });
});

describe('what ECR does not do', () => {
  it('retagging edge 5: writes nothing when the source tag has moved', async () => {
    const { registry, put } = setup();
    storeImage(registry, 'app', 'second', { tags: ['1.3'] });
    const outcome = await put({ sourceTag: '1.3' });
    expect(outcome).toMatchObject({ result: 'moved', call: 'ECR:BatchGetImage' });
    expect(registry.names()).toEqual(['ECR:BatchGetImage']);
  });

  it('retagging edge 7: takes ImageAlreadyExists for success', async () => {
    const { put } = setup();
    await put();
    expect(await put()).toEqual({ result: 'already', call: 'ECR:PutImage' });
  });

  it('takes it for its own doing if the SDK had to send the call again', async () => {
    const { registry, digest, put } = setup();
    const error = Object.assign(awsError('ImageAlreadyExistsException', 'exists'), {
      $metadata: { attempts: 2 },
    });
    registry.fail('ECR:PutImage', error);
    expect(await put()).toEqual({ result: 'done', call: 'ECR:PutImage', digest });
  });

  it('retagging edge 7: an immutable tag on another image is a conflict, and the sentence says on which', async () => {
    const { registry, app, digest, put } = setup();
    const { digest: other } = storeImage(registry, 'app', 'other', { tags: ['prod'] });
    app.immutable = true;
    const outcome = await put();
    expect(outcome).toMatchObject({ result: 'conflict', error: { code: 'aws-tag-immutable' } });
    expect(JSON.stringify(outcome)).toContain(`It is on ${other}, not on ${digest}`);
    expect(app.tagged('prod')).toBe(other);
  });

  it('retagging edge 7: an immutable tag that is on the image after all is success', async () => {
    const { registry, put } = setup({ tags: ['1.2', 'prod'] });
    registry.fail('ECR:PutImage', awsError('ImageTagAlreadyExistsException', 'immutable'));
    expect(await put()).toEqual({ result: 'already', call: 'ECR:PutImage' });
  });

  it('is a conflict too when the tag cannot be read', async () => {
    const { registry, app, digest, put } = setup();
    storeImage(registry, 'app', 'other', { tags: ['prod'] });
    app.immutable = true;
    registry.failWhen('ECR:BatchGetImage', denied('ecr:BatchGetImage'), ({ imageIds }) => {
      const [id] = Array.isArray(imageIds) ? imageIds : [];
      return id?.imageDigest !== digest;
    });
    expect(await put()).toMatchObject({ result: 'conflict' });
  });

  it('an image that is no more is gone', async () => {
    const { put } = setup();
    expect(await put({ digest: sha256('nothing') })).toMatchObject({
      result: 'gone',
      call: 'ECR:BatchGetImage',
      error: { code: 'aws-image-gone' },
    });
  });

  it.each([
    ['ImageDigestDoesNotMatchException', 'digest-mismatch'],
    ['LayersNotFoundException', 'action-refused'],
    ['ReferencedImagesNotFoundException', 'action-refused'],
    ['LimitExceededException', 'too-many-tags'],
    ['KmsException', 'action-refused'],
    ['RepositoryNotFoundException', 'action-refused'],
    ['InvalidParameterException', 'action-refused'],
    ['SomethingNewException', 'action-refused'],
  ])(
    'retagging edge 15: PutImage with %s is refused as %s, in words that name the repository or the error',
    async (name, reason) => {
      const { registry, put } = setup();
      registry.fail('ECR:PutImage', awsError(name, 'as ECR says'));
      const outcome = await put();
      expect(outcome).toMatchObject({ result: 'refused', reason, call: 'ECR:PutImage' });
      if (outcome.result === 'refused') expect(outcome.error.sentence).toContain(`${name}: as ECR says`);
    },
  );

  it('a denied call is refused as such, and names the action', async () => {
    const { registry, put } = setup();
    registry.fail('ECR:PutImage', denied('ecr:PutImage'));
    const outcome = await put();
    expect(outcome).toMatchObject({ result: 'refused', reason: 'access-denied' });
    expect(JSON.stringify(outcome)).toContain('ecr:PutImage');
  });

  it.each([
    ['throttling beyond the retries', throttled(), 'aws-throttled'],
    ['a failure of ECR', awsError('ServerException', 'oops'), 'aws-unavailable'],
  ])('%s is tried again', async (_, error, code) => {
    const { registry, put } = setup();
    registry.fail('ECR:PutImage', error);
    expect(await put()).toMatchObject({ result: 'retry', error: { code } });
  });

  it.each([
    ['ImageTagDoesNotMatchDigest', 'moved', undefined],
    ['ImageNotFound', 'gone', undefined],
    ['KmsError', 'refused', 'action-refused'],
    ['UpstreamAccessDenied', 'refused', 'access-denied'],
    ['UpstreamTooManyRequests', 'retry', undefined],
    ['UpstreamUnavailable', 'retry', undefined],
    ['ImageInaccessible', 'refused', 'archived'],
    ['InvalidImageDigest', 'refused', 'action-refused'],
    ['InvalidImageTag', 'refused', 'action-refused'],
    ['MissingDigestAndTag', 'refused', 'action-refused'],
  ])('the failure code %s of BatchGetImage, which answers 200, is %s', async (code, result, reason) => {
    const { app, put } = setup();
    app.find = () => code;
    const outcome = await put();
    expect(outcome).toMatchObject({ result, call: 'ECR:BatchGetImage', ...(reason && { reason }) });
    expect(JSON.stringify(outcome)).toContain(code);
  });
});

it('the fake registry tells bytes apart as ECR does', () => {
  const { app } = setup();
  const { text } = write({ manifests: [] });
  expect(() =>
    app.put({ repositoryName: 'app', imageManifest: `${text}\n`, imageDigest: sha256(text) }),
  ).toThrow('the digest is');
});
