import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { awsError, denied, throttled } from '../functions/calls.ts';
import { createMigrationRig, type MigrationRig } from './rig.ts';
import { CLUSTERS, PUT } from './world.ts';

const lists = ({ world }: MigrationRig) =>
  world.inputs(PUT).map(({ capacityProviders }) => capacityProviders);
const providers = ({ world }: MigrationRig) => world.state.cluster.capacityProviders;

/** Somebody writes the list just before the calls of this name with these numbers (from 1) are answered. */
function meanwhile(
  { world }: MigrationRig,
  call: string,
  numbers: readonly number[],
  write: () => void,
): void {
  let count = 0;
  world.failWhen(call, new Error('not reached'), () => {
    count += 1;
    if (numbers.includes(count)) write();
    return false;
  });
}

describe('associating the Fargate providers', () => {
  it('adds them to what is there and keeps the default strategy exactly', async () => {
    const rig = createMigrationRig({ providers: ['hosts', 'gpu'] });
    const defaults = [
      { capacityProvider: 'gpu', base: 2 },
      { capacityProvider: 'hosts', weight: 3 },
    ];
    rig.world.putProviders(['hosts', 'gpu'], defaults);

    await rig.tick();

    expect(rig.world.inputs(PUT)).toEqual([
      {
        cluster: 'prod',
        capacityProviders: ['hosts', 'gpu', 'FARGATE', 'FARGATE_SPOT'],
        defaultCapacityProviderStrategy: defaults,
      },
    ]);
    expect(rig.entry('providers-associated')).toMatchObject({
      outcome: 'acted',
      weight: 'notable',
      calls: [PUT],
      cluster: 'prod',
    });
    expect((await rig.record())?.associating).toBeUndefined();
  });

  it('writes nothing when both are there', async () => {
    const rig = createMigrationRig();

    await rig.tick();

    expect(lists(rig)).toEqual([]);
  });

  it('never creates a capacity provider, and moves no service before', async () => {
    const rig = createMigrationRig({ providers: ['hosts'] });

    await rig.tick();
    expect(rig.world.writes()).toEqual([PUT]);

    await rig.tick();
    expect(rig.movedByUs()).toEqual(['web']);
  });
});

