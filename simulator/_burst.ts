import { CompleteLifecycleActionCommand } from '@aws-sdk/client-auto-scaling';
import {
  DescribeTasksCommand,
  ListContainerInstancesCommand,
  ListTasksCommand,
  UpdateContainerInstancesStateCommand,
} from '@aws-sdk/client-ecs';
import { createClients } from '../lib/aws/clients.ts';
import { createWorld } from './world.ts';

const t00 = performance.now();
const world = createWorld({ seed: 7, recording: 'counts', throttling: process.env.THROTTLE === '1' });
world.addCluster('prod');
const N = 1000;
const group = world.addGroup({
  name: 'prod-asg',
  cluster: 'prod',
  instances: N,
  max: 2 * N,
  cpu: 4096,
  hooks: [{ name: 'drain', heartbeatTimeoutMs: 900_000 }],
});
for (let s = 0; s < 40; s++)
  world.ecs.addService({
    cluster: 'prod',
    name: `web${s}`,
    desired: 250,
    minimumHealthyPercent: 90,
    deregistrationDelayMs: 10_000,
    memory: 64,
  });
let shared: ReturnType<typeof createClients> | undefined;
const tokens = new Map<string, string>();
world.deploy({
  name: 'drain',
  init: () => {
    const { ecs, autoScaling } = process.env.SHARED
      ? (shared ??= createClients(world.clients()))
      : createClients(world.clients());

    return async (event) => {
      const { detail } = event as { detail: Record<string, string> };
      let host = detail.containerInstanceArn;
      if (detail.LifecycleActionToken) {
        const found = await ecs.send(
          new ListContainerInstancesCommand({
            cluster: 'prod',
            filter: `ec2InstanceId == ${detail.EC2InstanceId}`,
          }),
        );
        await ecs.send(
          new UpdateContainerInstancesStateCommand({
            cluster: 'prod',
            containerInstances: found.containerInstanceArns,
            status: 'DRAINING',
          }),
        );
        host = found.containerInstanceArns?.[0] ?? '';
        tokens.set(host, detail.LifecycleActionToken);
      }
      const token = tokens.get(host ?? '');
      if (!token) return;
      const a = await ecs.send(new ListTasksCommand({ cluster: 'prod', containerInstance: host }));
      const b = await ecs.send(
        new ListTasksCommand({ cluster: 'prod', containerInstance: host, desiredStatus: 'STOPPED' }),
      );
      const all = [...(a.taskArns ?? []), ...(b.taskArns ?? [])];
      if (all.length > 0) {
        const d = await ecs.send(new DescribeTasksCommand({ cluster: 'prod', tasks: all }));
        if (d.tasks?.some((t) => t.lastStatus !== 'STOPPED')) return;
      }
      tokens.delete(host ?? '');
      await autoScaling
        .send(
          new CompleteLifecycleActionCommand({
            AutoScalingGroupName: 'prod-asg',
            LifecycleHookName: 'drain',
            LifecycleActionToken: token,
            LifecycleActionResult: 'CONTINUE',
          }),
        )
        .catch(() => {});
    };
  },
  rules: [
    {
      name: 'hook',
      pattern: { source: ['aws.autoscaling'], 'detail-type': ['EC2 Instance-terminate Lifecycle Action'] },
    },
    {
      name: 'stopped',
      pattern: {
        source: ['aws.ecs'],
        'detail-type': ['ECS Task State Change'],
        detail: { lastStatus: ['STOPPED'] },
      },
    },
  ],
});
console.log('setup', (performance.now() - t00).toFixed(0));
const start = world.now();
world.after(1000, () => world.autoScaling.setDesired(group, N / 2));
const t0 = performance.now();
const cpu0 = process.cpuUsage();
const ended = await world.run({
  until: () => group.members.size === N / 2,
  limit: world.now() + 3 * 3_600_000,
});
const cpu = process.cpuUsage(cpu0);
console.log('cpu s', (cpu.user + cpu.system) / 1e6);
const real = performance.now() - t0;
const virt = world.now() - start;
console.log(
  ended,
  'virtual s',
  virt / 1000,
  'real s',
  (real / 1000).toFixed(2),
  'ratio',
  (virt / real).toFixed(0),
  'members',
  group.members.size,
);
console.log(
  'calls',
  world.recording.countOf(),
  Object.fromEntries(world.recording.callCounts),
  Object.fromEntries(world.recording.errorCounts),
);
console.log(
  'events',
  Object.fromEntries(world.recording.eventCounts),
  world.lambda.stats.get('drain'),
  world.lambda.failures.slice(0, 2),
);
console.log(
  'µs per call',
  ((real * 1000) / world.recording.countOf()).toFixed(0),
  'rss',
  (process.memoryUsage().rss / 1e6).toFixed(0),
);
