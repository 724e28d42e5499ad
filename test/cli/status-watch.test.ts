import { describe, expect, it } from 'vitest';
import type { Terminal } from '../../cli/command.ts';
import { createVerbs } from '../../cli/verbs.ts';
import { connectTo } from './account.ts';
import { harbour, POLICY } from './harbour.ts';

const HOME = '\u001B[H';
const HIDE_CURSOR = '\u001B[?25l';
const SHOW_CURSOR = '\u001B[?25h';

interface Watching {
  readonly columns?: number | undefined;
  readonly args?: readonly string[];
  /** By the look, from 1: what it fails with. */
  readonly failing?: Readonly<Record<number, Error>>;
}

/** Watches the afternoon in the harbour, until Ctrl-C comes while it waits for the third time. */
async function watch({ columns, args = [], failing = {} }: Watching = {}) {
  const { world, deployment } = await harbour(1);
  const waited: number[] = [];
  const controller = new AbortController();
  let released = 0;
  let looks = 0;
  const clock = {
    now: () => world.now(),
    sleep: async (ms: number): Promise<void> => {
      waited.push(ms);
      if (waited.length < 3) {
        await world.runFor(ms);
        return;
      }
      controller.abort();
      return new Promise<void>(() => undefined);
    },
  };
  const store: typeof deployment.table = Object.assign(Object.create(deployment.table), {
    pauses: async () => {
      looks += 1;
      const error = failing[looks];
      if (error !== undefined) throw error;
      return deployment.table.pauses();
    },
  });
  const verbs = await createVerbs(connectTo(world, { store, sinks: [], clock }));
  const out: string[] = [];
  const err: string[] = [];
  const terminal: Terminal = {
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
    columns,
    interrupts: () => ({
      signal: controller.signal,
      release: () => {
        released += 1;
      },
    }),
  };
  const ended = verbs.status?.run(['--watch', '--policy', POLICY, ...args], terminal);
  const code = await ended?.catch((error: unknown) => error);
  return { out, err, waited, code, released };
}

const named = (name: string, message: string) => Object.assign(new Error(message), { name });

describe('stevedore status --watch', () => {
  it('redraws the screen every five seconds, without a cursor', async () => {
    const { out, waited } = await watch({ columns: 100 });

    expect(waited).toEqual([5_000, 5_000, 5_000]);
    expect(out[0]).toBe(HIDE_CURSOR);
    const screens = out.slice(1, 4);
    for (const screen of screens) {
      expect(screen.startsWith(HOME)).toBe(true);
      expect(screen.endsWith('\u001B[J')).toBe(true);
    }
    expect(screens[2]).toContain('2026-11-21T14:01:10Z');
  });

  it('is ended by Ctrl-C: the last state stays on the screen, and the cursor is back', async () => {
    const { out, code, released } = await watch({ columns: 100 });

    expect({ code, released }).toEqual({ code: 0, released: 1 });
    expect(out).toHaveLength(5);
    expect(out[4]).toBe(`${out[3]}${SHOW_CURSOR}`);
  });

  it('prints one snapshot after another where there is no terminal', async () => {
    const { out, code } = await watch();

    expect(code).toBe(0);
    expect(out.map((screen) => screen.slice(0, 20))).toEqual([
      '2026-11-21T14:01:00Z',
      '2026-11-21T14:01:05Z',
      '2026-11-21T14:01:10Z',
    ]);
    expect(out.join('')).not.toContain('\u001B');
  });

  it('prints an object per line for machines', async () => {
    const { out } = await watch({ args: ['--json'] });

    expect(out.map((line) => line.split('\n').length)).toEqual([2, 2, 2]);
    expect(out.map((line) => JSON.parse(line).drains.length)).toEqual([3, 3, 3]);
  });
});

describe('stevedore status --watch, while AWS does not answer', () => {
  const throttled = named('ThrottlingException', 'Rate exceeded');
  const expired = named('ExpiredTokenException', 'The security token included in the request is expired');
  const offline = new AggregateError([
    Object.assign(new Error('connect ECONNREFUSED ::1:443'), { code: 'ECONNREFUSED' }),
    Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:443'), { code: 'ECONNREFUSED' }),
  ]);

  it('keeps what was read last on the screen, says since when and why, and looks again', async () => {
    const { out, code } = await watch({ columns: 100, failing: { 2: throttled } });

    expect(code).toBe(0);
    const [, first = '', second = '', third = ''] = out;
    expect(second).toContain('2026-11-21T14:01:05Z  Not read: AWS throttled the call beyond all retries.');
    expect(second).toContain('Above is what was read last.');
    expect(second).toContain(first.slice(HOME.length, first.indexOf('\n')));
    expect(third).toContain('2026-11-21T14:01:10Z');
    expect(third).not.toContain('Not read');
  });

  it('says how to get new credentials', async () => {
    const { out, err, code } = await watch({ failing: { 1: expired, 2: expired } });

    expect({ code, snapshots: out.length }).toEqual({ code: 0, snapshots: 1 });
    expect(err).toHaveLength(2);
    expect(err[0]).toMatch(
      /^2026-11-21T14:01:00Z {2}AWS does not accept the credentials\. .*\(aws sso login, aws login\): the next look takes/,
    );
  });

  it('does not mind a network that is away, and leaves the output to what was read', async () => {
    const { out, err, code } = await watch({ args: ['--json'], failing: { 2: offline } });

    expect({ code, snapshots: out.length, failures: err.length }).toEqual({
      code: 0,
      snapshots: 2,
      failures: 1,
    });
    expect(err[0]).toContain('127.0.0.1:443');
  });

  it.each([
    ['a table that is not there', named('ResourceNotFoundException', 'Requested resource not found: Table')],
    ['a permission that is missing', named('AccessDeniedException', 'Not authorized.')],
    ['a bug of ours', new TypeError('undefined is not a function')],
  ])('is ended by %s, with the cursor back', async (_, error) => {
    const { out, code } = await watch({ columns: 100, failing: { 2: error } });

    expect(code).toBe(error);
    expect(out.at(-1)?.endsWith(SHOW_CURSOR)).toBe(true);
  });
});
