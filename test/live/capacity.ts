import assert from 'node:assert/strict';
import {
  DescribeAutoScalingGroupsCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  CreateServiceCommand,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { type Aws, arn, type BusEvent, tick } from './aws.ts';
import { type Case, failing, journalled, until } from './cases.ts';
import { createHosts, statusOf } from './hosts.ts';
import { COUNTED, COUNTED_GROUP } from './names.ts';

const SERVICE = 'report';
let hosts: string[] = [];
let failure: BusEvent;

/** A cluster of two instances, each with room for one task of a service that wants three. None of them starts. */
async function prepare(aws: Aws): Promise<void> {
  hosts = await createHosts(aws, { cluster: COUNTED, group: COUNTED_GROUP, zone: 'us-east-1a' });
  const size = { AutoScalingGroupName: COUNTED_GROUP, MinSize: 0, MaxSize: 5 };
  await aws.autoScaling.send(new UpdateAutoScalingGroupCommand(size));
  await aws.ecs.send(
    new RegisterTaskDefinitionCommand({
      family: COUNTED,
      containerDefinitions: [{ name: 'app', image: 'busybox', cpu: 3_000, memory: 4_000 }],
    }),
  );
  const wanted = { serviceName: SERVICE, desiredCount: 3, launchType: 'EC2' as const };
  await aws.ecs.send(new CreateServiceCommand({ ...wanted, cluster: COUNTED, taskDefinition: COUNTED }));
}

async function group({ autoScaling }: Aws): Promise<{ desired: number | undefined; ids: string[] }> {
  const command = new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [COUNTED_GROUP] });
  const [{ DesiredCapacity, Instances = [] } = {}] =
    (await autoScaling.send(command)).AutoScalingGroups ?? [];
  return { desired: DesiredCapacity, ids: Instances.map(({ InstanceId }) => InstanceId ?? '') };
}

/** What ECS tells the bus when it finds no instance for a task. */
const putFailure = (aws: Aws): Promise<BusEvent> =>
  aws.put(
    'aws.ecs',
    'ECS Service Action',
    {
      eventType: 'ERROR',
      eventName: 'SERVICE_TASK_PLACEMENT_FAILURE',
      clusterArn: arn('ecs', `cluster/${COUNTED}`),
      reason: 'RESOURCE:MEMORY',
    },
    [arn('ecs', `service/${COUNTED}/${SERVICE}`)],
  );

const cases: Omit<Case, 'capability'>[] = [
  {
    name: 'that ECS finds no instance for a task comes by the rule',
    async run(aws) {
      await prepare(aws);
      failure = await putFailure(aws);
      // It is noted, and the tick looks: to read a cluster takes hundreds of calls. The journal's table has no notes.
      const notes = async () =>
        aws.front.calls.filter(
          ({ operation, body }) => operation === 'UpdateItem' && body.includes(failure.id),
        );
      await until('noted in the table', notes, ({ length }) => length > 0);
      assert.equal((await group(aws)).desired, 2);
    },
  },
  {
    name: 'the next tick raises the desired count by what the waiting tasks need',
    async run(aws) {
      await aws.invoke('capacity', tick());
      assert.equal((await group(aws)).desired, 3);
      await journalled(aws, { capability: 'capacity', reason: 'launched-for-need' });
    },
  },
  {
    name: 'the same event delivered twice, and the tick after it, raise it no further',
    async run(aws) {
      const from = aws.front.calls.length;
      await aws.invoke('capacity', failure);
      await aws.invoke('capacity', tick());
      assert.equal(aws.count('SetDesiredCapacity', from), 0);
      assert.equal((await group(aws)).desired, 3);
    },
  },
  {
    name: 'an instance that nothing needs any more is drained by an order on the bus',
    async run(aws) {
      const none = { cluster: COUNTED, service: SERVICE, desiredCount: 0 };
      await aws.ecs.send(new UpdateServiceCommand(none));
      const ticked = async () => {
        await aws.invoke('capacity', tick());
        return Promise.all(hosts.map((id) => statusOf(aws, COUNTED, id)));
      };
      await until('an instance DRAINING', ticked, (all) => all.includes('DRAINING'));
      await journalled(aws, { capability: 'capacity', reason: 'drain-ordered' });
      await journalled(aws, { capability: 'draining', reason: 'drain-begun' });
    },
  },
  {
    name: 'when it is DRAINING and empty it is terminated, and the desired count lowered',
    async run(aws) {
      const ticked = async () => {
        await aws.invoke('capacity', tick());
        return (await group(aws)).ids;
      };
      // A task that ECS was already placing may appear for some time (follow.ts).
      const isOut = (ids: string[]) => hosts.some((id) => !ids.includes(id));
      await until('it is in the group no more', ticked, isOut, 75_000);
      const { desired, ids } = await group(aws);
      assert.equal(desired, ids.length);
      await journalled(aws, { capability: 'capacity', reason: 'terminating' });
    },
  },
  {
    name: 'an event on which DynamoDB denies its calls three times ends in the queue',
    run: (aws) => failing(aws, 'dynamodb', () => putFailure(aws)),
  },
];

export const capacityCases: readonly Case[] = cases.map((one) => ({ capability: 'capacity', ...one }));