describe('failover edge 19: a race of two writers of the list', () => {
  it('failover edge 19: another write behind ours is joined with ours', async () => {
    const rig = createMigrationRig({ providers: ['hosts'] });
    // Behind our write and before it is read again: the third time that the cluster is described.
    meanwhile(rig, CLUSTERS, [3], () => rig.world.putProviders(['hosts', 'gpu']));

    await rig.tick();

    expect(providers(rig)?.toSorted()).toEqual(['FARGATE', 'FARGATE_SPOT', 'gpu', 'hosts']);
    expect(lists(rig)).toHaveLength(2);
    expect(rig.entry('changed-by-others')).toMatchObject({ sentence: expect.stringContaining('2 writes') });
  });

  it('failover edge 19: a provider of ours that another write took away is given back', async () => {
    const rig = createMigrationRig({ providers: ['hosts', 'gpu'] });
    meanwhile(rig, CLUSTERS, [3], () => rig.world.putProviders(['hosts', 'FARGATE', 'FARGATE_SPOT']));

    await rig.tick();

    expect(providers(rig)).toContain('gpu');
  });

  it('failover edge 19: a write between our reading and our writing is found by what it attached', async () => {
    const rig = createMigrationRig({ providers: ['hosts'] });
    meanwhile(rig, PUT, [1], () => {
      rig.world.state.cluster = {
        ...rig.world.state.cluster,
        attachments: [{ details: [{ name: 'capacityProviderName', value: 'gpu' }] }],
      };
      rig.world.putProviders(['hosts', 'gpu']);
    });

    await rig.tick();

    expect(providers(rig)).toContain('gpu');
  });

  it('failover edge 19: the default strategy that the other one wrote stays', async () => {
    const rig = createMigrationRig({ providers: ['hosts'] });
    const theirs = [{ capacityProvider: 'gpu', weight: 1 }];
    meanwhile(rig, CLUSTERS, [3], () => rig.world.putProviders(['hosts', 'gpu'], theirs));

    await rig.tick();

    expect(rig.world.state.cluster.defaultCapacityProviderStrategy).toEqual(theirs);
  });

  it('failover edge 19: is given up after three writes, and says so until a reset', async () => {
    const rig = createMigrationRig({ providers: ['hosts'] });
    let theirs = 0;
    meanwhile(rig, CLUSTERS, [3, 4, 5, 6, 7, 8, 9], () =>
      rig.world.putProviders(['hosts', `theirs-${theirs++}`]),
    );

    for (let n = 0; n < 5; n += 1) await rig.tick();

    expect(lists(rig)).toHaveLength(3);
    expect(await rig.record()).toMatchObject({ stopped: { service: null, reason: 'changed-by-others' } });
    expect(rig.notable().filter((reason) => reason === 'migration-stopped')).toHaveLength(1);

    await rig.order('reset');
    await rig.tick();
    await rig.tick();
    expect(providers(rig)).toContain('FARGATE_SPOT');
  });

  it('failover edge 19: an old answer after our write is no reason to write again', async () => {
    const rig = createMigrationRig({ providers: ['hosts'] });
    const before = rig.world.state.cluster;
    let written = before;
    meanwhile(rig, CLUSTERS, [3], () => {
      written = rig.world.state.cluster;
      rig.world.state.cluster = before;
    });

    await rig.tick();
    rig.world.state.cluster = written;
    await rig.tick();

    expect(lists(rig)).toHaveLength(1);
    expect(rig.reasons()).toEqual([
      'providers-associated',
      'rollout-in-progress',
      'providers-associated',
      'migration-step',
    ]);
  });

  it('failover edge 19: what somebody else associates just before us is not written again', async () => {
    const rig = createMigrationRig({ providers: ['hosts'] });
    meanwhile(rig, CLUSTERS, [2], () => rig.world.putProviders(['hosts', 'FARGATE', 'FARGATE_SPOT']));

    await rig.tick();

    expect(lists(rig)).toEqual([]);
    expect(rig.entry('providers-associated')).toMatchObject({ outcome: 'done' });
  });

  it('failover edge 19: writes count over several ticks', async () => {
    const rig = createMigrationRig({ providers: ['hosts'] });
    let theirs = 0;
    rig.world.failWhen(CLUSTERS, new Error('not reached'), () => {
      if (lists(rig).length > theirs) rig.world.putProviders(['hosts', `theirs-${theirs++}`]);
      return false;
    });
    let puts = 0;
    rig.world.failWhen(PUT, awsError('UpdateInProgressException', 'busy'), () => {
      puts += 1;
      return puts % 2 === 0;
    });

    for (let n = 0; n < 8; n += 1) await rig.tick();

    // Three that AWS took, and between them two that it did not.
    expect(lists(rig)).toHaveLength(5);
    expect(await rig.record()).toMatchObject({ stopped: { reason: 'changed-by-others' } });
  });

  it('failover edge 19: whoever writes what and when behind us, no provider gets lost but by giving up aloud', async () => {
    const names = fc.subarray(['hosts', 'gpu', 'arm', 'FARGATE']);
    await fc.assert(
      fc.asyncProperty(names, fc.array(names, { maxLength: 4 }), async (first, writes) => {
        const rig = createMigrationRig({ providers: first });
        const seen = new Set(first);
        let call = 0;
        rig.world.failWhen(CLUSTERS, new Error('not reached'), () => {
          call += 1;
          const list = call > 2 ? writes[call - 3] : undefined;
          if (list) {
            rig.world.putProviders(list);
            for (const name of list) seen.add(name);
          }
          return false;
        });

        do await rig.tick();
        while ((await rig.record())?.associating);

        const stopped = (await rig.record())?.stopped !== undefined;
        const isWhole = [...seen, 'FARGATE', 'FARGATE_SPOT'].every((name) => providers(rig)?.includes(name));
        expect(isWhole || stopped).toBe(true);
        expect(lists(rig).length).toBeLessThanOrEqual(3);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a cluster', () => {
  it('that AWS is at work on is left alone until that is over', async () => {
    const rig = createMigrationRig({ providers: ['hosts'] });
    rig.world.state.cluster = { ...rig.world.state.cluster, attachmentsStatus: 'UPDATE_IN_PROGRESS' };
    await rig.tick();
    expect(lists(rig)).toEqual([]);

    rig.world.state.cluster = { ...rig.world.state.cluster, attachmentsStatus: 'UPDATE_COMPLETE' };
    await rig.tick();
    expect(lists(rig)).toHaveLength(1);
  });

  it.each([
    ['by their type', { name: 'managed', type: 'MANAGED_INSTANCES' as const }],
    ['by what they have', { name: 'managed', managedInstancesProvider: {} }],
  ])('with Managed Instances, known %s, is not written', async (_, provider) => {
    const rig = createMigrationRig({ providers: ['hosts', 'managed'] });
    rig.world.state.capacityProviders.push(provider);

    await rig.tick();

    expect(rig.world.writes()).toEqual([]);
    expect(rig.notable()).toEqual(['provider-not-associated', 'migration-stopped']);
  });

  it('that does not exist any more is told with the remedy', async () => {
    const rig = createMigrationRig();
    rig.world.state.cluster = { clusterName: 'prod', status: 'INACTIVE' };

    await rig.tick();

    expect(rig.entry('migration-stopped')?.sentence).toMatch(/no active cluster prod.*Correct its name/);
  });
});

describe('a migration that stands still at the cluster', () => {
  it('goes on when the Fargate providers are there', async () => {
    const rig = createMigrationRig({ providers: ['managed'] });
    rig.world.state.capacityProviders.push({ name: 'managed', type: 'MANAGED_INSTANCES' });
    await rig.tick();

    rig.world.putProviders(['managed', 'FARGATE', 'FARGATE_SPOT']);
    await rig.tick();
    await rig.tick();

    expect(rig.movedByUs()).toEqual(['web']);
  });
});

describe('PutClusterCapacityProviders that is refused', () => {
  it.each([
    ['while the cluster is busy', awsError('UpdateInProgressException', 'The cluster is in a busy state.')],
    ['while the cluster is not ACTIVE', awsError('ClientException', 'Cluster was not ACTIVE.')],
    ['by throttling', throttled()],
  ])('%s is tried at the next tick', async (_, error) => {
    const rig = createMigrationRig({ providers: ['hosts'] });
    rig.world.fail(PUT, error);

    await rig.tick();
    expect(await rig.record()).not.toHaveProperty('stopped');
    expect(rig.entry('providers-associated')).toBeUndefined();

    await rig.tick();
    expect(providers(rig)).toEqual(['hosts', 'FARGATE', 'FARGATE_SPOT']);
  });

  it('because a provider is in use stops the migration', async () => {
    const rig = createMigrationRig({ providers: ['hosts'] });
    rig.world.fail(PUT, awsError('ResourceInUseException', 'The capacity provider is in use.'));

    await expect(rig.tick()).rejects.toThrow(/in use/);
    await rig.tick();

    expect(lists(rig)).toHaveLength(1);
    expect(rig.notable()).toEqual(['action-refused', 'migration-stopped']);
  });

  it('because it is denied is thrown, told as notable once, and tried until it is allowed', async () => {
    const rig = createMigrationRig({ providers: ['hosts'] });
    rig.world.fail(PUT, denied('ecs:PutClusterCapacityProviders'), 2);

    await expect(rig.tick()).rejects.toThrow(/not authorized/);
    await expect(rig.tick()).rejects.toThrow(/not authorized/);
    expect(rig.notable()).toEqual(['access-denied']);

    await rig.tick();
    expect(providers(rig)).toContain('FARGATE');
  });

  it('in doubt whether it took effect keeps in mind what was there', async () => {
    const rig = createMigrationRig({ providers: ['hosts', 'gpu'] });
    rig.world.fail(PUT, Object.assign(new Error('timed out'), { name: 'TimeoutError' }));
    await rig.tick();
    rig.world.putProviders(['hosts']);

    await rig.tick();

    expect(providers(rig)).toEqual(['hosts', 'gpu', 'FARGATE', 'FARGATE_SPOT']);
  });

  it('failover edge 19: after a write that could not be read again, loses nothing of what was there', async () => {
    const rig = createMigrationRig({ providers: ['hosts', 'gpu'] });
    let count = 0;
    rig.world.failWhen(CLUSTERS, denied('ecs:DescribeClusters'), () => {
      count += 1;
      return count === 3;
    });
    await expect(rig.tick()).rejects.toThrow(/not authorized/);
    rig.world.putProviders(['hosts', 'FARGATE', 'FARGATE_SPOT']);

    await rig.tick();

    expect(providers(rig)).toContain('gpu');
  });
});
