import { type Check, ecsGuide } from '../finding.ts';
import { MACHINES } from '../reads.ts';

/** One look cannot tell for how long: an agent reconnects several times an hour, and five minutes are too long. */
export const agentDisconnected: Check = {
  id: 'agent-disconnected',
  title: 'The agent of a running instance is not connected to ECS',
  severity: 'warning',
  document: ecsGuide('ecs-agent-versions'),
  reads: MACHINES,
  find: ({ instances, machines }) =>
    instances
      .filter(({ id, connected }) => !connected && machines.get(id)?.state === 'running')
      .map(({ arn, id, status }) => ({
        resource: arn,
        subject: `instance ${id}`,
        problem: `EC2 has it running and ECS has it as ${status} with its agent disconnected: it takes no tasks. Short breaks are normal; one of more than five minutes is not.`,
        fix: 'Run this again in five minutes; if it is still there, restart the agent on it (sudo systemctl restart ecs), or terminate it.',
      })),
};
