import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { CreateRepositoryCommand, DescribeImagesCommand, PutImageCommand } from '@aws-sdk/client-ecr';
import type { Aws, BusEvent } from './aws.ts';
import { type Case, failing, journalled, until } from './cases.ts';
import { REPOSITORY, TAG } from './names.ts';

interface Pushed {
  readonly digest: string;
  readonly event: BusEvent;
}

let first: Pushed;
let second: Pushed;

/** What `docker push` ends with, and what ECR tells the bus of it. */
async function push(aws: Aws, tag: string): Promise<Pushed> {
  const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const config = { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digestOf(tag), size: 2 };
  const imageManifest = JSON.stringify({ schemaVersion: 2, mediaType, config, layers: [] });
  const image = { repositoryName: REPOSITORY, imageManifest, imageManifestMediaType: mediaType };
  await aws.ecr.send(new PutImageCommand({ ...image, imageTag: tag }));
  const digest = digestOf(imageManifest);
  return { digest, event: await putPush(aws, tag, digest) };
}

const putPush = (aws: Aws, tag: string, digest: string) =>
  aws.put('aws.ecr', 'ECR Image Action', {
    result: 'SUCCESS',
    'repository-name': REPOSITORY,
    'image-digest': digest,
    'action-type': 'PUSH',
    'image-tag': tag,
  });

/** The digest that the destination tag is on. */
async function tagged({ ecr }: Aws): Promise<string | undefined> {
  const { imageDetails = [] } = await ecr.send(new DescribeImagesCommand({ repositoryName: REPOSITORY }));
  return imageDetails.find(({ imageTags }) => imageTags?.includes(TAG))?.imageDigest;
}

const isOn = (aws: Aws, { digest }: Pushed) =>
  until(
    `${TAG} on ${digest}`,
    () => tagged(aws),
    (found) => found === digest,
  );

const putOrder = (aws: Aws, verb: string, tag: string) =>
  aws.put('stevedore.operator', 'Stevedore Retag Order', {
    verb,
    repository: REPOSITORY,
    tag,
    by: 'operator/live',
  });

const cases: Omit<Case, 'capability'>[] = [
  {
    name: 'a push is promoted',
    async run(aws) {
      await aws.ecr.send(new CreateRepositoryCommand({ repositoryName: REPOSITORY }));
      first = await push(aws, 'main-1');
      await isOn(aws, first);
      const { cause } = await journalled(aws, { capability: 'retagging', reason: 'promoted' });
      assert.equal(cause?.eventId, first.event.id);
    },
  },
  {
    name: 'the same push delivered twice writes nothing',
    async run(aws) {
      const from = aws.front.calls.length;
      await aws.invoke('retag', first.event);
      assert.equal(aws.count('PutImage', from), 0);
      assert.equal(await tagged(aws), first.digest);
    },
  },
  {
    name: 'no layer is pulled or pushed for it',
    async run(aws) {
      assert.equal(aws.count('GetDownloadUrlForLayer', 0), 0);
      assert.equal(aws.count('InitiateLayerUpload', 0), 0);
    },
  },
  {
    name: 'a roll-back that is ordered goes to the image before',
    async run(aws) {
      second = await push(aws, 'main-2');
      await isOn(aws, second);
      await putOrder(aws, 'rollback', TAG);
      await isOn(aws, first);
      await journalled(aws, { capability: 'retagging', reason: 'rolled-back' });
    },
  },
  {
    name: 'what was rolled back from is not promoted again',
    async run(aws) {
      // As if it had been pushed again.
      await aws.invoke('retag', { ...second.event, id: crypto.randomUUID() });
      assert.equal(await tagged(aws), first.digest);
    },
  },
  {
    name: 'an order for a tag that no rule gives is refused, with the reason',
    async run(aws) {
      await putOrder(aws, 'release', 'elsewhere');
      await journalled(aws, { capability: 'retagging', reason: 'tag-not-in-policy', outcome: 'refused' });
    },
  },
  {
    name: 'what ECR refuses for good ends in the queue, and the journal names the permission',
    async run(aws) {
      const digest = `sha256:${'3'.repeat(64)}`;
      await failing(aws, 'ecr', () => putPush(aws, 'main-3', digest));
      const { sentence } = await journalled(aws, { capability: 'retagging', reason: 'access-denied' });
      assert.match(sentence, /ecr:\w+/);
    },
  },
  {
    name: 'an event on which DynamoDB denies its calls three times ends in the queue',
    run: (aws) => failing(aws, 'dynamodb', () => putPush(aws, 'main-4', `sha256:${'4'.repeat(64)}`)),
  },
];

export const retagCases: readonly Case[] = cases.map((one) => ({ capability: 'retag', ...one }));
