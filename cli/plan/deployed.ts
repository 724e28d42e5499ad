import type { Capability } from '../../lib/journal/journal.ts';
import type { Account } from '../account.ts';
import type { Deployed, ReadDeployed } from '../deployed.ts';
import { type Check, unread } from './check.ts';
import { type Difference, differences } from './difference.ts';

interface Compared {
  readonly stack: string;
  /** What the policy file says: see policyDocument. */
  readonly document: unknown;
  /** Only what is said of this one; null: all. */
  readonly capability: Capability | null;
}

/** What the policy file says otherwise than what is deployed. Never throws. */
export async function checkDeployed(
  account: Account,
  compared: Compared,
  readDeployed: ReadDeployed,
): Promise<Check[]> {
  try {
    return compare(await readDeployed(account, compared.stack), compared);
  } catch (error) {
    return [unread('deployed', compared.stack, error)];
  }
}

function compare(deployed: Deployed, { stack, document, capability }: Compared): Check[] {
  const base = { section: 'deployed', subject: stack, change: null, remarks: [] } as const;
  switch (deployed.kind) {
    case 'none': {
      const sentence = `There is no stack ${stack} in this account and Region: everything would be new. --stack names another.`;
      return [{ ...base, verdict: 'pending', reason: 'not-deployed', sentence }];
    }
    case 'unknown': {
      const sentence = `Stack ${stack} does not say which policy it was deployed with: it is of an older version, or not Stevedore's. A deployment would replace it.`;
      return [{ ...base, verdict: 'pending', reason: 'policy-unknown', sentence }];
    }
    case 'policy': {
      const found = differences(deployed.document, document).filter(
        ({ path }) => capability === null || path.split('.')[0] === capability,
      );
      if (found.length > 0) return found.map(checkOf);
      const sentence = `Stack ${stack} has this policy.`;
      return [{ ...base, verdict: 'idle', reason: 'same-policy', sentence }];
    }
    default:
      return deployed satisfies never;
  }
}

function checkOf({ path, from, to }: Difference): Check {
  const sentence = `${from} is deployed, and ${to} would be.`;
  const base = { section: 'deployed', subject: path, reason: 'policy-differs', remarks: [] } as const;
  return { ...base, verdict: 'pending', sentence, change: { from, to } };
}
