import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../lib/clock.ts';
import { awsError, denied, throttled } from '../functions/calls.ts';
import { breakerPolicy } from './policies.ts';
import { type FailoverRig, ON_DEMAND, opened, placementFailure, starved, UPDATE, written } from './rig.ts';
import { definition, definitionArn, SPOT_ONLY, taskArn } from './shapes.ts';

const RUN = 'ECS:RunTask';
const PROBE = taskArn('probe-1');

/** Past the cool-off, so that the next tick probes. */
const coolOff = (rig: FailoverRig) => rig.tick(breakerPolicy.coolOffMs);

function runs(rig: FailoverRig): void {
  const task = rig.world.state.tasks.get(PROBE);
  if (task) Object.assign(task, { lastStatus: 'RUNNING', startedAt: new Date(rig.clock.now()) });
}

describe('a probe', () => {
  it('is a task of our own on FARGATE_SPOT in the network of the service', async () => {
    const rig = await opened();

    await coolOff(rig);

    expect(rig.world.inputs(RUN)).toMatchObject([
      {
        cluster: 'prod',
        taskDefinition: 'stevedore-probe-x86-64',
        count: 1,
        capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }],
        networkConfiguration: {
          awsvpcConfiguration: {
            subnets: ['subnet-b', 'subnet-a'],
            securityGroups: ['sg-1'],
            assignPublicIp: 'DISABLED',
          },
        },
        startedBy: 'stevedore-probe',
        clientToken: expect.stringMatching(/^[!-~]{1,64}$/),
      },
    ]);
    expect(await rig.pool()).toMatchObject({ state: { name: 'half-open', task: PROBE } });
    expect(rig.entry('probe-started')).toMatchObject({ calls: [RUN] });
  });

  it('that runs for the soak is stopped, and the service goes back to its original strategy', async () => {
    const rig = await opened();
    await coolOff(rig);
    runs(rig);

    await rig.tick();
    expect(rig.world.inputs('ECS:StopTask')).toEqual([]);
    await rig.tick();
    expect(rig.world.inputs('ECS:StopTask')).toMatchObject([{ cluster: 'prod', task: PROBE }]);
    expect(await rig.pool()).toMatchObject({ state: { name: 'closed' } });
    await rig.tick();

    expect(written(rig)).toEqual([ON_DEMAND, SPOT_ONLY]);
    rig.world.complete('web');
    for (let minute = 0; minute < 3; minute += 1) await rig.tick();
    expect(await rig.record()).toMatchObject({ phase: { name: 'closed' } });
    expect(rig.notable()).toContain('restored');
  });

  it('is asked after by the schedule alone, once a minute', async () => {
    const rig = await opened();
    await coolOff(rig);
    const before = rig.world.calls.length;

    await rig.tick();

    expect(rig.world.names(before)).toEqual(['ECS:DescribeServices', 'ECS:DescribeTasks']);
  });

  it('for a service on ARM is an ARM task', async () => {
    const arm = await starved();
    const runtimePlatform = { cpuArchitecture: 'ARM64', operatingSystemFamily: 'LINUX' } as const;
    arm.world.state.definitions.set(definitionArn('web'), definition('web', { runtimePlatform }));
    await arm.send(placementFailure(arm));
    arm.world.complete('web');
    await arm.tick();

    await coolOff(arm);

    expect(arm.world.inputs(RUN)).toMatchObject([{ taskDefinition: 'stevedore-probe-arm64' }]);
  });
});

describe('a probe without capacity', () => {
  const inVain = async (rig: FailoverRig) => {
    await rig.tick();
    expect(await rig.pool()).toMatchObject({ state: { name: 'open' }, trips: 2 });
    expect(rig.notable()).toContain('probe-failed');
    expect(rig.world.inputs(UPDATE)).toHaveLength(1);
  };

  it('as the failures of RunTask have it, doubles the cool-off', async () => {
    const rig = await opened();
    rig.world.state.runFailures = [
      {
        reason:
          'Capacity is unavailable at this time. Please try again later or in a different availability zone',
      },
    ];

    await coolOff(rig);

    await inVain(rig);
    await coolOff(rig);
    expect(rig.world.inputs(RUN)).toHaveLength(1);
    await coolOff(rig);
    expect(rig.world.inputs(RUN)).toHaveLength(2);
  });

  it('as an exception has it, is no failure of ours', async () => {
    const rig = await opened();
    rig.world.fail(RUN, awsError('ClientException', 'Capacity is unavailable at this time.'));

    await coolOff(rig);

    await inVain(rig);
  });

  it.each([
    ['SpotInterruption', 'Your Spot Task was interrupted.'],
    ['TerminationNotice', 'Your Spot Task was interrupted.'],
    ['SomethingNew', 'Your Spot Task was interrupted.'],
    ['TaskFailedToStart', 'Capacity is unavailable at this time.'],
  ])(
    'failover edge 7: as the stop code %s or its text has it, doubles the cool-off',
    async (stopCode, reason) => {
      const rig = await opened();
      await coolOff(rig);
      const task = rig.world.state.tasks.get(PROBE);
      Object.assign(task ?? {}, { desiredStatus: 'STOPPED', stopCode, stoppedReason: reason });

      await inVain(rig);
    },
  );
});

