import { createHash } from 'node:crypto';
import { ECR } from '@aws-sdk/client-ecr';
import { describe, expect, it } from 'vitest';
import { HOUR } from '../../lib/clock.ts';
import { blobsOf, DOCKER_LAYER } from '../../simulator/ecr/manifest.ts';
import { ecrWorld, only } from './ecr-worlds.ts';

const MIB = 1024 * 1024;
const sha256 = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** An upload that has begun, and a way to add so many bytes to it. */
async function uploading(all: ReturnType<typeof ecrWorld>) {
  const { ecr, repositoryName } = all;
  const { uploadId = '', partSize } = await ecr.initiateLayerUpload({ repositoryName });
  let received = 0;
  const parts: Uint8Array[] = [];
  return {
    uploadId,
    partSize,
    async add(bytes: number) {
      const layerPartBlob = Buffer.alloc(bytes, `part ${parts.length}`);
      const answer = await ecr.uploadLayerPart({
        repositoryName,
        uploadId,
        partFirstByte: received,
        partLastByte: received + bytes - 1,
        layerPartBlob,
      });
      received += bytes;
      parts.push(layerPartBlob);
      return answer.lastByteReceived;
    },
    digest: () => sha256(Buffer.concat(parts)),
    complete: (digest: string) =>
      ecr.completeLayerUpload({ repositoryName, uploadId, layerDigests: [digest] }),
  };
}

describe('BatchCheckLayerAvailability', () => {
  it('tells layers that are there from those that are not, are archived, or are no digests', async () => {
    const { ecr, registry, repositoryName } = ecrWorld();
    const [config, layer] = blobsOf(registry.image(repositoryName, registry.push(repositoryName)).manifest);
    const archived = registry.push(repositoryName);
    registry.archive(repositoryName, archived);
    const [, cold] = blobsOf(registry.image(repositoryName, archived).manifest);
    const none = `sha256:${'0'.repeat(64)}`;
    const layerDigests = [config?.digest ?? '', layer?.digest ?? '', cold?.digest ?? '', none, 'sha256', ''];

    const { layers, failures } = await ecr.batchCheckLayerAvailability({ repositoryName, layerDigests });

    expect(layers?.map(({ layerAvailability }) => layerAvailability)).toEqual([
      'AVAILABLE',
      'AVAILABLE',
      'ARCHIVED',
      'UNAVAILABLE',
    ]);
    expect(layers?.[1]).toMatchObject({ layerSize: layer?.size, mediaType: DOCKER_LAYER });
    expect(failures?.map(({ failureCode }) => failureCode)).toEqual([
      'InvalidLayerDigest',
      'MissingLayerDigest',
    ]);
  });
});

describe('GetDownloadUrlForLayer', () => {
  it('gives a URL that streams the exact bytes, for an hour', async () => {
    const { ecr, registry, repositoryName, world } = ecrWorld();
    const image = registry.image(repositoryName, registry.push(repositoryName, { layerBytes: 3 * MIB }));
    const { digest: layerDigest } = only(image.manifest.layers);
    const { downloadUrl = '' } = await ecr.getDownloadUrlForLayer({ repositoryName, layerDigest });

    const response = await registry.fetchLayer(downloadUrl);
    const chunks: Uint8Array[] = [];
    for await (const chunk of response.body ?? []) chunks.push(chunk);

    expect(response.status).toBe(200);
    expect(response.headers.get('content-length')).toBe(String(3 * MIB));
    expect(chunks.length).toBeGreaterThan(1);
    expect(sha256(Buffer.concat(chunks))).toBe(layerDigest);
    await world.runFor(HOUR + 1);
    expect((await registry.fetchLayer(downloadUrl)).status).toBe(403);
    expect((await registry.fetchLayer('https://example.com/layer')).status).toBe(404);
  });

  it('can be read by a handler in virtual time', async () => {
    const { registry, repositoryName, world } = ecrWorld();
    const image = registry.image(repositoryName, registry.push(repositoryName, { layerBytes: 12 * MIB }));
    const { digest: layerDigest } = only(image.manifest.layers);
    const { clock: _clock, random: _random, ...config } = world.clients();
    const client = new ECR(config);
    const read: string[] = [];
    const invoke = world.deploy({
      name: 'copy',
      handler: async () => {
        const { downloadUrl = '' } = await client.getDownloadUrlForLayer({ repositoryName, layerDigest });
        const hash = createHash('sha256');
        for await (const chunk of (await registry.fetchLayer(downloadUrl)).body ?? []) hash.update(chunk);
        read.push(`sha256:${hash.digest('hex')}`);
      },
    });

    invoke({});
    await world.runFor(10_000);

    expect(read).toEqual([layerDigest]);
    expect(world.recording.invocations).toMatchObject([{ outcome: 'ok' }]);
  });

  it('refuses a layer that is not there, or that no image has', async () => {
    const all = ecrWorld();
    const { ecr, repositoryName } = all;
    const upload = await uploading(all);
    await upload.add(10);
    await upload.complete(upload.digest());
    const url = (layerDigest: string) => ecr.getDownloadUrlForLayer({ repositoryName, layerDigest });

    await expect(url(upload.digest())).rejects.toMatchObject({ name: 'LayerInaccessibleException' });
    await expect(url(`sha256:${'0'.repeat(64)}`)).rejects.toMatchObject({ name: 'LayersNotFoundException' });
  });
});

