import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';

const endings: (() => void)[] = [];

/**
 * Has something done when this process ends, by itself or by a signal: what was asked for last comes first. It must be
 * done when it returns, since nothing is waited for any more.
 */
export function atEnd(ending: () => void): void {
  endings.push(ending);
}

/** Ends a process that was started `detached`, which makes it the first of a group, and the group with it. */
export function endGroupAtEnd(child: ChildProcess): void {
  atEnd(() => {
    const { pid, exitCode, signalCode } = child;
    // The number of one that has ended may be another's by now.
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch (error) {
      // It has ended in this moment.
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  });
}

process.once('exit', () => {
  for (const ending of endings.toReversed()) {
    // What cannot be ended must not keep the others from it.
    try {
      ending();
    } catch (error) {
      process.stderr.write(`While ending: ${error}\n`);
    }
  }
});

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => process.exit(128 + constants.signals[signal]));
}