describe('a probe that does not work', () => {
  it.each([
    ['stopped by itself', 'EssentialContainerExited', 'Essential container in task exited'],
    ['could not pull its image', 'TaskFailedToStart', 'CannotPullContainerError'],
  ])('since it %s says nothing of Spot', async (_what, stopCode, stoppedReason) => {
    const rig = await opened();
    await coolOff(rig);
    Object.assign(rig.world.state.tasks.get(PROBE) ?? {}, { lastStatus: 'STOPPED', stopCode, stoppedReason });

    await rig.tick();

    expect(await rig.pool()).toMatchObject({ state: { name: 'open' }, trips: 1 });
    expect(rig.entry('probe-failed')?.sentence).toContain(stopCode);
  });

  it('since ECS has forgotten its task says nothing of Spot', async () => {
    const rig = await opened();
    await coolOff(rig);
    rig.world.state.tasks.clear();

    await rig.tick();

    expect(await rig.pool()).toMatchObject({ state: { name: 'open' }, trips: 1 });
  });

  it('since RunTask is denied is thrown and told', async () => {
    const rig = await opened();
    rig.world.fail(RUN, denied('ecs:RunTask'));

    await expect(coolOff(rig)).rejects.toThrow(/RunTask for pool\/X86_64.*AWS denied ecs:RunTask/);

    expect(rig.entry('access-denied')).toMatchObject({ subject: 'pool/X86_64/us-east-1a+us-east-1b' });
  });

  it('since the stack has no task for it says which variable is missing', async () => {
    const rig = await opened({ probeTaskDefinition: null });

    await expect(coolOff(rig)).rejects.toThrow(/PROBE_TASK_DEFINITION/);

    expect(rig.world.inputs(RUN)).toEqual([]);
  });

  it('since RunTask placed it nowhere for another reason names that', async () => {
    const rig = await opened();
    rig.world.state.runFailures = [{ reason: 'ACCOUNT', detail: 'blocked' }];

    await expect(coolOff(rig)).rejects.toThrow(/started no probe task: ACCOUNT: blocked/);
  });
});

describe('a crash or a throttling', () => {
  it('of RunTask starts no second task, since the token is the same', async () => {
    const rig = await opened();
    rig.world.fail(RUN, throttled());

    await coolOff(rig);
    await rig.tick();

    const tokens = rig.world.inputs(RUN).map(({ clientToken }) => clientToken);
    expect(tokens).toHaveLength(2);
    expect(new Set(tokens).size).toBe(1);
    expect(await rig.pool()).toMatchObject({ state: { name: 'half-open', task: PROBE } });
  });

  it('of StopTask stops it at the next tick', async () => {
    const rig = await opened();
    await coolOff(rig);
    runs(rig);
    await rig.tick();
    rig.world.fail('ECS:StopTask', throttled());

    await rig.tick();
    await rig.tick();

    expect(rig.world.inputs('ECS:StopTask')).toHaveLength(2);
    expect(rig.world.state.tasks.get(PROBE)).toMatchObject({ desiredStatus: 'STOPPED' });
  });

  it('of DescribeTasks leaves the probe as it is', async () => {
    const rig = await opened();
    await coolOff(rig);
    rig.world.fail('ECS:DescribeTasks', throttled());

    await rig.tick(MINUTE);

    expect(await rig.pool()).toMatchObject({ state: { name: 'half-open', task: PROBE } });
    expect(rig.entry('throttled')).toMatchObject({ subject: 'pool/X86_64/us-east-1a+us-east-1b' });
  });
});
