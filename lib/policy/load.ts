import { readFileSync } from 'node:fs';
import { type EpochMs, wallClock } from '../clock.ts';
import { checkYaml, type FileError, formatFileError } from './checked-yaml.ts';
import { relationFindings } from './relations.ts';
import { type Policy, policySchema } from './schema.ts';

/** One thing that is wrong with the policy file. */
export type PolicyError = FileError;

export type LoadedPolicy =
  | { readonly ok: true; readonly policy: Policy }
  | { readonly ok: false; readonly errors: readonly PolicyError[] };

/**
 * Reads and checks a policy file. Never throws: a file that cannot be read is an error like any other. `now` decides
 * which schedules can still fire.
 */
export function loadPolicy(file: string, now: EpochMs = wallClock.now()): LoadedPolicy {
  return checkPolicy(() => readFileSync(file, 'utf8'), file, now);
}

/** Checks the text of a policy file, and reports every error at once, in the order of the file. Never throws. */
export function parsePolicy(text: string, file: string, now: EpochMs = wallClock.now()): LoadedPolicy {
  return checkPolicy(() => text, file, now);
}

/** `stevedore.yml:12:17: draining.clusters.prod.deadline: found "3 days", expected ...`. */
export const formatPolicyError = formatFileError;

function checkPolicy(read: () => string, file: string, now: EpochMs): LoadedPolicy {
  const checked = checkYaml(read, file, {
    schema: policySchema,
    relations: (found) => relationFindings(found, now),
    expected: 'a readable policy file',
  });
  return checked.ok ? { ok: true, policy: checked.value } : checked;
}
