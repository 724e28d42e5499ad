import { describe, expect, it } from 'vitest';
import { harbour, POLICY } from './harbour.ts';

describe('stevedore pause in the harbour', () => {
  it('a pause names the hooks that now run out, holds the next decision, and a resumption ends that', async () => {
    const { run, until, deployment, hosts } = await harbour(1);
    const before = deployment.journal.length;

    const { out } = await run('pause', 'draining/harbour', '--policy', POLICY);
    await until(2);
    const during = deployment.journal.slice(before).filter(({ subject }) => subject === hosts.stuck);
    await run('resume', 'draining/harbour', '--policy', POLICY);
    await until(4);

    expect(out).toMatch(
      new RegExp(`\\n {2}${hosts.stuck}, hook stevedore-drain of harbour-ecs: runs out in 4m`),
    );
    expect(new Set(during.map(({ reason }) => reason))).toEqual(new Set(['paused']));
    expect(deployment.journal.at(-1)?.reason).not.toBe('paused');
  });

  it('a breaker that services share can be paused once there is one', async () => {
    const { run, deployment } = await harbour(62);
    const [service] = await deployment.failoverStore.read([
      { partition: 'failover', id: 'service/harbour/photos' },
    ]);
    const pool = service?.state.kind === 'service' ? service.state.pool?.id : undefined;

    const { code } = await run('pause', `failover/${pool}`, '--policy', POLICY);

    expect(code).toBe(0);
    expect(await deployment.table.paused()).toEqual(new Set([`failover/${pool}`]));
  });

  it('history tells who paused a service', async () => {
    const { run, until } = await harbour(1);
    await run('pause', 'scaling/harbour/web', '--by', 'ada', '--policy', POLICY);
    await until(2);

    const { out } = await run('history', 'harbour/web', '--reason', 'paused-by-hand');

    expect(out).toMatch(
      /^\S+Z {2}done {6}ada paused scaling of service\/harbour\/web: .* \(paused-by-hand\)\n$/,
    );
  });
});
