import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../lib/clock.ts';
import { oracles } from '../../simulator/chaos/oracles/index.ts';
import { ApiError } from '../../simulator/kernel.ts';
import { clientsOf } from '../simulator/worlds.ts';
import { type Clients, cluster, DRAINING, SCALING, setCount, stage, watch } from './stage.ts';

const EXPIRE = JSON.stringify({
  rules: [
    {
      rulePriority: 1,
      selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 1 },
      action: { type: 'expire' },
    },
  ],
});

describe('within-bounds', () => {
  it('sees a count above max, and not one at max', async () => {
    const { world, observed, misbehave } = stage(SCALING);
    cluster(world);
    const { play } = watch(observed, 'within-bounds');

    misbehave('scale', setCount(20));
    const atMax = await play(5 * SECOND);
    misbehave('scale', setCount(21));
    const above = await play(5 * SECOND);

    expect(atMax).toEqual([]);
    expect(above).toEqual([
      'service/prod/web was set from 20 to 21; between 2 and 20 would have been right.',
    ]);
  });

  it('sees a count below min, and not one that somebody else has set', async () => {
    const { world, observed, misbehave } = stage(SCALING);
    const { web } = cluster(world);
    const { play } = watch(observed, 'within-bounds');

    misbehave('scale', setCount(1));
    const byUs = await play(5 * SECOND);
    world.ecs.updateService(web, { desiredCount: 0 });
    const byOthers = await play(5 * SECOND);

    expect(byUs).toHaveLength(1);
    expect(byOthers).toEqual([]);
  });
});

describe('no-task-cut-off', () => {
  const letGo =
    (id: string) =>
    ({ autoScaling }: Clients) =>
      autoScaling.completeLifecycleAction({
        AutoScalingGroupName: 'prod-asg',
        LifecycleHookName: 'stevedore-drain',
        InstanceId: id,
        LifecycleActionResult: 'CONTINUE',
      });

  /** An instance waits in its hook for so long, and is then let go by us with tasks on it. */
  async function letGoAfter(ms: number) {
    const { world, observed, misbehave } = stage(DRAINING);
    const { group } = cluster(world);
    const { play } = watch(observed, 'no-task-cut-off');
    world.autoScaling.setDesired(group, 2);
    const waiting = await play(10 * SECOND + ms);
    const [id = ''] = [...group.members.values()].flatMap(({ state, instanceId }) =>
      state === 'Terminating:Wait' ? [instanceId] : [],
    );
    misbehave('drain', letGo(id));
    return { waiting, sentences: await play(10 * SECOND), id };
  }

  it('sees that an instance is let go before its deadline with tasks on it', async () => {
    const { waiting, sentences, id } = await letGoAfter(0);

    expect(waiting).toEqual([]);
    expect(sentences).toHaveLength(1);
    expect(sentences[0]).toContain(`Hook stevedore-drain of ${id} was completed`);
    expect(sentences[0]).toContain('with 2 running task(s)');
  });

  it('says nothing after the deadline', async () => {
    expect((await letGoAfter(5 * MINUTE)).sentences).toEqual([]);
  });
});

describe('draining-cap', () => {
  it('sees the second instance that drains at once by our choice', async () => {
    const { world, observed, misbehave } = stage(DRAINING);
    const { prod } = cluster(world);
    const { play } = watch(observed, 'draining-cap');
    const [one = '', two = ''] = prod.instances.keys();
    const drain = (arn: string) => () =>
      misbehave('drain', ({ ecs }) =>
        ecs.updateContainerInstancesState({
          cluster: 'prod',
          containerInstances: [arn],
          status: 'DRAINING',
        }),
      );

    drain(one)();
    const first = await play(5 * SECOND);
    drain(two)();
    const second = await play(5 * SECOND);

    expect(first).toEqual([]);
    expect(second).toEqual(['2 of 3 instances of prod drain by our own choice; 1 would have been right.']);
  });
});

describe('hooks-end', () => {
  it('sees a hook that stays open after the deadline', async () => {
    const { world, observed } = stage(DRAINING);
    const { group } = cluster(world);
    const { play } = watch(observed, 'hooks-end');
    world.autoScaling.setDesired(group, 2);

    const inTime = await play(10 * MINUTE);
    const late = await play(10 * MINUTE);

    expect(inTime).toEqual([]);
    expect(late).toHaveLength(1);
    expect(late[0]).toContain('is open since');
  });
});

describe('no-lasting-ghost', () => {
  it('sees an instance that is registered long after its end', async () => {
    const { world, observed } = stage(DRAINING);
    const { prod } = cluster(world);
    const { play } = watch(observed, 'no-lasting-ghost');
    const [{ ec2InstanceId: ghost } = { ec2InstanceId: '' }] = prod.instances.values();
    world.ec2.stop(ghost);
    world.after(2 * MINUTE, () => world.ec2.terminate(ghost));

    const inGrace = await play(12 * MINUTE);
    const later = await play(8 * MINUTE);

    expect(inGrace).toEqual([]);
    expect(later).toHaveLength(1);
    expect(later[0]).toContain(`ECS still lists ${ghost}`);
  });
});

describe('no-step-twice', () => {
  it('sees a second step within the cooldown of the first, and none after it', async () => {
    const { world, observed, misbehave } = stage(SCALING);
    cluster(world);
    const { play } = watch(observed, 'no-step-twice');

    misbehave('scale', setCount(8));
    const once = await play(MINUTE);
    misbehave('scale', setCount(10));
    const twice = await play(4 * MINUTE);
    misbehave('scale', setCount(12));
    const afterwards = await play(MINUTE);

    expect(once).toEqual([]);
    expect(twice).toHaveLength(1);
    expect(twice[0]).toContain('was set from 8 to 10, though it had 6 before');
    expect(afterwards).toEqual([]);
  });
});

