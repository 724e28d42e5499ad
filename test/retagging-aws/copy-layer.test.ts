import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { copyLayer } from '../../lib/retagging/copy-layer.ts';
import { failureOf } from '../../lib/retagging/failure.ts';
import { awsError } from '../functions/calls.ts';
import { createRegistry } from './registry.ts';

function setup(content = 'abcdefghijklmnopqrstuvwxyz') {
  const registry = createRegistry();
  const from = registry.place('ci');
  const to = registry.place('prod');
  const blob = registry.layer('ci', content);
  const arrived: number[] = [];
  const { fetch, clock } = registry;
  const copy = async () => {
    const { signal } = new AbortController();
    try {
      await copyLayer({ from, to, fetch, clock, signal }, blob, (bytes) => void arrived.push(bytes));
      return { result: 'done' };
    } catch (error) {
      return failureOf(error);
    }
  };
  return { registry, blob, copy, arrived, prod: registry.repository('prod') };
}

const ranges = ({ registry }: ReturnType<typeof setup>) =>
  registry
    .inputs('ECR:UploadLayerPart')
    .map(({ partFirstByte, partLastByte }) => [partFirstByte, partLastByte]);

describe('parts', () => {
  it.each([
    ['less than a part', 'abc', [3]],
    ['exactly a part', 'abcde', [5]],
    ['one byte more', 'abcdef', [5, 1]],
    ['some parts', 'abcdefghijklmno', [5, 5, 5]],
  ])('of %s', async (_, content, parts) => {
    const { copy, blob, prod } = setup(content);
    expect(await copy()).toEqual({ result: 'done' });
    expect(prod.parts.get(blob.digest)).toEqual(parts);
  });

  it.each([1, 4, 5, 7, 100])(
    'do not depend on pieces of %i bytes that the download has',
    async (pieceSize) => {
      const { copy, blob, prod, registry } = setup('abcdefghijklm');
      registry.settings.pieceSize = pieceSize;
      expect(await copy()).toEqual({ result: 'done' });
      expect(prod.parts.get(blob.digest)).toEqual([5, 5, 3]);
    },
  );

  it('are as large as ECR says', async () => {
    const { copy, blob, prod, registry } = setup('abcdefghijklm');
    registry.settings.partSize = 12;
    await copy();
    expect(prod.parts.get(blob.digest)).toEqual([12, 1]);
  });

  it('a 300 MB layer streams with the memory of one part', async () => {
    const MIB = 1024 * 1024;
    const { registry, blob } = setup();
    const pieces = 300;
    const hash = createHash('sha256');
    const piece = new Uint8Array(MIB).fill(7);
    for (let index = 0; index < pieces; index++) hash.update(piece);
    const large = { ...blob, digest: `sha256:${hash.digest('hex')}`, size: pieces * MIB };
    let most = 0;
    let read = 0;
    const before = process.memoryUsage().arrayBuffers;
    registry.repository('ci').layers.set(large.digest, function* () {
      for (let index = 0; index < pieces; index++) {
        read += MIB;
        most = Math.max(most, process.memoryUsage().arrayBuffers - before);
        yield new Uint8Array(MIB).fill(7);
      }
    });
    registry.settings.partSize = 10 * MIB;
    const ahead: number[] = [];
    const { fetch, clock } = registry;
    await copyLayer(
      {
        from: registry.place('ci'),
        to: registry.place('prod'),
        fetch,
        clock,
        signal: new AbortController().signal,
      },
      large,
      (bytes) => void ahead.push(read - bytes),
    );
    expect(registry.repository('prod').parts.get(large.digest)).toEqual(Array(30).fill(10 * MIB));
    // What was read from the source and is not uploaded yet: the stream's own buffer of a few pieces.
    expect(Math.max(...ahead)).toBeLessThanOrEqual(3 * MIB);
    // The garbage collector takes its time, but 300 MB are never there at once.
    expect(most).toBeLessThan(150 * MIB);
  });
});

describe('integrity', () => {
  it('retagging edge 9: never completes an upload of other bytes', async () => {
    const { copy, registry, prod } = setup('abc');
    registry.nextDownload(() => new Response('abd'));
    expect(await copy()).toMatchObject({ result: 'refused', reason: 'digest-mismatch' });
    expect(registry.names()).not.toContain('ECR:CompleteLayerUpload');
    expect(prod.layers.size).toBe(0);
  });

  it('stops at the first byte more than the manifest says', async () => {
    const { copy, registry } = setup('abc');
    registry.nextDownload(() => new Response('abcdef'));
    expect(await copy()).toMatchObject({ result: 'refused', reason: 'digest-mismatch' });
    expect(registry.names()).not.toContain('ECR:UploadLayerPart');
  });

  it('does not fetch over a plain connection, nor follow a redirect', async () => {
    const { copy, registry, blob } = setup();
    let redirect: string | undefined;
    registry.nextDownload((init) => {
      redirect = init?.redirect;
      return new Response('', { status: 500 });
    });
    expect(await copy()).toEqual({ result: 'done' });
    expect(redirect).toBe('error');
    expect(registry.downloads[0]?.url).toMatch(/^https:/);
    const send = registry.clients['eu-central-1'].send.bind(registry.clients['eu-central-1']);
    Object.assign(registry.clients['eu-central-1'], {
      send: async (command: { constructor: { name: string } }) =>
        command.constructor.name === 'GetDownloadUrlForLayerCommand'
          ? { downloadUrl: `http://layers.example/?digest=${blob.digest}` }
          : Reflect.apply(send, undefined, [command]),
    });
    expect(await copy()).toMatchObject({ result: 'refused', error: { code: 'layer-url-insecure' } });
  });
});

