import { describe, expect, it } from 'vitest';
import { ApiError } from '../../simulator/kernel.ts';
import { clientsOf } from '../simulator/worlds.ts';
import { ordering } from './ordering.ts';

const JO = 'arn:aws:sts::123456789012:assumed-role/ops/jo';
const UPDATE = 'UpdateContainerInstancesState';

describe('stevedore drain', () => {
  it('drains an instance, and the journal has who did it', async () => {
    const {
      run,
      ids: [id = ''],
      status,
      journal,
    } = await ordering();

    const { code, out, err } = await run('drain', id);

    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(status(id)).toBe('DRAINING');
    expect(
      out,
    ).toBe(`acted     ${id} is DRAINING for an order of ${JO}, with 1 task(s) to leave, deadline 2026-11-21T14:32:00Z. (drain-begun)
Done: the instance is DRAINING, with 1 task left. stevedore undrain ${id} takes it back.
`);
    expect(journal.entries).toMatchObject([
      {
        reason: 'drain-begun',
        subject: id,
        calls: ['ECS:UpdateContainerInstancesState'],
        cause: { eventId: expect.stringMatching(/^order-\d+$/), detailType: 'Stevedore Drain Order' },
      },
    ]);
  });

  it('takes a name in place of the identity, an ARN, and the id of a container instance', async () => {
    const {
      run,
      ids: [id = ''],
      arn,
      status,
    } = await ordering();

    expect((await run('drain', arn, '--by', 'ada')).out).toContain('for an order of ada');
    expect(status(id)).toBe('DRAINING');

    const short = arn.slice(arn.lastIndexOf('/') + 1);
    expect((await run('undrain', short, '--by', 'ada')).out).toContain('was withdrawn by ada');
    expect(status(id)).toBe('ACTIVE');
  });

  it('with --dry-run says what would be done, and neither changes nor stores anything', async () => {
    const {
      run,
      ids: [id = ''],
      status,
      journal,
      table,
      calls,
    } = await ordering();

    const { code, out } = await run('drain', id, '--dry-run');

    expect(code).toBe(0);
    expect(out).toMatch(
      /^observed {2}Would set \S+ DRAINING\. \(drain-begun\)\nThis would be done\.\nNothing was changed or stored\.\n$/,
    );
    expect(status(id)).toBe('ACTIVE');
    expect(calls(UPDATE)).toBe(0);
    expect(journal.entries).toEqual([]);
    expect(await table.read([{ partition: 'draining#prod', id }])).toEqual([]);
  });

  it('with --watch shows what is left until nothing runs on it any more', async () => {
    const {
      run,
      ids: [id = ''],
      service,
    } = await ordering();

    const { code, out, err } = await run('drain', id, '--watch');

    expect(code).toBe(0);
    expect(out).toContain(`\n${id} is drained: no task runs on it any more.\n`);
    expect(err).toMatch(
      new RegExp(`^2026-11-21T14:02:00Z {2}${id} is DRAINING: 1 task left; continue in 30 min\\.\n`),
    );
    const running = [...service.tasks];
    expect(running.filter(({ lastStatus }) => lastStatus === 'RUNNING')).toHaveLength(4);
  });

  it('with --watch names what blocks it, and ends with what is done at the deadline', async () => {
    const { run, ids } = await ordering({
      web: { desired: 4, minimumHealthyPercent: 100, maximumPercent: 100 },
      policy: (text) =>
        text.replace('groups: { prod-ecs: {} } }', 'deadline: 10m, groups: { prod-ecs: {} } }'),
    });

    const { code, out, err } = await run('drain', ids[0] ?? '', '--watch');

    expect(code).toBe(3);
    expect(err).toMatch(/1 task left \(web 1\); blocked: Service web cannot move: .*; continue in 9 min\.\n/);
    expect(out).toMatch(
      /the deadline has passed at 2026-11-21T14:1\d:\d\dZ with 1 task left .*; atDeadline continue was carried out\.\n$/,
    );
  });

  it('that has no room waits, and is carried out by the function when there is', async () => {
    const {
      run,
      ids: [first = '', second = ''],
      status,
      world,
    } = await ordering({
      policy: (text) => text.replace('{ prod-ecs: {} } }', '{ prod-ecs: {} }, limits: { draining: 1 } }'),
    });
    await run('drain', first);

    const { code, out } = await run('drain', second);
    expect(code).toBe(3);
    expect(out).toMatch(/^held .*\(waiting-for-room\)\nWaiting: the order stays, until it is released/);
    expect(status(second)).toBe('ACTIVE');

    await run('undrain', first);
    await world.runFor(120_000);
    expect(status(second)).toBe('DRAINING');
  });

  it('is noted while the kill switch is on, and says so', async () => {
    const {
      run,
      ids: [id = ''],
      status,
    } = await ordering();
    await run('pause', 'draining/prod', '--by', 'ada');

    const { code, out } = await run('drain', id);

    expect(code).toBe(3);
    expect(out).toMatch(/^held .*\(paused\)\nWaiting: the order stays/);
    expect(status(id)).toBe('ACTIVE');
  });

  it('is left to whoever has the lease of the cluster', async () => {
    const {
      run,
      ids: [id = ''],
      table,
      world,
    } = await ordering({ deployed: false });
    await table.claim('draining#prod', 'another', world.now(), world.now() + 20_000);

    const { code, out } = await run('drain', id);

    expect(code).toBe(3);
    expect(out).toBe(
      'Waiting: another invocation is working on cluster prod, and has been left the order. What it decides is in the journal.\n',
    );
  });

  it('under a policy in mode observe changes nothing, and that is not done', async () => {
    const {
      run,
      ids: [id = ''],
      status,
    } = await ordering({
      policy: (text) => text.replace('mode: act', 'mode: observe'),
    });

    const { code, out } = await run('drain', id, '--json');

    expect(code).toBe(3);
    expect(JSON.parse(out)).toMatchObject({
      order: 'drain',
      instance: id,
      cluster: 'prod',
      by: JO,
      dryRun: false,
      result: 'refused',
      subjects: [{ id, result: 'refused' }],
      decisions: [{ outcome: 'observed', reason: 'drain-begun' }],
    });
    expect(status(id)).toBe('ACTIVE');
  });

  it('that AWS denies has failed, and says whose credentials it was', async () => {
    const {
      run,
      ids: [id = ''],
      world,
    } = await ordering();
    const denied = new ApiError('AccessDeniedException', 'User is not authorized to perform it.', 400);
    world.faults.failCall(({ operation }) => operation === UPDATE, denied, { times: 1 });

    const { code, out } = await run('drain', id);

    expect(code).toBe(1);
    expect(out).toMatch(
      /^failed .*\(access-denied\)\nIt was the credentials of this terminal .*\nFailed\.\n$/,
    );
  });

  it.each([
    [['drain'], /^Expected INSTANCE, found nothing\./],
    [['drain', 'web'], /^INSTANCE: found "web", expected an EC2 id such as/],
    [['drain', 'i-0000000000000000f'], /^i-0000000000000000f is no container instance of prod\./],
    [['drain', 'i-0000000000000000f', '--cluster', 'dev'], /has no cluster dev under draining, only prod\./],
    [['drain', 'i-0000000000000000f', '--dry-run', '--watch'], /^--dry-run changes nothing/],
    [
      ['drain', `arn:aws:ecs:eu-west-1:1:container-instance/dev/${'a'.repeat(32)}`, '--cluster', 'prod'],
      /^--cluster: found prod, but the ARN is of cluster dev\./,
    ],
  ])('%j is bad input', async (args, sentence) => {
    const { run, calls } = await ordering({ deployed: false });

    const { code, err } = await run(...args);

    expect(code).toBe(2);
    expect(err).toMatch(sentence);
    expect(calls(UPDATE)).toBe(0);
  });
});

