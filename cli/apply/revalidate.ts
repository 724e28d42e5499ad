import { existsSync, readFileSync } from 'node:fs';
import type { Account } from '../account.ts';
import { hashOf, type PlanFile } from '../plan/file.ts';
import { accountOf } from '../plan.ts';

/** Where the user says that they are; what they leave open is as in the plan. */
export interface Said {
  readonly region: string | undefined;
  readonly endpoint: string | undefined;
}

/** What keeps a plan from being carried out here, as sentences: another Region, endpoint or policy. */
export function misplaced(plan: PlanFile, { region, endpoint }: Said): string[] {
  const found: string[] = [];
  if (region !== undefined && region !== plan.region) {
    found.push(`The plan is for Region ${plan.region}, and this is ${region}: set --region ${plan.region}.`);
  }
  if (endpoint !== undefined && endpoint !== plan.endpoint) {
    const planned = plan.endpoint ?? "AWS's own endpoints";
    found.push(`The plan is for ${planned}, and this is ${endpoint}: plan again, or leave out --endpoint.`);
  }
  if (existsSync(plan.policyFile)) {
    const hash = hashOf(readFileSync(plan.policyFile, 'utf8'));
    if (hash !== plan.hash) {
      found.push(
        `${plan.policyFile} has changed since it was planned (${plan.hash}, now ${hash}): plan again.`,
      );
    }
  }
  return found;
}

/** The same of the account. */
export async function wrongAccount(account: Account, plan: PlanFile): Promise<string[]> {
  const id = await accountOf(account);
  return id === plan.account
    ? []
    : [`The plan is for account ${plan.account}, and these credentials are of ${id}: use the others.`];
}
