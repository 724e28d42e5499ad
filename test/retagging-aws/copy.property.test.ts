import fc from 'fast-check';
import { expect, it } from 'vitest';
import { copyImage } from '../../lib/retagging/copy.ts';
import { awsError } from '../functions/calls.ts';
import { DOCKER_LIST, OCI_IMAGE, OCI_INDEX, storeImage, storeIndex } from './images.ts';
import { createRegistry, type Registry } from './registry.ts';

const writing = fc.record({
  declared: fc.boolean(),
  indent: fc.constantFrom(0, 2, 3),
  ending: fc.constantFrom('', '\n', '\r\n', ' '),
  newline: fc.constantFrom('\n', '\r\n'),
});
// Few contents, so that images share layers.
const layers = fc.array(fc.constantFrom('a', 'bcdefgh', 'ü', 'x'.repeat(37), 'y'.repeat(10)), {
  maxLength: 4,
});
const image = fc.record({ layers, writing });
const world = fc.record({
  platforms: fc.array(image, { maxLength: 4 }),
  list: fc.record({ writing, mediaType: fc.constantFrom(OCI_INDEX, DOCKER_LIST) }),
  single: image,
  indexed: fc.boolean(),
  /** Each hangs on one of the images before it: of the tree, or of these. */
  referrers: fc.array(fc.record({ on: fc.nat(20), image, cosign: fc.boolean() }), { maxLength: 4 }),
  unrelated: image,
  partSize: fc.integer({ min: 1, max: 12 }),
  pieceSize: fc.integer({ min: 1, max: 12 }),
  /** Blobs that the destination has before. */
  there: fc.array(fc.nat(20), { maxLength: 5 }),
  /** How many writes are carried out before one fails; the copy is then begun again. */
  breaks: fc.array(fc.nat(25), { maxLength: 3 }),
});
type Given = typeof world extends fc.Arbitrary<infer T> ? T : never;

/** Stores it all in repository ci; returns the root's digest and those of all that must be copied. */
function build(registry: Registry, given: Given): { root: string; expected: Set<string> } {
  const { platforms, list, single, indexed, referrers, unrelated } = given;
  const put = (name: string, { layers, writing }: Given['single'], more = {}) =>
    storeImage(registry, 'ci', name, { layers, mediaType: OCI_IMAGE, ...writing, ...more });
  put('unrelated', unrelated, { tags: ['other'] });
  const children = indexed ? platforms.map((platform, index) => put(`platform ${index}`, platform)) : [];
  const root = indexed
    ? storeIndex(registry, 'ci', children, { mediaType: list.mediaType, ...list.writing })
    : put('single', single);
  const expected = [root, ...children].map(({ digest }) => digest);
  for (const [index, { on, image, cosign }] of referrers.entries()) {
    const subject = expected[on % expected.length] ?? root.digest;
    const tag = `${subject.replace(':', '-')}.${index % 2 ? 'att' : 'sig'}`;
    const free = registry.repository('ci').tagged(tag) === undefined;
    const { digest } = put(`referrer ${index}`, image, cosign && free ? { tags: [tag] } : { subject });
    expected.push(digest);
  }
  return { root: root.digest, expected: new Set(expected) };
}

it('retagging edge 11: whatever the image, its copy has the same bytes and nothing is missing, though it broke off before', async () => {
  const check = async (given: Given) => {
    const registry = createRegistry();
    Object.assign(registry.settings, { partSize: given.partSize, pieceSize: given.pieceSize });
    const { root, expected } = build(registry, given);
    const [from, to] = [registry.repository('ci'), registry.repository('prod', 'us-east-1')];
    for (const index of given.there) {
      const digest = [...from.layers.keys()][index];
      if (digest !== undefined) to.layers.set(digest, 'uploaded');
    }
    const copy = () =>
      copyImage(
        {
          from: registry.place('ci'),
          to: registry.place('prod', 'us-east-1'),
          region: 'us-east-1',
          digest: root,
          sourceTag: null,
          tag: 'live',
        },
        { fetch: registry.fetch, clock: registry.clock, mostBytes: Number.POSITIVE_INFINITY },
      );
    const countdown = { left: -1 };
    for (const name of ['InitiateLayerUpload', 'UploadLayerPart', 'CompleteLayerUpload', 'PutImage']) {
      registry.failWhen(
        `ECR:${name}`,
        awsError('ServerException', 'broke off'),
        () => countdown.left-- === 0,
      );
    }
    for (const left of given.breaks) {
      countdown.left = left;
      await copy();
    }
    countdown.left = -1;
    expect(['done', 'already']).toContain((await copy()).result);

    expect(new Set(to.images.keys())).toEqual(expected);
    for (const [digest, { manifest, tags }] of to.images) {
      const source = from.images.get(digest);
      expect(manifest).toBe(source?.manifest);
      expect([...tags].filter((tag) => tag !== 'live')).toEqual([...(source?.tags ?? [])]);
    }
    expect(to.tagged('live')).toBe(root);
    expect(to.uploads.size).toBeLessThanOrEqual(4 * given.breaks.length);
  };
  await fc.assert(fc.asyncProperty(world, check), { numRuns: 60 });
});
