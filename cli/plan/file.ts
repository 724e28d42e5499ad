import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { BadInput } from '../command.ts';
import { type Check, isOpen, SECTIONS, WORST_FIRST } from './check.ts';

const check = z.object({
  section: z.enum(SECTIONS),
  subject: z.string(),
  verdict: z.enum(WORST_FIRST),
  reason: z.string(),
  sentence: z.string(),
  change: z.object({ from: z.string(), to: z.string() }).nullable(),
  remarks: z.array(z.string()),
});

const planFile = z.object({
  version: z.literal(1),
  /** When it was made. */
  at: z.iso.datetime(),
  policyFile: z.string(),
  /** The text of the policy file, of which the hash is taken. */
  policy: z.string(),
  hash: z.string(),
  account: z.string(),
  region: z.string(),
  endpoint: z.string().nullable(),
  stack: z.string(),
  table: z.string(),
  checks: z.array(check),
});

/** A plan as `stevedore plan --out` writes it and `stevedore apply` reads it. */
export type PlanFile = z.output<typeof planFile>;

/** Of a policy file's text. */
export const hashOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

export const asPlanFile = (plan: PlanFile): string => `${JSON.stringify(plan, null, 2)}\n`;

/** Throws `BadInput` for a file that is no plan, or whose policy is not the one that was planned. */
export function readPlanFile(file: string): PlanFile {
  const parsed = planFile.safeParse(parse(file));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new BadInput(
      `${file} is no plan of this version (${issue?.path.join('.') || 'the whole'}: ${issue?.message}). Make one: stevedore plan --out ${file}`,
    );
  }
  const plan = parsed.data;
  if (hashOf(plan.policy) === plan.hash) return plan;
  throw new BadInput(
    `${file}: its policy has ${hashOf(plan.policy)}, and ${plan.hash} was planned: it was changed afterwards. Plan again: stevedore plan --out ${file}`,
  );
}

function parse(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new BadInput(`${file} could not be read as a plan: ${why}`);
  }
}

/** One thing that was planned otherwise than it would be done now. */
export interface Deviation {
  readonly section: string;
  readonly subject: string;
  readonly planned: string;
  readonly now: string;
}

/**
 * What would be done otherwise than it was planned. Sentences do not count, since times stand in them; nor does why
 * nothing is to be done. Pure.
 */
export function deviations(planned: readonly Check[], now: readonly Check[]): Deviation[] {
  const [before, after] = [byKey(planned), byKey(now)];
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((key): Deviation[] => {
    const [was, is] = [before.get(key), after.get(key)];
    const { section, subject } = was ?? is ?? { section: '', subject: '' };
    const [old, fresh] = [inWords(was), inWords(is)];
    return old === fresh ? [] : [{ section, subject, planned: old, now: fresh }];
  });
}

const byKey = (checks: readonly Check[]) =>
  new Map(checks.map((one) => [`${one.section}\n${one.subject}`, one]));

function inWords(found: Check | undefined): string {
  if (found === undefined) return 'nothing';
  const { verdict, reason, change } = found;
  const what = isOpen(found) || verdict === 'unread' ? `${verdict} (${reason})` : 'nothing';
  return change === null ? what : `${what}, from ${change.from} to ${change.to}`;
}
