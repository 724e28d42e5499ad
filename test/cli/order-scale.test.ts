import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../lib/clock.ts';
import { ApiError } from '../../simulator/kernel.ts';
import { clientsOf } from '../simulator/worlds.ts';
import { ordering } from './ordering.ts';

describe('stevedore scale', () => {
  it('sets the count, and the journal has who did it', async () => {
    const { run, service, journal } = await ordering();

    const { code, out, err } = await run('scale', 'service/prod/web', '6', '--by', 'ada');

    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(service.desired).toBe(6);
    expect(out).toBe(
      'acted     service/prod/web goes from 4 to 6 tasks by order of ada, within 2 to 12. (ordered)\nDone.\n',
    );
    expect(journal.entries).toMatchObject([
      { reason: 'ordered', calls: ['ECS:UpdateService'], facts: { orderedBy: 'ada', from: 4, to: 6 } },
    ]);
  });

  it('with --watch shows how many run, until all do', async () => {
    const { run } = await ordering();

    const { code, out, err } = await run('scale', 'prod/web', '6', '--watch');

    expect(code).toBe(0);
    expect(err).toMatch(/^2026-11-21T14:02:00Z {2}service\/prod\/web: 4 of 6 tasks run\.\n/);
    expect(out).toMatch(/\nDone\.\nservice\/prod\/web has its 6 tasks\.\n$/);
  });

  it('sets the desired capacity of a group', async () => {
    const { run, world } = await ordering();

    const { code, out } = await run('scale', 'prod-ecs', '5', '--watch');

    expect(code).toBe(0);
    expect(out).toContain('group/prod-ecs has its 5 instances.');
    const { autoScaling } = clientsOf(world);
    const { AutoScalingGroups } = await autoScaling.describeAutoScalingGroups({});
    expect(AutoScalingGroups).toMatchObject([{ DesiredCapacity: 5 }]);
  });

  it('with --dry-run says what would be done, and neither changes nor stores anything', async () => {
    const { run, service, journal, table, calls } = await ordering();
    const key = { partition: 'scaling', id: 'service/prod/web' };
    const before = await table.read([key]);

    const { code, out } = await run('scale', 'prod/web', '6', '--dry-run', '--by', 'ada');

    expect(code).toBe(0);
    expect(out).toBe(
      'observed  service/prod/web goes from 4 to 6 tasks by order of ada, within 2 to 12. (ordered)\nThis would be done.\nNothing was changed or stored.\n',
    );
    expect(service.desired).toBe(4);
    expect(calls('UpdateService')).toBe(0);
    expect(journal.entries).toEqual([]);
    expect(await table.read([key])).toEqual(before);
  });

  it('is done when so many are there already', async () => {
    const { run, calls } = await ordering();

    const { code, out } = await run('scale', 'prod/web', '4', '--by', 'ada');

    expect(code).toBe(0);
    expect(out).toContain('ada ordered 4 tasks for service/prod/web, and so many there are. (ordered)');
    expect(calls('UpdateService')).toBe(0);
  });

  it('is refused outside of min and max, with both named', async () => {
    const { run, service } = await ordering();

    const { code, out } = await run('scale', 'prod/web', '13');

    expect(code).toBe(3);
    expect(out).toMatch(
      /^refused .* 2 to 12 are allowed now\..*\(order-out-of-bounds\)\nNot done; the order is over/,
    );
    expect(service.desired).toBe(4);
  });

  it('that a deployment holds waits, and the function carries it out when that is over', async () => {
    const { run, world, service } = await ordering({ web: { healthDelayMs: 3 * MINUTE } });
    const { ecs } = clientsOf(world);
    await ecs.updateService({ cluster: 'prod', service: 'web', forceNewDeployment: true });
    await world.runFor(10_000);

    const { code, out } = await run('scale', 'prod/web', '3', '--by', 'ada');
    expect(code).toBe(3);
    expect(out).toMatch(
      /^held .*\(deployment-in-progress\)\nWaiting: the order stays, for an hour at most, and the function/,
    );

    await world.runFor(20 * MINUTE);
    expect(service.desired).toBe(3);
  });

  it('with --watch waits for what holds it', async () => {
    const { run, world } = await ordering({ web: { healthDelayMs: 3 * MINUTE } });
    const { ecs } = clientsOf(world);
    await ecs.updateService({ cluster: 'prod', service: 'web', forceNewDeployment: true });
    await world.runFor(10_000);

    const { code, out, err } = await run('scale', 'prod/web', '3', '--watch');

    expect(err).toContain('the order for 3 waits: deployment-in-progress.\n');
    expect(out).toContain('service/prod/web has its 3 tasks.');
    expect(code).toBe(0);
  });

  it('with --watch and --json prints one document, with how it ended', async () => {
    const { run } = await ordering();

    const { code, out, err } = await run('scale', 'prod/web', '6', '--watch', '--json', '--by', 'ada');

    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      order: 'scale',
      target: 'service/prod/web',
      count: 6,
      by: 'ada',
      result: 'done',
      subjects: [{ id: 'service/prod/web', result: 'done' }],
      end: 'service/prod/web has its 6 tasks.',
      decisions: [{ reason: 'ordered' }],
    });
    expect(err).toContain('4 of 6 tasks run.');
  });

  it('with --watch ends when something else has set another count', async () => {
    const { run, world, meanwhile } = await ordering({ web: { healthDelayMs: 3 * MINUTE } });
    const { ecs } = clientsOf(world);
    meanwhile(() => ecs.updateService({ cluster: 'prod', service: 'web', desiredCount: 5 }));

    const { code, out } = await run('scale', 'prod/web', '6', '--watch');

    expect(code).toBe(3);
    expect(out).toContain('service/prod/web is at 5 tasks, not at 6: something else has set it since.');
  });

  it('that AWS refuses has failed, and stays to be tried again', async () => {
    const { run, world, service } = await ordering();
    const error = new ApiError('InvalidParameterException', 'Not this count.', 400);
    world.faults.failCall(({ operation }) => operation === 'UpdateService', error, { times: 1 });

    const { code, out } = await run('scale', 'prod/web', '6');
    expect(code).toBe(1);
    expect(out).toMatch(/^failed .*\(action-failed\)\nFailed\. The order stays for an hour/);

    await world.runFor(2 * MINUTE);
    expect(service.desired).toBe(6);
  });

  it.each([
    [['scale', 'prod/web'], /^Expected TARGET COUNT, found prod\/web\./],
    [['scale', 'prod/web', '+2'], /^COUNT: found "\+2", expected a whole number, zero or more/],
    [['scale', 'prod/api', '2'], /scales no prod\/api, only service\/prod\/web, group\/prod-ecs\./],
  ])('%j is bad input', async (args, sentence) => {
    const { run } = await ordering({ deployed: false });

    const { code, err } = await run(...args);

    expect(code).toBe(2);
    expect(err).toMatch(sentence);
  });
});
