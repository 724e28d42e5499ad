import { PutImageCommand } from '@aws-sdk/client-ecr';
import { DescribeServicesCommand } from '@aws-sdk/client-ecs';
import { afterEach, expect, it } from 'vitest';
import { createRetaggingClients } from '../../lib/aws/retagging-clients.ts';
import type { Retry } from '../../lib/aws/retry.ts';
import { ok, startServer, throttling } from '../aws/server.ts';
import { testClock } from '../state/clock.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

const put = new PutImageCommand({ repositoryName: 'app', imageManifest: '{}' });

async function setup(throttledCalls: number) {
  const server = await startServer((count) => (count <= throttledCalls ? throttling : ok({})));
  cleanups.push(server.stop);
  const retries: Retry[] = [];
  const clients = createRetaggingClients({
    region: 'eu-central-1',
    clock: testClock(),
    random: () => 0.5,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    endpoint: server.endpoint,
    onRetry: (retry) => void retries.push(retry),
  });
  return { clients, retries, received: server.received };
}

it('makes one ECR client for a Region, the own one without asking', async () => {
  const { clients } = await setup(0);
  expect(clients.ecr()).toBe(clients.ecr('eu-central-1'));
  expect(clients.ecr(null)).toBe(clients.ecr());
  expect(clients.ecr('us-east-1')).toBe(clients.ecr('us-east-1'));
  expect(await clients.ecr('us-east-1').config.region()).toBe('us-east-1');
});

it('signs for the Region that is asked', async () => {
  const { clients, received } = await setup(0);
  await clients.ecr('us-east-1').send(put);
  expect(received[0]?.headers.authorization).toContain('/us-east-1/ecr/');
});

it.each([null, 'us-east-1'])(
  'retries what is throttled in Region %s, and says which call it was',
  async (region) => {
    const { clients, retries } = await setup(2);
    await clients.ecr(region).send(put);
    await clients.ecs.send(new DescribeServicesCommand({ services: [] }));
    expect(retries).toMatchObject([
      { service: 'ECR', operation: 'PutImage', attempt: 1 },
      { service: 'ECR', operation: 'PutImage', attempt: 2 },
    ]);
  },
);
