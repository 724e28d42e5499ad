import { readFileSync } from 'node:fs';
import { LineCounter, parseDocument } from 'yaml';
import type { EpochMs } from '../../lib/clock.ts';
import { type CompiledPolicy, compilePolicy, PolicyTooLargeError } from '../../lib/policy/compile.ts';
import { formatPolicyError, loadPolicy } from '../../lib/policy/load.ts';
import { positionOf } from '../../lib/policy/positions.ts';

/** One thing that keeps the file from being deployed. Lines and columns count from 1. */
export interface Problem {
  readonly line: number;
  readonly column: number;
  /** `draining.clusters.prod.deadline`; empty for the file as a whole. */
  readonly path: string;
  /** As it is printed: with file, line and column. */
  readonly message: string;
}

export type Checked =
  | { readonly valid: true; readonly compiled: CompiledPolicy }
  | { readonly valid: false; readonly problems: readonly Problem[] };

/** All that is wrong with a policy file, also that it comes to more than AWS takes. Asks nobody. */
export function check(file: string, now: EpochMs): Checked {
  const loaded = loadPolicy(file, now);
  if (!loaded.ok) {
    const problems = loaded.errors.map((error): Problem => {
      const { line, column, path } = error;
      return { line, column, path, message: formatPolicyError(error) };
    });
    return { valid: false, problems };
  }
  try {
    return { valid: true, compiled: compilePolicy(loaded.policy) };
  } catch (error) {
    if (!(error instanceof PolicyTooLargeError)) throw error;
    return { valid: false, problems: tooLarge(file, error) };
  }
}

/** What is too large is a section as a whole, which is where it is split. */
function tooLarge(file: string, { refusals }: PolicyTooLargeError): Problem[] {
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(file, 'utf8'), { merge: true, lineCounter: lines });
  return refusals.map(({ section: path, sentence }): Problem => {
    const { line, column } = positionOf(document, lines, [path], 'key');
    return { line, column, path, message: `${file}:${line}:${column}: ${path}: ${sentence}` };
  });
}
