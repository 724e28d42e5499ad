import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { beforeTheEnd, interruptsOf, type Signalled } from '../../cli/interrupts.ts';
import { createProgress } from '../../cli/progress.ts';

/** A process that notes what is done to it. */
function processOf() {
  const emitter = new EventEmitter();
  const done: string[] = [];
  const from: Signalled = {
    pid: 7,
    once: (signal, listener) => emitter.once(signal, listener),
    off: (signal, listener) => emitter.off(signal, listener),
    kill: (pid, signal) => done.push(`kill ${pid} ${signal}`),
    exit: () => done.push('exit'),
  };
  const listeners = () => emitter.listenerCount('SIGINT') + emitter.listenerCount('SIGTERM');
  return { from, done, listeners, send: (signal: string) => emitter.emit(signal, signal) };
}

afterEach(() => {
  vi.useRealTimers();
});

describe('Ctrl-C and SIGTERM while a verb listens', () => {
  it.each(['SIGINT', 'SIGTERM'])('%s is told once, and ends the process after its last words', (signal) => {
    vi.useFakeTimers();
    const { from, done, send } = processOf();
    const interruption = interruptsOf(from)();

    send(signal);

    expect(interruption.signal.aborted).toBe(true);
    expect(done).toEqual([]);
    vi.advanceTimersByTime(200);
    expect(done).toEqual(['exit']);
  });

  it('are left to the process before and afterwards, and the second time', () => {
    vi.useFakeTimers();
    const { from, listeners, send } = processOf();
    const interrupts = interruptsOf(from);
    expect(listeners()).toBe(0);

    const { release } = interrupts();
    expect(listeners()).toBe(2);
    send('SIGINT');
    expect(listeners()).toBe(1);
    release();
    expect(listeners()).toBe(0);
  });
});

describe('what is put back before the end', () => {
  it('is put back, and then the signal does what it does by itself', () => {
    const { from, done, listeners, send } = processOf();
    beforeTheEnd(() => done.push('restored'), from);

    send('SIGTERM');

    expect(done).toEqual(['restored', 'kill 7 SIGTERM']);
    expect(listeners()).toBe(0);
  });

  it('is not any more, once that was taken back', () => {
    const { from, done, send } = processOf();
    beforeTheEnd(() => done.push('restored'), from)();

    send('SIGINT');

    expect(done).toEqual([]);
  });
});

describe('a progress bar', () => {
  it('listens for the end only while it hides the cursor', () => {
    const stream = Object.assign(new PassThrough(), {
      isTTY: true,
      cursorTo: () => true,
      clearLine: () => true,
    });
    const before = process.listenerCount('SIGINT');
    const { update, stop } = createProgress('Reading', { stream, after: 0 });
    expect(process.listenerCount('SIGINT')).toBe(before);

    update(1, 3);
    expect(process.listenerCount('SIGINT')).toBe(before + 1);

    stop();
    expect(process.listenerCount('SIGINT')).toBe(before);
    const drawn = String(stream.read());
    expect(drawn.indexOf('\u001B[?25h')).toBeGreaterThan(drawn.indexOf('\u001B[?25l'));
  });
});