describe('stevedore undrain', () => {
  it('sets the instance ACTIVE again, and the journal has who did it', async () => {
    const {
      run,
      ids: [id = ''],
      status,
      journal,
    } = await ordering();
    await run('drain', id, '--by', 'ada');

    const { code, out } = await run('undrain', id);

    expect(code).toBe(0);
    expect(out).toBe(
      `acted     The reason to drain ${id} was withdrawn by ${JO}; it is ACTIVE again. (reactivated)\nDone.\n`,
    );
    expect(status(id)).toBe('ACTIVE');
    expect(journal.entries.at(-1)).toMatchObject({ reason: 'reactivated', outcome: 'acted' });
  });

  it('is refused where nothing is drained', async () => {
    const {
      run,
      ids: [id = ''],
    } = await ordering();

    const { code, out } = await run('undrain', id);

    expect(code).toBe(3);
    expect(out).toMatch(/^ignored .*\(not-draining\)\nNot done; the order is over\./);
  });

  it('does not stop what the group drains for', async () => {
    const {
      run,
      ids: [id = ''],
      world,
      status,
    } = await ordering({
      group: { hooks: [{ name: 'stevedore-drain' }] },
    });
    const { autoScaling } = clientsOf(world);
    await autoScaling.terminateInstanceInAutoScalingGroup({
      InstanceId: id,
      ShouldDecrementDesiredCapacity: true,
    });
    await world.runFor(5_000);

    const { code, out } = await run('undrain', id);

    expect(code).toBe(3);
    expect(out).toContain('The drain goes on, since it is not by choice: hook.');
    expect(status(id)).toBe('DRAINING');
  });
});
