import type { Check } from '../finding.ts';
import { GROUPS } from '../reads.ts';

/** Flags outlive the capacity provider that set them (containers-roadmap#2862). */
export const scaleInProtectionLeft: Check = {
  id: 'scale-in-protection-left',
  title: 'Instances are protected from scale-in and nobody will lift it',
  severity: 'warning',
  document: 'https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-instance-protection.html',
  reads: GROUPS,
  find: ({ groups, providers }) =>
    groups.flatMap(({ name, arn, instances, protectsNew }) => {
      if (providers.some((one) => one.group === name && one.managedTermination)) return [];
      const held = instances.filter((one) => one.protected).map(({ id }) => id);
      if (held.length === 0) return [];
      const cause = protectsNew ? ' The group protects every new instance.' : '';
      return [
        {
          resource: arn,
          subject: `group ${name}`,
          problem: `${held.length} of its ${instances.length} instances are protected from scale-in, and no capacity provider of the cluster manages that: the group cannot scale in.${cause}`,
          fix: `${protectsNew ? 'Turn NewInstancesProtectedFromScaleIn of the group off, then lift' : 'Lift'} it: aws autoscaling set-instance-protection --auto-scaling-group-name ${name} --no-protected-from-scale-in --instance-ids ${held.slice(0, MOST_IDS).join(' ')}${held.length > MOST_IDS ? ' and so on' : ''}.`,
        },
      ];
    }),
};

/** The call takes 50; more than a few are of no use in a table. */
const MOST_IDS = 3;