describe('uploading a layer', () => {
  it('takes parts of 5 to 10 MiB one after another, the last one smaller', async () => {
    const all = ecrWorld();
    const upload = await uploading(all);

    expect(upload.partSize).toBe(10 * MIB);
    expect(await upload.add(10 * MIB)).toBe(10 * MIB - 1);
    await upload.add(5 * MIB);
    expect(await upload.add(1)).toBe(15 * MIB);
    const { layerDigest } = await upload.complete(upload.digest());

    expect(layerDigest).toBe(upload.digest());
    expect(all.repository.layers.get(upload.digest())?.byteLength).toBe(15 * MIB + 1);
  });

  it('copies an image to another repository: layers first, then the manifest with the same digest', async () => {
    const { ecr, registry, repositoryName } = ecrWorld();
    registry.addRepository({ name: 'shop/prod' });
    const digest = registry.push(repositoryName, { tag: '1.0' });
    const { manifest, manifestText: imageManifest } = registry.image(repositoryName, digest);
    for (const { digest: layerDigest } of blobsOf(manifest)) {
      const { downloadUrl = '' } = await ecr.getDownloadUrlForLayer({ repositoryName, layerDigest });
      const layerPartBlob = await (await registry.fetchLayer(downloadUrl)).bytes();
      const { uploadId = '' } = await ecr.initiateLayerUpload({ repositoryName: 'shop/prod' });
      await ecr.uploadLayerPart({
        repositoryName: 'shop/prod',
        uploadId,
        partFirstByte: 0,
        partLastByte: layerPartBlob.byteLength - 1,
        layerPartBlob,
      });
      await ecr.completeLayerUpload({ repositoryName: 'shop/prod', uploadId, layerDigests: [layerDigest] });
    }

    const { image } = await ecr.putImage({ repositoryName: 'shop/prod', imageManifest, imageTag: '1.0' });

    expect(image?.imageId?.imageDigest).toBe(digest);
  });

  it('refuses a part that does not follow, and says how far it has come', async () => {
    const all = ecrWorld();
    const { ecr, repositoryName } = all;
    const { uploadId, add } = await uploading(all);
    await add(5 * MIB);
    const part = (partFirstByte: number, partLastByte: number, bytes: number) =>
      ecr.uploadLayerPart({
        repositoryName,
        uploadId,
        partFirstByte,
        partLastByte,
        layerPartBlob: new Uint8Array(bytes),
      });

    const refusal = { name: 'InvalidLayerPartException', lastValidByteReceived: 5 * MIB - 1 };
    await expect(part(0, 9, 10)).rejects.toMatchObject(refusal);
    await expect(part(5 * MIB, 5 * MIB + 9, 11)).rejects.toMatchObject(refusal);
    await expect(part(5 * MIB, 15 * MIB, 10 * MIB + 1)).rejects.toMatchObject(refusal);
  });

  it('refuses parts that are too small, an empty upload, and another digest', async () => {
    const all = ecrWorld();
    const small = await uploading(all);
    await small.add(5 * MIB - 1);
    await small.add(1);
    const empty = await uploading(all);
    const wrong = await uploading(all);
    await wrong.add(10);

    await expect(small.complete(small.digest())).rejects.toMatchObject({
      name: 'LayerPartTooSmallException',
    });
    await expect(empty.complete(empty.digest())).rejects.toMatchObject({ name: 'EmptyUploadException' });
    await expect(wrong.complete(small.digest())).rejects.toMatchObject({ name: 'InvalidLayerException' });
  });

  it('refuses a layer that is there already, and an upload that is over', async () => {
    const all = ecrWorld();
    const first = await uploading(all);
    await first.add(10);
    await first.complete(first.digest());
    const second = await uploading(all);
    await second.add(10);

    await expect(second.complete(second.digest())).rejects.toMatchObject({
      name: 'LayerAlreadyExistsException',
    });
    await expect(first.complete(first.digest())).rejects.toMatchObject({ name: 'UploadNotFoundException' });
  });
});