describe('a download that breaks off', () => {
  const broken = (text: string) => {
    let sent = false;
    return new Response(
      new ReadableStream({
        pull(controller) {
          if (sent) controller.error(new Error('ECONNRESET'));
          else controller.enqueue(Buffer.from(text));
          sent = true;
        },
      }),
    );
  };

  it('goes on where it was, by a new URL', async () => {
    const { copy, registry } = setup();
    registry.nextDownload(() => broken('abcdefg'));
    expect(await copy()).toEqual({ result: 'done' });
    expect(registry.downloads.map(({ range }) => range)).toEqual([null, 'bytes=7-']);
    expect(registry.inputs('ECR:GetDownloadUrlForLayer')).toHaveLength(2);
    expect(registry.inputs('ECR:InitiateLayerUpload')).toHaveLength(1);
  });

  it('goes on from an answer without ranges too', async () => {
    const { copy, registry } = setup();
    registry.nextDownload(() => broken('abcdefg'));
    registry.nextDownload(() => new Response('abcdefghijklmnopqrstuvwxyz', { status: 200 }));
    expect(await copy()).toEqual({ result: 'done' });
  });

  it('is not given up while it brings something', async () => {
    const { copy, registry } = setup();
    for (const text of ['abc', 'def', 'ghi', 'jkl', 'mno', 'pqr']) {
      registry.nextDownload(() => new Response(broken(text).body, { status: 206 }));
    }
    expect(await copy()).toEqual({ result: 'done' });
  });

  it('is given up after four without a byte, with pauses in between; the URL is never in the words', async () => {
    const { copy, registry } = setup();
    const error = Object.assign(new TypeError('fetch failed'), { cause: new Error('connect ETIMEDOUT') });
    for (let count = 0; count < 4; count++) registry.nextDownload(() => error);
    const outcome = await copy();
    expect(outcome).toMatchObject({ result: 'retry', call: 'ECR:download' });
    expect(JSON.stringify(outcome)).toContain('fetch failed: connect ETIMEDOUT');
    expect(JSON.stringify(outcome)).not.toContain('layers.example');
    expect(registry.clock.slept).toEqual([500, 1_000, 2_000]);
  });
});

describe('an upload that breaks off', () => {
  it('a part that had arrived already is not sent a third time', async () => {
    const { copy, registry, prod, blob } = setup('abcdefghij');
    const { uploads } = prod;
    // ECR takes the part, and then is asked once more: the SDK has sent it again.
    registry.failWhen('ECR:UploadLayerPart', awsError('unused', ''), (input) => {
      const upload = uploads.get(String(input.uploadId));
      const bytes = input.layerPartBlob;
      if (input.partFirstByte === 5 && upload?.received === 5 && bytes instanceof Uint8Array) {
        upload.hash.update(bytes);
        upload.parts.push(bytes.byteLength);
        upload.received += bytes.byteLength;
      }
      return false;
    });
    expect(await copy()).toEqual({ result: 'done' });
    expect(prod.parts.get(blob.digest)).toEqual([5, 5]);
    expect(registry.inputs('ECR:InitiateLayerUpload')).toHaveLength(1);
  });

  it('begins anew when ECR has forgotten it, and the count of bytes with it', async () => {
    const world = setup('abcdefghij');
    const { copy, registry, arrived } = world;
    let failed = false;
    registry.failWhen('ECR:UploadLayerPart', awsError('UploadNotFoundException', 'gone'), (input) => {
      if (failed || input.partFirstByte !== 5) return false;
      failed = true;
      return true;
    });
    expect(await copy()).toEqual({ result: 'done' });
    expect(ranges(world)).toEqual([
      [0, 4],
      [5, 9],
      [0, 4],
      [5, 9],
    ]);
    expect(arrived).toEqual([5, 0, 5, 10]);
  });

  it('is done if the layer is there, though the call that completed it has failed', async () => {
    const { copy, registry, prod, blob, arrived } = setup('abcdefghij');
    registry.failWhen('ECR:CompleteLayerUpload', awsError('UploadNotFoundException', 'gone'), () => {
      prod.layers.set(blob.digest, 'uploaded');
      return true;
    });
    expect(await copy()).toEqual({ result: 'done' });
    expect(registry.inputs('ECR:InitiateLayerUpload')).toHaveLength(1);
    expect(arrived.at(-1)).toBe(10);
  });

  it('is left to the next look after three times', async () => {
    const { copy, registry } = setup();
    registry.fail('ECR:UploadLayerPart', awsError('UploadNotFoundException', 'gone'), 99);
    expect(await copy()).toMatchObject({ result: 'retry', call: 'ECR:UploadLayerPart' });
    expect(registry.inputs('ECR:InitiateLayerUpload')).toHaveLength(3);
  });

  it('is done if the layer has come by another way meanwhile', async () => {
    const { copy, prod, blob } = setup();
    prod.layers.set(blob.digest, 'uploaded');
    expect(await copy()).toEqual({ result: 'done' });
  });
});
