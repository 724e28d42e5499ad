import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../lib/clock.ts';
import { type Clients, cluster, SCALING, stage, watch } from './stage.ts';

const capacity = (consolidation: string) => `version: 1
draining: { clusters: { prod: { groups: { prod-asg: {} } } } }
capacity: { clusters: { prod: { groups: [prod-asg], consolidation: ${consolidation} } } }
`;
const CAPACITY = capacity('{ budgets: [{ limit: 1 }], drainTimeout: 10m }');

const order =
  (verb: 'drain' | 'release', instanceId: string) =>
  ({ events }: Clients) =>
    events.putEvents({
      Entries: [
        {
          Source: 'stevedore.operator',
          DetailType: 'Stevedore Drain Order',
          Detail: JSON.stringify({ verb, instanceId, cluster: 'prod', by: 'capacity: underused' }),
        },
      ],
    });
const terminate =
  (id: string) =>
  ({ autoScaling }: Clients) =>
    autoScaling.terminateInstanceInAutoScalingGroup({
      InstanceId: id,
      ShouldDecrementDesiredCapacity: true,
    });
const setDesired =
  (DesiredCapacity: number) =>
  ({ autoScaling }: Clients) =>
    autoScaling.setDesiredCapacity({ AutoScalingGroupName: 'prod-asg', DesiredCapacity }).catch(() => {});

/** Three instances with six tasks, and the oracle that watches them. */
function prod(name: string, policy = CAPACITY) {
  const { world, observed, misbehave } = stage(policy);
  const made = cluster(world);
  const { play } = watch(observed, name);
  const ids = [...made.group.members.keys()];
  const drain = (id: string) => {
    const instance = world.ecs.instances.find(id);
    if (instance !== undefined) world.ecs.instances.setStatus(instance, 'DRAINING');
  };
  return { world, ...made, play, misbehave, ids, drain };
}

describe('healthy-minimum', () => {
  /** An instance is let go, and the tasks on it are stopped before others run. */
  async function stoppedOn(letGo: boolean, minimumHealthyPercent = 100) {
    const { world, web, play, misbehave, ids, drain } = prod('healthy-minimum');
    const [id = ''] = ids;
    world.ecs.updateService(web, { deploymentConfiguration: { minimumHealthyPercent } });
    await play(5 * SECOND);
    if (letGo) misbehave('capacity', order('drain', id));
    const before = await play(2 * SECOND);
    drain(id);
    const [task] = [...web.tasks].filter(({ instance }) => instance?.ec2InstanceId === id);
    misbehave('drain', ({ ecs }) => ecs.stopTask({ cluster: 'prod', task: task?.arn }));
    return { before, after: await play(5 * SECOND), id };
  }

  it('sees that a task is stopped on an instance that capacity lets go, before another one runs', async () => {
    const { before, after, id } = await stoppedOn(true);

    expect(before).toEqual([]);
    expect(after).toHaveLength(1);
    expect(after[0]).toContain(`5 tasks of web serve after 1 ended on ${id}`);
    expect(after[0]).toContain('6 would have been right');
  });

  it('says nothing where the minimum allows it, nor of an instance that capacity did not let go', async () => {
    expect((await stoppedOn(true, 50)).after).toEqual([]);
    expect((await stoppedOn(false)).after).toEqual([]);
  });

  it('says nothing of an instance that EC2 takes away meanwhile', async () => {
    const { world, play, misbehave, ids } = prod('healthy-minimum');
    const [id = ''] = ids;
    misbehave('capacity', order('drain', id));
    await play(2 * SECOND);

    world.ec2.terminate(id);

    expect(await play(2 * MINUTE)).toEqual([]);
  });
});

describe('capacity-budget', () => {
  it('sees the second instance on its way out, and none that was taken back before it', async () => {
    const { play, misbehave, ids } = prod('capacity-budget');
    const [one = '', two = '', three = ''] = ids;

    misbehave('capacity', order('drain', one));
    await play(2 * SECOND);
    misbehave('capacity', order('release', one));
    const takenBack = await play(5 * SECOND);
    misbehave('capacity', order('drain', two));
    const first = await play(5 * SECOND);
    misbehave('capacity', order('drain', three));
    const second = await play(5 * SECOND);

    expect([...takenBack, ...first]).toEqual([]);
    expect(second).toHaveLength(1);
    expect(second[0]).toContain('2 of 3 instances of prod are on their way out');
  });

  it('knows shares, reasons and windows of budgets', async () => {
    async function sentencesOf(budgets: string) {
      const { play, misbehave, ids } = prod('capacity-budget', capacity(`{ budgets: [${budgets}] }`));
      await play(3 * MINUTE);
      for (const id of ids.slice(0, 2)) misbehave('capacity', order('drain', id));
      return play(5 * SECOND);
    }
    // The world begins at two in the afternoon.
    const window = (cron: string) => `window: { cron: '${cron}', duration: 30m }`;

    expect(await sentencesOf('{ limit: 40% }')).toEqual([]);
    expect(await sentencesOf('{ limit: 30% }')).toHaveLength(1);
    expect(await sentencesOf('{ limit: 1, reasons: [empty] }')).toEqual([]);
    expect(await sentencesOf('{ limit: 1, reasons: [underused] }')).toHaveLength(1);
    expect(await sentencesOf(`{ limit: 1, ${window('10 14 * * *')} }`)).toEqual([]);
    expect(await sentencesOf(`{ limit: 1, ${window('50 13 * * *')} }`)).toHaveLength(1);
  });

  it('sees an instance that stays DRAINING for ever', async () => {
    const { play, misbehave, ids, drain } = prod('capacity-budget');
    const [id = ''] = ids;
    misbehave('capacity', order('drain', id));
    await play(5 * SECOND);
    drain(id);

    const inTime = await play(24 * MINUTE);
    const late = await play(5 * MINUTE);

    expect(inTime).toEqual([]);
    expect(late).toHaveLength(1);
    expect(late[0]).toContain(`${id} was told to drain at 14:00:00 by capacity and is still DRAINING`);
  });
});

