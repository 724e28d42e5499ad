import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../lib/clock.ts';
import { createMigrations } from '../../lib/failover/migration/migrations.ts';
import { serviceName } from '../../lib/ids.ts';
import { awsError, denied, throttled } from '../functions/calls.ts';
import { createMigrationRig, type MigrationRig } from './rig.ts';
import { migrationPolicy } from './situation.ts';
import { CLUSTERS, UPDATE } from './world.ts';

/** The service's deployment completes, and it is steady for the soak. */
async function through(rig: MigrationRig, name: string): Promise<void> {
  rig.world.complete(name);
  await rig.tick();
  await rig.tick(10 * MINUTE);
}

describe('a migration', () => {
  it('moves one service after the other, each after the one before has held, and is done once', async () => {
    const rig = createMigrationRig();

    for (const name of ['web', 'api', 'jobs']) {
      await rig.tick();
      await rig.tick();
      expect(rig.movedByUs().at(-1)).toBe(name);
      await through(rig, name);
    }
    await rig.tick();
    const before = rig.world.calls.length;
    await rig.tick();

    expect(rig.movedByUs()).toEqual(['web', 'api', 'jobs']);
    expect(await rig.record()).toMatchObject({ moved: ['web', 'api', 'jobs'] });
    expect(rig.notable()).toEqual([
      ...['web', 'api', 'jobs'].flatMap(() => ['migration-step', 'migration-step-completed']),
      'migration-done',
    ]);
    expect(rig.world.names(before)).toEqual([]);
  });

  it('failover edge 9: asks for the strategy of the policy by a forced deployment, and touches nothing else', async () => {
    const rig = createMigrationRig();

    await rig.tick();

    expect(rig.world.inputs(UPDATE)).toEqual([
      {
        cluster: 'prod',
        service: 'web',
        capacityProviderStrategy: [
          { capacityProvider: 'FARGATE', base: 1, weight: 1 },
          { capacityProvider: 'FARGATE_SPOT', base: 0, weight: 3 },
        ],
        forceNewDeployment: true,
      },
    ]);
    expect(rig.entry('migration-step')).toMatchObject({
      outcome: 'acted',
      subject: 'service/prod/web',
      calls: [UPDATE],
    });
  });

  it('takes placement constraints and strategy away where there are some', async () => {
    const rig = createMigrationRig();
    const web = rig.world.state.services.get('web');
    rig.world.state.services.set('web', {
      ...web,
      placementConstraints: [{ type: 'distinctInstance' }],
      placementStrategy: [{ type: 'spread', field: 'instanceId' }],
    });

    await rig.tick();

    expect(rig.world.inputs(UPDATE)).toMatchObject([{ placementConstraints: [], placementStrategy: [] }]);
    expect(rig.entry('migration-step')?.sentence).toMatch(
      /loses its placement constraints and placement strategy/,
    );
  });

  it('costs one call a tick while a service rolls out', async () => {
    const rig = createMigrationRig();
    await rig.tick();
    const before = rig.world.calls.length;

    await rig.tick();

    expect(rig.world.names(before)).toEqual(['ECS:DescribeServices']);
  });

  it('failover edge 11: that ECS rolls back stops, touches no further service, and goes on by a reset', async () => {
    const rig = createMigrationRig();
    await rig.tick();
    rig.world.rollBack('web');

    await rig.tick();
    await rig.tick();
    expect(rig.movedByUs()).toEqual(['web']);
    expect(rig.notable()).toEqual(['migration-step', 'flip-rolled-back', 'migration-stopped']);
    expect(rig.entry('flip-rolled-back')?.sentence).toMatch(/circuit breaker after 3 failed tasks/);

    rig.world.complete('web');
    await rig.order('reset');
    await rig.tick();
    expect(rig.movedByUs()).toEqual(['web', 'web']);
  });

  it('goes on when the task definition that it stopped at has been changed', async () => {
    const rig = createMigrationRig();
    rig.world.state.taskDefinition.networkMode = 'bridge';
    await rig.tick();
    expect(rig.notable()).toEqual(['not-fargate-compatible', 'migration-stopped']);

    rig.world.state.taskDefinition.networkMode = 'awsvpc';
    await rig.tick();
    expect(rig.movedByUs()).toEqual([]);

    rig.world.state.services.set('web', { ...rig.world.state.services.get('web'), taskDefinition: 'web:2' });
    await rig.tick();
    await rig.tick();
    expect(rig.movedByUs()).toEqual(['web']);
  });

  it('that is reset and stops again at the same says so again', async () => {
    const rig = createMigrationRig();
    rig.world.state.taskDefinition.networkMode = 'bridge';
    await rig.tick();
    await rig.tick();
    await rig.order('reset');
    await rig.tick();

    expect(rig.notable().filter((reason) => reason === 'migration-stopped')).toHaveLength(2);
  });

  it('goes on when its policy has been changed', async () => {
    const rig = createMigrationRig();
    rig.world.state.services.delete('web');
    await rig.tick();
    const migrations = [migrationPolicy({ services: ['api'].map(serviceName) })];
    const deployed = createMigrations({ ...rig, policy: { ...rig.policy, migrations } });

    for (const id of ['a', 'b']) await deployed.tick({ id, remainingMs: () => 60_000 });

    expect(rig.movedByUs()).toEqual(['api']);
  });

  it('failover edge 10: does not ship another image by the way, but does when the tag is as it was', async () => {
    const rig = createMigrationRig();
    const image = '111122223333.dkr.ecr.us-east-1.amazonaws.com/app:v1';
    rig.world.state.taskDefinition.containerDefinitions = [{ name: 'app', image }];
    rig.world.state.images.tagged = 'sha256:new';

    await rig.tick();
    expect(rig.movedByUs()).toEqual([]);
    expect(rig.notable()).toEqual(['image-differs', 'migration-stopped']);

    rig.world.state.images.tagged = 'sha256:old';
    await rig.order('reset');
    await rig.tick();
    expect(rig.movedByUs()).toEqual(['web']);
  });

  it('refuses orders that are not for migrations, and knows no cluster without one', async () => {
    const rig = createMigrationRig();

    expect(await rig.order('fail-over')).toBe(true);
    expect(await rig.order('reset', 'elsewhere')).toBe(false);
    await rig.tick();

    expect(rig.entry('order-not-applicable')).toMatchObject({ outcome: 'refused', weight: 'notable' });
  });
});