describe('no-oscillation', () => {
  it('sees a scale-in within the cooldown of a scale-out, and none after it', async () => {
    const { world, observed, misbehave } = stage(SCALING);
    cluster(world);
    const { play } = watch(observed, 'no-oscillation');

    misbehave('scale', setCount(8));
    const out = await play(MINUTE);
    misbehave('scale', setCount(7));
    const back = await play(4 * MINUTE);
    misbehave('scale', setCount(6));
    const afterwards = await play(MINUTE);

    expect(out).toEqual([]);
    expect(back).toHaveLength(1);
    expect(back[0]).toContain('service/prod/web was scaled in from 8 to 7');
    expect(afterwards).toEqual([]);
  });
});

describe('hands-off', () => {
  it('sees a write in mode observe', async () => {
    const { world, observed, misbehave } = stage(
      SCALING.replace('scaling:\n', 'scaling:\n  mode: observe\n'),
    );
    cluster(world);
    const { play } = watch(observed, 'hands-off');

    misbehave('scale', setCount(8));

    expect(await play(5 * SECOND)).toEqual([
      'ECS:UpdateService was called for scaling, whose mode is observe; none would have been right.',
    ]);
  });

  it('takes the preview of a lifecycle policy for a read', async () => {
    const retagging = `version: 1
retagging:
  mode: observe
  repositories: { shop: { promotions: { production: { from: 'build-*', to: [production] } } } }
`;
    const { world, observed, misbehave } = stage(retagging);
    world.ecr.addRepository({ name: 'shop', lifecyclePolicy: EXPIRE });
    const { play } = watch(observed, 'hands-off');

    misbehave('retag', ({ ecr }) => ecr.startLifecyclePolicyPreview({ repositoryName: 'shop' }));
    const preview = await play(5 * SECOND);
    misbehave('retag', ({ ecr }) => ecr.initiateLayerUpload({ repositoryName: 'shop' }));

    expect(preview).toEqual([]);
    expect(await play(5 * SECOND)).toHaveLength(1);
  });

  it.each(['all', 'scaling'])('sees a write while %s is paused, and none after that', async (scope) => {
    const { world, observed, misbehave } = stage(SCALING);
    cluster(world);
    const { play } = watch(observed, 'hands-off');
    await observed.deployment.store.pause(scope, 'jo', world.now());
    await play(MINUTE);

    misbehave('scale', setCount(8));
    const paused = await play(5 * SECOND);
    await observed.deployment.store.resume(scope);
    await play(5 * SECOND);
    misbehave('scale', setCount(9));
    const resumed = await play(5 * SECOND);

    expect(paused).toHaveLength(1);
    expect(paused[0]).toContain('which is paused since');
    expect(resumed).toEqual([]);
  });
});

describe('replay-is-idle', () => {
  it('sees that an event has an effect a second time', async () => {
    const { world, observed } = stage(DRAINING);
    cluster(world);
    const { ecs } = clientsOf(world);
    let count = 6;
    world.deploy({
      name: 'scale',
      handler: () => ecs.updateService({ cluster: 'prod', service: 'web', desiredCount: ++count }),
      rules: [{ name: 'orders', pattern: { source: ['test'], 'detail-type': ['Order'] } }],
    });
    world.faults.duplicateEvent(({ source }) => source === 'test', 30 * MINUTE);
    const { play } = watch(observed, 'replay-is-idle');
    world.bus.publish({ source: 'test', detailType: 'Order', resources: [], detail: {} });

    const sentences = await play(40 * MINUTE, 'end');

    expect(count).toBe(8);
    expect(sentences).toHaveLength(1);
    expect(sentences[0]).toContain('was replayed and led to ECS:UpdateService');
  });
});

describe('actions-have-reasons', () => {
  it('sees a write that nobody has journalled', async () => {
    const { world, observed, misbehave } = stage(SCALING);
    cluster(world);
    const { play } = watch(observed, 'actions-have-reasons');

    misbehave('scale', setCount(8));
    const sentences = await play(20 * MINUTE, 'end');

    expect(sentences).toHaveLength(1);
    expect(sentences[0]).toMatch(/^ECS:UpdateService at .* by scale has no journal entry with a reason/);
  });
});

describe('a write whose answer is lost', () => {
  it('is seen by actions-have-reasons all the same, and one that was refused is not', async () => {
    async function sentencesOf(kind: 'failCall' | 'failAfterEffect') {
      const { world, observed, misbehave } = stage(SCALING);
      cluster(world);
      const error = new ApiError('InternalFailure', 'The request processing has failed.', 500);
      world.faults[kind](({ operation }) => operation === 'UpdateService', error, { times: 9 });
      const { play } = watch(observed, 'actions-have-reasons');
      misbehave('scale', (aws) => setCount(8)(aws).catch(() => {}));
      return play(20 * MINUTE, 'end');
    }

    expect(await sentencesOf('failAfterEffect')).toHaveLength(1);
    expect(await sentencesOf('failCall')).toEqual([]);
  });
});

describe('the oracles', () => {
  it('have a name of their own and a promise in one sentence', () => {
    expect(new Set(oracles.map(({ name }) => name)).size).toBe(oracles.length);
    for (const { name, promise } of oracles) {
      expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(promise).toMatch(/^[A-Z].*\.$/);
    }
  });
});
