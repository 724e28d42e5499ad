import { describe, expect, it } from 'vitest';
import { byProvider } from '../simulator/fargate-world.ts';
import { ordering } from './ordering.ts';

describe('stevedore failover', () => {
  it('sends a service to on-demand, shows how, and the journal has who did it', async () => {
    const { run, spot, journal } = await ordering();

    const { code, out, err } = await run('failover', 'spot/web', '--watch', '--by', 'ada');

    expect(code).toBe(0);
    expect(out).toMatch(
      /^acted .*ada ordered it.*\(failed-over\)\n(.*\n)*Done\.\nservice\/spot\/web is on demand\.\n$/,
    );
    expect(err).toContain('service/spot/web goes to on-demand: its deployment is on the way.\n');
    expect(byProvider(spot)).toEqual({ FARGATE: 3 });
    expect(journal.entries[0]).toMatchObject({
      reason: 'failed-over',
      subject: 'service/spot/web',
      calls: ['ECS:UpdateService'],
      cause: { eventId: expect.stringMatching(/^order-\d+$/), detailType: 'Stevedore Failover Order' },
    });
  });

  it('with --dry-run says what would be done, and neither changes nor stores anything', async () => {
    const { run, journal, calls, table } = await ordering();
    const key = { partition: 'failover', id: 'service/spot/web' };
    const before = await table.read([key]);

    const { code, out } = await run('failover', 'spot/web', '--dry-run');

    expect(code).toBe(0);
    expect(out).toMatch(
      /^observed .*\(failed-over\)\nThis would be done\.\nNothing was changed or stored\.\n$/,
    );
    expect(calls('UpdateService')).toBe(0);
    expect(journal.entries).toEqual([]);
    expect(await table.read([key])).toEqual(before);
  });

  it('is refused by a guard that refuses', async () => {
    const { run, calls } = await ordering({
      policy: (text) => text.replace('spot/api: {}', 'spot/api: {}, prod/web: {}'),
    });

    const { code, out } = await run('failover', 'prod/web');

    expect(code).toBe(3);
    expect(out).toMatch(/^refused .*\(not-by-capacity-provider\)\nNot done; the order is over\./);
    expect(calls('UpdateService')).toBe(0);
  });

  it('waits while the kill switch is on', async () => {
    const { run } = await ordering();
    await run('pause', 'failover', '--by', 'ada');

    const { code, out } = await run('failover', 'spot/web');

    expect(code).toBe(3);
    expect(out).toMatch(/\(paused\)\nWaiting: the order stays, until it is carried out or refused/);
  });
});

describe('stevedore failback', () => {
  it('brings a service back in steps', async () => {
    const { run, spot } = await ordering();
    await run('failover', 'spot/web', '--watch');

    const { code, out, err } = await run('failback', 'spot/web', '--watch');

    expect(code).toBe(0);
    expect(out).toMatch(/\nDone\.\nservice\/spot\/web is on its own strategy\.\n$/);
    expect(err).toContain('service/spot/web goes back, step 2: its deployment is on the way.\n');
    expect(byProvider(spot)).toEqual({ FARGATE_SPOT: 3 });
  });

  it('is refused for a service that is not away', async () => {
    const { run } = await ordering();

    const { code, out } = await run('failback', 'spot/web');

    expect(code).toBe(3);
    expect(out).toMatch(/^refused .*\(order-not-applicable\)\nNot done/);
  });

  it('with --reset resets the breaker', async () => {
    const { run } = await ordering();

    const { code, out } = await run('failback', 'api', '--reset', '--json', '--by', 'ada');

    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      order: 'reset',
      cluster: 'spot',
      service: 'api',
      by: 'ada',
      result: 'done',
      decisions: [{ reason: 'breaker-reset' }],
    });
  });

  it.each([
    [['failback'], /^Expected SERVICE, found nothing\./],
    [['failback', 'prod/web'], /has no service prod\/web under failover, only spot\/web, spot\/api\./],
    [['failback', 'spot/web', '--reset', '--watch'], /^--reset is over at once/],
  ])('%j is bad input', async (args, sentence) => {
    const { run } = await ordering({ deployed: false });

    const { code, err } = await run(...args);

    expect(code).toBe(2);
    expect(err).toMatch(sentence);
  });
});
