import assert from 'node:assert/strict';
import { DescribeServicesCommand, ListTasksCommand, StopTaskCommand } from '@aws-sdk/client-ecs';
import { type Aws, arn, type BusEvent, tick } from './aws.ts';
import { type Case, failing, journalled, until } from './cases.ts';
import { BATCH, CLUSTER, WORKER } from './names.ts';
import { prepareServices } from './services.ts';

let shortage: BusEvent;

/** As Spot does with tasks; MiniStack starts none in their place. */
async function takeTasks({ ecs }: Aws, serviceName: string): Promise<void> {
  const { taskArns = [] } = await ecs.send(new ListTasksCommand({ cluster: CLUSTER, serviceName }));
  assert.equal(taskArns.length, 2);
  for (const task of taskArns) await ecs.send(new StopTaskCommand({ cluster: CLUSTER, task }));
}

/** The providers of the service's strategy. */
async function providers({ ecs }: Aws, service: string): Promise<string[]> {
  const command = new DescribeServicesCommand({ cluster: CLUSTER, services: [service] });
  const { services = [] } = await ecs.send(command);
  return (services[0]?.capacityProviderStrategy ?? []).flatMap(
    ({ capacityProvider }) => capacityProvider ?? [],
  );
}

async function isFailedOver(aws: Aws, service: string) {
  await until(
    `${service} on FARGATE`,
    () => providers(aws, service),
    (names) => names.includes('FARGATE'),
  );
  const subject = `service/${CLUSTER}/${service}`;
  return journalled(aws, { capability: 'failover', reason: 'failed-over', subject });
}

/** What ECS tells the bus when it finds no Spot capacity for a task. */
const putShortage = (aws: Aws, service: string) =>
  aws.put(
    'aws.ecs',
    'ECS Service Action',
    {
      eventType: 'ERROR',
      eventName: 'SERVICE_TASK_PLACEMENT_FAILURE',
      clusterArn: arn('ecs', `cluster/${CLUSTER}`),
      capacityProviderArns: [arn('ecs', 'capacity-provider/FARGATE_SPOT')],
      reason: 'RESOURCE:FARGATE',
      createdAt: new Date().toISOString(),
    },
    [arn('ecs', `service/${CLUSTER}/${service}`)],
  );

const putOrder = (aws: Aws, service: string) =>
  aws.put('stevedore.operator', 'Stevedore Failover Order', {
    verb: 'fail-over',
    cluster: CLUSTER,
    service,
    by: 'operator/live',
  });

const cases: Omit<Case, 'capability'>[] = [
  {
    name: 'a tick changes nothing while nobody says that Spot is short',
    async run(aws) {
      await prepareServices(aws, [WORKER, BATCH]);
      const from = aws.front.calls.length;
      await aws.invoke('failover', tick());
      assert.equal(aws.count('UpdateService', from), 0);
      assert.deepEqual(await providers(aws, WORKER), ['FARGATE_SPOT']);
    },
  },
  {
    name: 'a service that has lost its tasks, and for which ECS finds no Spot, goes to FARGATE',
    async run(aws) {
      await takeTasks(aws, WORKER);
      shortage = await putShortage(aws, WORKER);
      const { cause } = await isFailedOver(aws, WORKER);
      assert.equal(cause?.eventId, shortage.id);
      assert.deepEqual(await providers(aws, BATCH), ['FARGATE_SPOT']);
    },
  },
  {
    name: 'the same shortage delivered twice makes no second deployment',
    async run(aws) {
      const from = aws.front.calls.length;
      await aws.invoke('failover', shortage);
      assert.equal(aws.count('UpdateService', from), 0);
    },
  },
  {
    name: 'an order sends a service to FARGATE',
    async run(aws) {
      await putOrder(aws, BATCH);
      await isFailedOver(aws, BATCH);
    },
  },
  {
    name: 'an order for a service that ECS does not have is refused, with the reason',
    async run(aws) {
      await putOrder(aws, 'missing');
      const entry = await journalled(aws, { capability: 'failover', subject: `service/${CLUSTER}/missing` });
      assert.equal(entry.outcome, 'refused');
      assert.match(entry.sentence, /missing/);
    },
  },
  {
    name: 'an order for a service that is not in the policy is refused, with the reason',
    async run(aws) {
      await putOrder(aws, 'stranger');
      await journalled(aws, { capability: 'failover', reason: 'service-not-in-policy', outcome: 'refused' });
    },
  },
  {
    name: 'what ECS refuses for good ends in the queue, and the journal names the permission',
    async run(aws) {
      await failing(aws, 'ecs', () => putShortage(aws, BATCH));
      const { sentence } = await journalled(aws, { capability: 'failover', reason: 'access-denied' });
      assert.match(sentence, /ecs:\w+/);
    },
  },
  {
    name: 'an event on which DynamoDB denies its calls three times ends in the queue',
    run: (aws) => failing(aws, 'dynamodb', () => putShortage(aws, BATCH)),
  },
];

export const failoverCases: readonly Case[] = cases.map((one) => ({ capability: 'failover', ...one }));