describe('no-task-stranded', () => {
  it('sees tasks that wait though a group could launch an instance, and not those of a full group', async () => {
    async function sentencesOf(max: number) {
      const { world, web, group, play } = prod('no-task-stranded');
      group.max = max;
      // 48 of these fill the three.
      world.ecs.updateService(web, { desiredCount: 60 });
      return play(40 * MINUTE, 'end');
    }

    const [sentence, ...others] = await sentencesOf(4);
    expect(others).toEqual([]);
    expect(sentence).toMatch(/^Service web lacks \d+ of 60 tasks since/);
    expect(sentence).toContain('prod-asg has 3 of at most 4 instances');
    expect(await sentencesOf(3)).toEqual([]);
  });

  it('sees tasks that ran before capacity let an instance go, and not those that somebody has added', async () => {
    async function sentencesOf(desiredCount: number) {
      const policy = CAPACITY.replace('groups: [prod-asg]', 'groups: [prod-asg], scaleOut: false');
      const { world, web, play, misbehave, ids } = prod('no-task-stranded', policy);
      const [id = ''] = ids;
      world.ecs.updateService(web, { desiredCount: 48 });
      await play(5 * MINUTE);
      misbehave('capacity', terminate(id));
      await play(30 * SECOND);
      world.ec2.terminate(id);
      if (desiredCount !== 48) world.ecs.updateService(web, { desiredCount });
      return play(40 * MINUTE, 'end');
    }

    const sentences = await sentencesOf(48);
    expect(sentences).toHaveLength(1);
    expect(sentences[0]).toContain('all of them ran before capacity let instances go');
    expect(await sentencesOf(49)).toEqual([]);
  });
});

describe('what other oracles know of capacity', () => {
  it('within-bounds: a count beyond those of the group', async () => {
    const { group, play, misbehave } = prod('within-bounds');
    group.max = 5;

    misbehave('capacity', setDesired(5));
    const atMax = await play(5 * SECOND);
    misbehave('capacity', setDesired(6));

    expect(atMax).toEqual([]);
    expect(await play(5 * SECOND)).toEqual([
      'group/prod-asg was to have 6 instances by SetDesiredCapacity; between 0 and 5 would have been right.',
    ]);
  });

  it('no-task-cut-off: an instance that is terminated with tasks on it', async () => {
    const { play, misbehave, ids, drain } = prod('no-task-cut-off');
    const [id = ''] = ids;
    drain(id);

    misbehave('capacity', terminate(id));

    expect(await play(2 * SECOND)).toEqual([
      `${id} was terminated with 2 running task(s); when they have left would have been right.`,
    ]);
  });

  it('hands-off: orders and terminations in mode observe', async () => {
    const policy = CAPACITY.replace('capacity: {', 'capacity: { mode: observe,');
    const { play, misbehave, ids } = prod('hands-off', policy);
    const [id = ''] = ids;

    misbehave('capacity', order('drain', id));
    misbehave('capacity', terminate(id));

    const sentences = await play(5 * SECOND);
    expect(sentences).toHaveLength(2);
    expect(sentences.join()).toContain(
      'EventBridge:PutEvents was called for capacity, whose mode is observe',
    );
    expect(sentences.join()).toContain(
      'AutoScaling:TerminateInstanceInAutoScalingGroup was called for capacity',
    );
  });

  it('actions-have-reasons: an order that nobody has journalled', async () => {
    const { play, misbehave, ids } = prod('actions-have-reasons');
    const [id = ''] = ids;

    misbehave('capacity', order('drain', id));

    const sentences = await play(20 * MINUTE, 'end');
    expect(sentences).toHaveLength(1);
    expect(sentences[0]).toMatch(/^EventBridge:PutEvents at .* by capacity has no journal entry/);
  });

  it('no-oscillation: a count that capacity sets waits for no cooldown of a step', async () => {
    const groups = `  groups:
    prod-asg: { cluster: prod, min: 1, max: 9, policies: { in: { step: { alarm: idle, steps: [{ to: 0, by: -1 }], cooldown: 5m } } } }
`;
    const { play, misbehave } = prod('no-oscillation', SCALING + groups);

    misbehave('scale', setDesired(2));
    const first = await play(5 * SECOND);
    misbehave('capacity', setDesired(1));
    const byCapacity = await play(5 * SECOND);
    misbehave('scale', setDesired(0));
    const byScaling = await play(5 * SECOND);

    expect([...first, ...byCapacity]).toEqual([]);
    expect(byScaling).toHaveLength(1);
  });
});