describe('a crash', () => {
  it('after UpdateService was carried out does not move the service twice', async () => {
    const rig = createMigrationRig();
    const lost = Object.assign(new Error('timed out'), { name: 'TimeoutError' });
    // Carried out, and the answer got lost.
    rig.world.failWhen(UPDATE, lost, ({ service, capacityProviderStrategy }) => {
      if (rig.world.strategyOf('web') === undefined) {
        rig.world.deploy(String(service), {
          capacityProviderStrategy: Array.isArray(capacityProviderStrategy) ? capacityProviderStrategy : [],
        });
      }
      return true;
    });
    await rig.tick();
    expect(await rig.record()).toMatchObject({ moving: { service: 'web' } });
    const calls = rig.movedByUs().length;

    await rig.tick();

    expect(rig.movedByUs()).toHaveLength(calls);
    expect(await rig.record()).toMatchObject({ moving: { service: 'web', deploymentId: 'ecs-svc/1' } });
  });

  it('before UpdateService is made up for by the next tick', async () => {
    const rig = createMigrationRig();
    const crash = new Error('the process died');
    const dying = { ...rig.store, commit: rig.store.commit };
    let commits = 0;
    dying.commit = async (...args) => {
      const committed = await rig.store.commit(...args);
      commits += 1;
      if (commits === 1) throw crash;
      return committed;
    };
    const first = createMigrations({ ...rig, store: dying });
    await expect(first.tick({ id: 'dies', remainingMs: () => 60_000 })).rejects.toThrow(crash);
    expect(await rig.record()).toMatchObject({ moving: { service: 'web' } });
    expect(rig.movedByUs()).toEqual([]);

    await rig.tick();

    expect(rig.movedByUs()).toEqual(['web']);
  });

  it('after the answer and before it is stored adopts the deployment', async () => {
    const rig = createMigrationRig();
    const dying = { ...rig.store };
    let commits = 0;
    dying.commit = async (...args) => {
      commits += 1;
      if (commits === 2) throw new Error('the process died');
      return rig.store.commit(...args);
    };
    const first = createMigrations({ ...rig, store: dying });
    await expect(first.tick({ id: 'dies', remainingMs: () => 60_000 })).rejects.toThrow(/died/);
    expect((await rig.record())?.moving).not.toHaveProperty('deploymentId');

    await rig.tick();

    expect(rig.movedByUs()).toEqual(['web']);
    expect(await rig.record()).toMatchObject({ moving: { deploymentId: 'ecs-svc/1' } });
  });
});

