import { DescribeContainerInstancesCommand, ListTasksCommand, StopTaskCommand } from '@aws-sdk/client-ecs';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createClients } from '../../lib/aws/clients.ts';
import { lambdaCredentials } from '../../lib/aws/lambda-credentials.ts';
import type { Retry } from '../../lib/aws/retry.ts';
import { instanceId } from '../../lib/ids.ts';
import { testClock } from '../state/clock.ts';
import { type Answer, ok, type Received, startServer, throttling, unavailable } from './server.ts';

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function setup(answer: (count: number, request: Received) => Answer) {
  const server = await startServer(answer);
  cleanups.push(server.stop);
  const clock = testClock();
  const retries: Retry[] = [];
  const base = { region: 'eu-central-1', clock, random: () => 0.5, credentials };
  const onRetry = (retry: Retry) => void retries.push(retry);
  const clients = createClients({ ...base, endpoint: server.endpoint, onRetry });
  return { clients, clock, retries, received: server.received, endpoint: server.endpoint, base };
}

const listTasks = new ListTasksCommand({ cluster: 'prod' });

describe('retries', () => {
  it('edge 29: waits longer at each throttling, by the injected clock and randomness only', async () => {
    const { clients, clock, retries } = await setup((count) =>
      count <= 3 ? throttling : ok({ taskArns: ['a'] }),
    );
    const output = await clients.ecs.send(listTasks);
    expect(output.taskArns).toEqual(['a']);
    expect(retries).toMatchObject([
      { service: 'ECS', operation: 'ListTasks', attempt: 1, delayMs: 250 },
      { service: 'ECS', operation: 'ListTasks', attempt: 2, delayMs: 500 },
      { service: 'ECS', operation: 'ListTasks', attempt: 3, delayMs: 1000 },
    ]);
    expect(clock.slept.slice(0, 3)).toEqual(expect.arrayContaining([250, 500]));
    expect(output.$metadata.attempts).toBe(4);
  });

  it('throws the original error after eight throttled attempts', async () => {
    const { clients, received } = await setup(() => throttling);
    await expect(clients.ecs.send(listTasks)).rejects.toMatchObject({
      name: 'ThrottlingException',
      $metadata: { attempts: 8 },
    });
    expect(received).toHaveLength(8);
  });

  it('gives up on an unavailable service after four attempts', async () => {
    const { clients, received, clock } = await setup(() => unavailable);
    await expect(clients.ecs.send(listTasks)).rejects.toMatchObject({ $metadata: { httpStatusCode: 503 } });
    expect(received).toHaveLength(4);
    expect(clock.slept).toEqual([25, 50, 100]);
  });

  it('does not repeat what AWS refuses', async () => {
    const refusal = {
      status: 400,
      body: '{"__type":"ClusterNotFoundException","message":"Cluster not found."}',
    };
    const { clients, received, retries } = await setup(() => refusal);
    await expect(clients.ecs.send(listTasks)).rejects.toMatchObject({ name: 'ClusterNotFoundException' });
    expect(received).toHaveLength(1);
    expect(retries).toEqual([]);
  });

  it('edge 29: slows down the throttled API family and no other', async () => {
    const isRead = ({ headers }: Received) => /List|Describe/.test(String(headers['x-amz-target']));
    let throttled = false;
    const { clients, clock } = await setup((_, request) => {
      if (throttled || !isRead(request)) return ok({});
      throttled = true;
      return throttling;
    });
    await clients.ecs.send(listTasks);
    const before = clock.slept.length;
    await clients.ecs.send(new StopTaskCommand({ cluster: 'prod', task: 't' }));
    await clients.events.send(new PutEventsCommand({ Entries: [] }));
    expect(clock.slept).toHaveLength(before);
    await clients.ecs.send(
      new DescribeContainerInstancesCommand({ cluster: 'prod', containerInstances: ['a'] }),
    );
    expect(clock.slept.length).toBeGreaterThan(before);
  });

  it('knows the operations of concurrent calls apart', async () => {
    const { clients, retries } = await setup((count) => (count <= 2 ? throttling : ok({})));
    await Promise.all([
      clients.ecs.send(listTasks),
      clients.ecs.send(new StopTaskCommand({ cluster: 'prod', task: 't' })),
    ]);
    expect(retries.map(({ operation }) => operation).toSorted()).toEqual(['ListTasks', 'StopTask']);
  });
});

describe('endpoints and credentials', () => {
  it('obeys AWS_ENDPOINT_URL_ECS', async () => {
    const { base, endpoint, received } = await setup(() => ok({ taskArns: [] }));
    vi.stubEnv('AWS_ENDPOINT_URL_ECS', endpoint);
    await createClients(base).ecs.send(listTasks);
    expect(received).toHaveLength(1);
  });

  it("signs with Lambda's environment on Lambda, and leaves a terminal to the SDK's chain", async () => {
    const keys = {
      AWS_ACCESS_KEY_ID: 'AKIDLAMBDA',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_SESSION_TOKEN: 'session',
    };
    expect(lambdaCredentials(keys)).toBeUndefined();
    for (const [name, value] of Object.entries(keys)) vi.stubEnv(name, value);
    vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', 'stevedore-drain');
    // With a profile set the SDK's chain does not look at the keys, so this would fail if the chain were asked.
    vi.stubEnv('AWS_PROFILE', 'no-such-profile');
    const { base, endpoint, received } = await setup(() => ok({}));
    const { credentials: _, ...withoutCredentials } = base;
    await createClients({ ...withoutCredentials, endpoint }).ecs.send(listTasks);
    expect(received[0]?.headers.authorization).toContain('Credential=AKIDLAMBDA/');
    expect(received[0]?.headers['x-amz-security-token']).toBe('session');
  });
});

describe('the EC2 reader', () => {
  const reservation = (id: string, state: string) =>
    `<item><instancesSet><item><instanceId>${id}</instanceId><instanceState><name>${state}</name></instanceState></item></instancesSet></item>`;
  const answer = (items: string, next = ''): Answer => ({
    status: 200,
    headers: { 'content-type': 'text/xml' },
    body: `<DescribeInstancesResponse><reservationSet>${items}</reservationSet>${next}</DescribeInstancesResponse>`,
  });

  it('reads all pages, and reports what EC2 does not know as not-found', async () => {
    const { clients, received } = await setup((count) =>
      count === 1
        ? answer(reservation('i-1', 'running'), '<nextToken>more</nextToken>')
        : answer(reservation('i-2', 'shutting-down')),
    );
    const ids = ['i-1', 'i-2', 'i-3'].map(instanceId);
    const states = await (await clients.ec2()).instanceStates(ids);
    expect(Object.fromEntries(states)).toEqual({
      'i-1': 'running',
      'i-2': 'shutting-down',
      'i-3': 'not-found',
    });
    expect(received[0]?.body).toContain('Filter.1.Name=instance-id');
    expect(received[1]?.body).toContain('NextToken=more');
  });

  it('edge 28: asks for more than 100 instances in several calls', async () => {
    const { clients, received } = await setup(() => answer(''));
    const ids = Array.from({ length: 230 }, (_, index) => instanceId(`i-${index}`));
    const states = await (await clients.ec2()).instanceStates(ids);
    expect(states.size).toBe(230);
    expect(received).toHaveLength(3);
  });
});
