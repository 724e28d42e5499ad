import { describe, expect, it } from 'vitest';
import { ApiError } from '../../simulator/kernel.ts';
import { ordering } from './ordering.ts';

describe('stevedore drain --watch, when Ctrl-C comes', () => {
  it('prints the last state, says that the drain goes on, and leaves it to the function', async () => {
    const {
      run,
      ids: [id = ''],
      meanwhile,
      interrupt,
      status,
      service,
      world,
    } = await ordering();
    meanwhile(async () => interrupt());

    const { code, out } = await run('drain', id, '--watch');

    expect(code).toBe(3);
    expect(out).toMatch(
      new RegExp(
        `\\n${id} is DRAINING: 1 task left; continue in 30 min\\.\\nOnly the watching has ended: what was ordered goes on without this terminal\\. .*\\n$`,
      ),
    );
    await world.runFor(300_000);
    expect(status(id)).toBe('DRAINING');
    expect([...service.tasks].filter(({ lastStatus }) => lastStatus === 'RUNNING')).toHaveLength(4);
  });

  it('tells machines so', async () => {
    const {
      run,
      ids: [id = ''],
      meanwhile,
      interrupt,
    } = await ordering();
    meanwhile(async () => interrupt());

    const { code, out } = await run('drain', id, '--watch', '--json');

    expect(code).toBe(3);
    expect(JSON.parse(out)).toMatchObject({
      result: 'waiting',
      subjects: [{ id, result: 'done' }],
      end: expect.stringContaining('1 task left'),
      interrupted: true,
    });
  });
});

describe('stevedore scale --watch', () => {
  it('goes on watching when AWS does not answer a look, and says so', async () => {
    const { run, world, meanwhile } = await ordering();
    const refused = new ApiError('ServerException', 'Service Unavailable', 503);
    let waits = 0;
    meanwhile(async () => {
      waits += 1;
      // Its four attempts of one look.
      if (waits === 1)
        world.faults.failCall(({ operation }) => operation === 'DescribeServices', refused, { times: 4 });
    });

    const { code, out, err } = await run('scale', 'prod/web', '6', '--watch');

    expect(code).toBe(0);
    expect(err).toMatch(
      /\n2026-11-21T14:02:\d\dZ {2}AWS could not be reached or failed on its side; .*Service Unavailable/,
    );
    expect(out).toMatch(/\nservice\/prod\/web has its 6 tasks\.\n$/);
  });

  it('is not over for Ctrl-C alone: what was done by then is done', async () => {
    const { run, service, meanwhile, interrupt } = await ordering();
    meanwhile(async () => interrupt());

    const { code, out } = await run('scale', 'prod/web', '4', '--watch');

    expect({ code, desired: service.desired }).toEqual({ code: 0, desired: 4 });
    expect(out).not.toContain('Only the watching has ended');
  });
});