describe('UpdateService that is refused', () => {
  it('by throttling is tried at the next tick', async () => {
    const rig = createMigrationRig();
    rig.world.fail(UPDATE, throttled());

    await rig.tick();
    expect(rig.entry('throttled')).toMatchObject({ outcome: 'failed', subject: 'service/prod/web' });
    expect(rig.entry('migration-step')).toBeUndefined();
    expect(await rig.record()).not.toHaveProperty('moving');

    await rig.tick();
    expect(rig.world.strategyOf('web')).toHaveLength(2);
  });

  it('because it is denied is thrown, told as notable once, and tried until it is allowed', async () => {
    const rig = createMigrationRig();
    rig.world.fail(UPDATE, denied('ecs:UpdateService'), 2);

    await expect(rig.tick()).rejects.toThrow(/not authorized/);
    await expect(rig.tick()).rejects.toThrow(/not authorized/);
    expect(rig.notable()).toEqual(['access-denied']);

    await rig.tick();
    expect(rig.entry('migration-step')).toMatchObject({ outcome: 'acted' });
  });

  it('for good stops the migration', async () => {
    const rig = createMigrationRig();
    rig.world.fail(UPDATE, awsError('InvalidParameterException', 'The security group is not in the VPC.'));

    await expect(rig.tick()).rejects.toThrow(/security group/);
    await rig.tick();

    expect(rig.movedByUs()).toEqual(['web']);
    expect(rig.notable()).toEqual(['action-refused', 'migration-stopped']);
  });
});

describe('AWS that cannot be read', () => {
  it('because it throttles is asked again at the next tick', async () => {
    const rig = createMigrationRig();
    rig.world.fail(CLUSTERS, throttled());

    await rig.tick();
    expect(rig.entry('throttled')).toMatchObject({ outcome: 'failed', weight: 'routine' });

    await rig.tick();
    expect(rig.movedByUs()).toEqual(['web']);
  });

  it('because it denies is thrown', async () => {
    const rig = createMigrationRig();
    rig.world.fail(CLUSTERS, denied('ecs:DescribeClusters'));

    await expect(rig.tick()).rejects.toThrow(/not authorized/);
    expect(rig.entry('access-denied')).toMatchObject({ weight: 'notable' });
  });
});

describe('mode observe', () => {
  it('says what it would do, and changes nothing', async () => {
    const rig = createMigrationRig({ mode: 'observe' });

    await rig.tick();
    await rig.tick();

    expect(rig.world.writes()).toEqual([]);
    expect(rig.journal.entries).toMatchObject([
      {
        reason: 'migration-step',
        outcome: 'observed',
        weight: 'notable',
        sentence: expect.stringMatching(/^Mode observe/),
      },
      { reason: 'migration-step', outcome: 'observed', weight: 'routine' },
    ]);
    expect(await rig.record()).not.toHaveProperty('moving');
  });

  it('writes no capacity providers either', async () => {
    const rig = createMigrationRig({ mode: 'observe', providers: ['hosts'] });

    await rig.tick();

    expect(rig.world.writes()).toEqual([]);
    expect(rig.entry('providers-associated')).toMatchObject({ outcome: 'observed' });
    expect(await rig.record()).not.toHaveProperty('associating');
  });
});

describe('the kill switch', () => {
  it.each(['all', 'failover', 'failover/prod'])('of scope %s stops calls and changes', async (scope) => {
    const rig = createMigrationRig();
    await rig.control.pause(scope, 'somebody', rig.clock.now());

    await rig.tick();
    expect(rig.world.calls).toEqual([]);
    expect(rig.entry('paused')).toMatchObject({ outcome: 'held' });

    await rig.control.resume(scope);
    await rig.tick();
    expect(rig.movedByUs()).toEqual(['web']);
  });

  it('of another cluster does not stop this one', async () => {
    const rig = createMigrationRig();
    await rig.control.pause('failover/batch', 'somebody', rig.clock.now());

    await rig.tick();

    expect(rig.movedByUs()).toEqual(['web']);
  });

  it('does not swallow a reset', async () => {
    const rig = createMigrationRig();
    await rig.tick();
    rig.world.rollBack('web');
    await rig.tick();
    rig.world.complete('web');
    await rig.control.pause('all', 'somebody', rig.clock.now());
    await rig.order('reset');
    await rig.tick();
    await rig.control.resume('all');

    await rig.tick();

    expect(rig.movedByUs()).toEqual(['web', 'web']);
  });
});

describe('two ticks at once', () => {
  it('move one service, once', async () => {
    const rig = createMigrationRig();
    const reading = rig.world.hold(CLUSTERS);
    const first = rig.tick();
    await reading.reached;

    await rig.tick(5 * SECOND);
    reading.release();
    await first;

    expect(rig.movedByUs()).toEqual(['web']);
  });

  it('move one service, once, even when the lease has run out in between', async () => {
    const rig = createMigrationRig();
    const reading = rig.world.hold(CLUSTERS);
    const first = rig.tick();
    await reading.reached;

    await rig.tick();
    expect(rig.movedByUs()).toEqual(['web']);
    reading.release();
    await first;

    expect(rig.movedByUs()).toEqual(['web']);
  });
});
