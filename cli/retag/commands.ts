import type { Connect } from '../account.ts';
import type { Command } from '../command.ts';
import { approve } from './approve.ts';
import { promote } from './promote.ts';
import { release } from './release.ts';
import { rollback } from './rollback.ts';

/** The verbs of retagging, given how they reach the account. */
export const createRetagCommands = (connect: Connect): Readonly<Record<string, Command>> => ({
  promote: promote(connect),
  rollback: rollback(connect),
  approve: approve(connect),
  release: release(connect),
});
