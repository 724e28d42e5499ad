import { rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { folderWith, POLICY, run, SCENARIO } from './simulating.ts';

/** Plays a scenario of the tests, and tells what it fell short of. */
async function shortfallsOf(scenario: string, policy = POLICY) {
  const { folder, file } = folderWith(scenario, policy);
  const { code, out, err } = await run('simulate', file, '--json');
  rmSync(folder, { recursive: true });
  expect(err).toBe('');
  return { code, shortfalls: JSON.parse(out).shortfalls };
}

/** Its hosts cannot go before four minutes of shutting down, and are given one. */
const CUT_SHORT = SCENARIO.replace('count: 6,', 'count: 6, stop: 4m, stopTimeout: 5m,');

describe('what stevedore simulate falls short of', () => {
  it('is nothing where every drain came to its end', async () => {
    expect(await shortfallsOf(SCENARIO)).toEqual({ code: 0, shortfalls: [] });
  });

  it('is the tasks that were lost with their host', async () => {
    const { code, shortfalls } = await shortfallsOf(
      SCENARIO.replace(/scale: .*}/, 'terminate: shop-ecs/1 }'),
    );

    expect(code).toBe(3);
    expect(shortfalls[0]).toMatchObject({
      kind: 'tasks-lost',
      subject: null,
      sentence: expect.stringMatching(/^\d tasks ended with their host/),
    });
  });

  it('is a drain that the deadline cut short, even where its tasks had been told to stop', async () => {
    const { code, shortfalls } = await shortfallsOf(
      CUT_SHORT,
      POLICY.replace('groups:', 'deadline: 1m\n      groups:'),
    );

    expect(code).toBe(3);
    expect(shortfalls).toContainEqual({
      kind: 'drain-cut-short',
      subject: expect.stringMatching(/^i-\w+$/),
      sentence: expect.stringMatching(
        /^i-\w+ ended at 2026-11-21T14:\d\d:\d\dZ, before its drain was over: \d tasks? /,
      ),
    });
  });

  it('is a service with too few tasks at the end; what is a daemon is not counted', async () => {
    const { code, shortfalls } = await shortfallsOf(
      SCENARIO.replace(/events:[\s\S]*$/, 'events:\n  - { at: 7m, count: { service: shop/web, to: 60 } }\n'),
    );

    expect(code).toBe(3);
    expect(shortfalls).toEqual([
      {
        kind: 'below-desired',
        subject: 'shop/web',
        sentence: expect.stringMatching(/^shop\/web ended below its desired count: \d+ of 60 tasks ran\.$/),
      },
    ]);
  });

  it('is told at the end of the text, too', async () => {
    const { out, code } = await run('simulate', 'examples/drain.yml');

    expect(code).toBe(3);
    expect(out).toMatch(/\nShortfalls\n {2}1 task ended with its host, .*\n {2}i-\w+ ended at .*\n$/);
  });
});
