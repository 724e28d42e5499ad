import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseManifest, verifyDigest } from '../../lib/retagging/manifest.ts';
import { DOCKER_IMAGE, DOCKER_LIST, OCI_IMAGE, OCI_INDEX } from './images.ts';
import { sha256 } from './registry.ts';

const blob = (name: string) => ({ mediaType: 'layer', digest: sha256(name), size: name.length });
const image = { schemaVersion: 2, config: blob('config'), layers: [blob('a'), blob('b')] };
const platform = { os: 'linux', architecture: 'arm64', variant: 'v8' };
const index = { schemaVersion: 2, manifests: [{ ...blob('child'), platform }, blob('artifact')] };

describe('parseManifest', () => {
  it.each([DOCKER_IMAGE, OCI_IMAGE])('reads layers and configuration of %s', (mediaType) => {
    expect(parseManifest(JSON.stringify(image), mediaType)).toEqual({
      ok: true,
      manifest: { kind: 'image', config: blob('config'), layers: [blob('a'), blob('b')], subject: null },
    });
  });

  it.each([DOCKER_LIST, OCI_INDEX])('reads the images of %s, with their platforms', (mediaType) => {
    expect(parseManifest(JSON.stringify(index), mediaType)).toEqual({
      ok: true,
      manifest: {
        kind: 'index',
        children: [
          { ...blob('child'), platform: 'linux/arm64/v8' },
          { ...blob('artifact'), platform: null },
        ],
        subject: null,
      },
    });
  });

  it('retagging edge 10: tells an index from an image when nobody says the media type', () => {
    expect(parseManifest(JSON.stringify(index))).toMatchObject({ manifest: { kind: 'index' } });
    expect(parseManifest(JSON.stringify(image))).toMatchObject({ manifest: { kind: 'image' } });
  });

  it('reads what an artifact is about', () => {
    const artifact = { ...image, subject: { mediaType: OCI_IMAGE, digest: sha256('subject'), size: 7 } };
    expect(parseManifest(JSON.stringify(artifact))).toMatchObject({
      manifest: { subject: sha256('subject') },
    });
  });

  it.each([
    ['{', 'no JSON'],
    ['[]', 'no JSON object'],
    ['{"config":1,"layers":[]}', 'config'],
    [JSON.stringify({ ...image, layers: [{ ...blob('a'), digest: 'sha256:../etc' }] }), 'layers.0.digest'],
    [
      JSON.stringify({ mediaType: 'application/vnd.docker.distribution.manifest.v1+prettyjws' }),
      'v1+prettyjws',
    ],
  ])('says what is wrong with %s', (text, why) => {
    const result = parseManifest(text);
    expect(result).toMatchObject({ ok: false, why: expect.stringContaining(why) });
  });

  it('answers any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(parseManifest(text)).toHaveProperty('ok');
      }),
    );
  });
});

describe('verifyDigest', () => {
  it('takes a text for its UTF-8 bytes', () => {
    expect(verifyDigest('ü', sha256(Buffer.from([0xc3, 0xbc])))).toBe(true);
    expect(verifyDigest(Buffer.from([0xc3, 0xbc]), sha256('ü'))).toBe(true);
  });

  it('sees one byte more', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom('\n', '\r', ' ', '\ufeff'), (text, more) => {
        expect(verifyDigest(text, sha256(text))).toBe(true);
        expect(verifyDigest(text + more, sha256(text))).toBe(false);
      }),
    );
  });
});
