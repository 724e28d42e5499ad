import assert from 'node:assert/strict';
import { type Aws, type BusEvent, tick } from './aws.ts';
import { type Case, failing, journalled, until } from './cases.ts';
import { createHosts, putHook, statusOf } from './hosts.ts';
import { GROUP, HOOK, HOSTS } from './names.ts';

let ordered = '';
let reclaimed = '';
let terminating: BusEvent;

/** A group of two instances with a terminate hook, and the instances in the cluster. */
async function prepareHosts(aws: Aws): Promise<void> {
  [ordered = '', reclaimed = ''] = await createHosts(aws, {
    cluster: HOSTS,
    group: GROUP,
    zone: 'us-east-1a',
  });
  await putHook(aws, GROUP);
}

const isDraining = (aws: Aws, instanceId: string) =>
  until(
    `${instanceId} is DRAINING`,
    () => statusOf(aws, HOSTS, instanceId),
    (found) => found === 'DRAINING',
  );

const putSpotNotice = (aws: Aws, instanceId: string) =>
  aws.put(
    'aws.ec2',
    'EC2 Spot Instance Interruption Warning',
    { 'instance-id': instanceId, 'instance-action': 'terminate' },
    [`arn:aws:ec2:us-east-1a:instance/${instanceId}`],
  );

/** What the service has said of lifecycle actions. */
const completions = ({ front }: Aws): URLSearchParams[] =>
  front.calls
    .filter(({ operation }) => operation === 'CompleteLifecycleAction')
    .map(({ body }) => new URLSearchParams(body));

const cases: Omit<Case, 'capability'>[] = [
  {
    name: 'an order makes the instance DRAINING',
    async run(aws) {
      await prepareHosts(aws);
      assert.equal(await statusOf(aws, HOSTS, ordered), 'ACTIVE');
      const order = { verb: 'drain', instanceId: ordered, cluster: HOSTS, by: 'operator/live' };
      await aws.put('stevedore.operator', 'Stevedore Drain Order', order);
      await isDraining(aws, ordered);
      await journalled(aws, { capability: 'draining', reason: 'drain-begun', subject: ordered });
      assert.equal(await statusOf(aws, HOSTS, reclaimed), 'ACTIVE');
    },
  },
  {
    name: 'a Spot notice makes the instance DRAINING',
    async run(aws) {
      await putSpotNotice(aws, reclaimed);
      await isDraining(aws, reclaimed);
      await journalled(aws, { capability: 'draining', reason: 'drain-begun', subject: reclaimed });
    },
  },
  {
    name: 'the terminate hook of an empty instance is completed',
    async run(aws) {
      terminating = await aws.put('aws.autoscaling', 'EC2 Instance-terminate Lifecycle Action', {
        LifecycleActionToken: '3c1f0a52-7b9e-4d2a-8f43-5a6b7c8d9e01',
        AutoScalingGroupName: GROUP,
        LifecycleHookName: HOOK,
        EC2InstanceId: ordered,
        LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
      });
      const ticked = async () => {
        await aws.invoke('drain', tick());
        return completions(aws);
      };
      const [said] = await until('the hook completed', ticked, ({ length }) => length > 0);
      assert.equal(said?.get('LifecycleActionResult'), 'CONTINUE');
      assert.equal(said?.get('AutoScalingGroupName'), GROUP);
      assert.equal(said?.get('LifecycleHookName'), HOOK);
      await journalled(aws, { capability: 'draining', reason: 'hook-completed', subject: ordered });
    },
  },
  {
    name: 'the same hook delivered twice is not completed again',
    async run(aws) {
      const before = completions(aws).length;
      await aws.invoke('drain', terminating);
      await aws.invoke('drain', tick());
      assert.equal(completions(aws).length, before);
    },
  },
  {
    name: 'what ECS refuses for good ends in the queue',
    run: (aws) => failing(aws, 'ecs', () => putSpotNotice(aws, 'i-00000000000000001')),
  },
];

export const drainCases: readonly Case[] = cases.map((one) => ({ capability: 'drain', ...one }));
