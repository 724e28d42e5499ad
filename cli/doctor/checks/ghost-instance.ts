import type { Check, Found } from '../finding.ts';
import { MACHINES } from '../reads.ts';

const GONE: readonly string[] = ['terminated', 'not-found'];

/** ECS forgets by itself only what was terminated while it ran and its agent was connected. */
export const ghostInstance: Check = {
  id: 'ghost-instance',
  title: 'ECS lists a container instance whose EC2 instance is stopped or gone',
  severity: 'error',
  document: 'https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeregisterContainerInstance.html',
  reads: MACHINES,
  find: ({ cluster, instances, machines }) =>
    instances.flatMap(({ arn, id, status }): Found[] => {
      // What is not EC2's (ECS Anywhere) is unknown to EC2 and no ghost.
      if (!id.startsWith('i-') || (status !== 'ACTIVE' && status !== 'DRAINING')) return [];
      const state = machines.get(id)?.state ?? 'not-found';
      const subject = `instance ${id}`;
      const deregister = `aws ecs deregister-container-instance --cluster ${cluster} --force --container-instance ${arn.slice(arn.lastIndexOf('/') + 1)}`;
      if (GONE.includes(state)) {
        const what = state === 'terminated' ? 'has terminated it' : 'does not know it any more';
        return [
          {
            resource: arn,
            subject,
            problem: `ECS has it as ${status}, and EC2 ${what}: its tasks count and never run. ECS can take 20 minutes to forget one by itself.`,
            fix: `If it is still there in 20 minutes, deregister it: ${deregister}.`,
          },
        ];
      }
      if (state !== 'stopped') return [];
      return [
        {
          resource: arn,
          subject,
          problem: `ECS has it as ${status}, and EC2 has stopped it: it is counted as capacity, and when it is terminated ECS will not forget it.`,
          fix: `Start it again, or terminate it and deregister it: ${deregister}.`,
        },
      ];
    }),
};
