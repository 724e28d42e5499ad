import { POLICY } from '../options.ts';
import { type Check, isOpen } from '../plan/check.ts';
import type { Deviation, PlanFile } from '../plan/file.ts';
import { OPTIONS } from '../plan/options.ts';

/** Why a plan is not carried out. */
export interface Refusal {
  readonly sentences: readonly string[];
  readonly deviations: readonly Deviation[];
}

/** `refused`: it would not be what was planned.  `declined`: whoever was asked said no. */
export type Result = 'deployed' | 'refused' | 'declined' | 'failed';

/**
 * The command that plans the same again. It names the Region, which may have come from an option that nobody gives a
 * second time, and of the rest what is not the default.
 */
function planCommand({ policyFile, region, endpoint, stack, table }: PlanFile): string {
  const words = [
    ...(policyFile === POLICY.policy.default ? [] : ['--policy', policyFile]),
    '--region',
    region,
    ...(endpoint === null ? [] : ['--endpoint', endpoint]),
    ...(stack === OPTIONS.stack.default ? [] : ['--stack', stack]),
    ...(table === stack ? [] : ['--table', table]),
  ];
  return `stevedore plan ${words.join(' ')}`;
}

export function refusalText(file: string, plan: PlanFile, { sentences, deviations }: Refusal): string {
  const lines = deviations.map(
    ({ section, subject, planned, now }) =>
      `  ${section} ${subject}: planned was ${planned}; now it is ${now}`,
  );
  const differs = lines.length === 0 ? [] : ['What would be done is not what was planned:', ...lines];
  const again = `Nothing was changed. Plan again and look at it: ${planCommand(plan)} --out ${file}`;
  return `${[...sentences, ...differs, again].join('\n')}\n`;
}

/** What is about to be done, before it is asked for. */
export function announcement({ stack, account, region, endpoint, hash, checks, at }: PlanFile): string {
  const where = endpoint === null ? region : `${region} at ${endpoint}`;
  const changes = checks.filter(({ section, verdict }) => section === 'deployed' && verdict === 'pending');
  const now = checks.filter(({ section, verdict }) => section !== 'deployed' && verdict === 'pending');
  const lines = [
    `Stack ${stack} in account ${account}, ${where}, gets the policy of ${at} (${hash.slice(0, 19)}).`,
    ...changes.map(({ subject, sentence }) => `  ${subject}: ${sentence}`),
    now.length === 0
      ? 'Nothing would be done at once.'
      : 'Within a minute of the deployment this would be done:',
    ...now.map(({ subject, sentence }) => `  ${subject}: ${sentence}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** Where to look afterwards. */
export function toWatch(plan: PlanFile): string {
  const { stack, region, checks } = plan;
  const open = checks.filter((check) => check.section !== 'deployed' && isOpen(check));
  const word = (verdict: Check['verdict']) => open.filter((check) => check.verdict === verdict).length;
  const lines = [
    `Deployed. The first tick comes within a minute; what it decides is in the journal, and on the dashboard ${stack}.`,
    ...(open.length === 0
      ? []
      : [`Expected: ${word('pending')} at once, ${word('waits')} waiting, ${word('refused')} refused.`]),
    `Watch: the alarms ${stack}-*, queues ${stack}-failed-events and ${stack}-undelivered-events, in ${region}.`,
    `To see that it is done: ${planCommand(plan)} (exit code 0 when nothing is left). To go back: apply the plan of the policy before.`,
  ];
  return `${lines.join('\n')}\n`;
}

/** For machines: keys are only ever added. */
export const asJson = (
  result: Result,
  { hash, stack, account, region }: PlanFile,
  refusal?: Refusal,
): string =>
  `${JSON.stringify({ result, hash, stack, account, region, sentences: [], deviations: [], ...refusal }, null, 2)}\n`;
