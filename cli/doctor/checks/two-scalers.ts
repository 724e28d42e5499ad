import { type Check, ecsGuide } from '../finding.ts';
import { PROVIDERS } from '../reads.ts';

/** Each undoes what the other did. */
export const twoScalers: Check = {
  id: 'two-scalers',
  title: 'ECS and Stevedore both scale an Auto Scaling group',
  severity: 'error',
  document: ecsGuide('cluster-auto-scaling'),
  reads: PROVIDERS,
  find: ({ providers, arn }, policy) => {
    const ours = new Set<string>(
      (policy?.scaling.targets ?? []).flatMap(({ target }) =>
        target.kind === 'group' ? [target.group] : [],
      ),
    );
    return providers.flatMap(({ name, group, managedScaling }) =>
      managedScaling && group !== null && ours.has(group)
        ? [
            {
              resource: arn,
              subject: `group ${group}`,
              problem: `Capacity provider ${name} has managed scaling of it, and the policy file scales it too: the two set its desired capacity against each other.`,
              fix: `Turn managed scaling of ${name} off, or take ${group} out of scaling in the policy file.`,
            },
          ]
        : [],
    );
  },
};
