import { type Check, ecsGuide, type Found } from '../finding.ts';
import { INSTANCES } from '../reads.ts';

/** Of March 2020: the first that mounts EFS volumes (ECS developer guide, "Considerations for using Amazon EFS volumes"). */
const OLDEST_MINOR = 38;
/** The agent has about one minor release a month. */
const MOST_BEHIND = 12;

/** AWS recommends the newest, and its support may ask for it first. */
export const agentTooOld: Check = {
  id: 'agent-too-old',
  title: 'The container agent of an instance is old',
  severity: 'warning',
  document: ecsGuide('ecs-agent-update'),
  reads: INSTANCES,
  find: ({ instances }) => {
    const known = instances.flatMap((one) => {
      const minor = minorOf(one.agentVersion);
      return minor === null ? [] : [{ ...one, minor }];
    });
    const newest = Math.max(0, ...known.map(({ minor }) => minor));
    return known.flatMap(({ arn, id, agentVersion, minor }): Found[] => {
      const subject = `instance ${id}`;
      const fix =
        'Replace it by one of the newest ECS-optimized AMI; the agent alone can be updated with aws ecs update-container-agent.';
      if (minor < OLDEST_MINOR) {
        const problem = `Its agent has version ${agentVersion}, from before 1.${OLDEST_MINOR}.0: it lacks what newer task definitions need, EFS volumes among them.`;
        return [{ resource: arn, subject, problem, fix }];
      }
      if (newest - minor < MOST_BEHIND) return [];
      const problem = `Its agent has version ${agentVersion}, ${newest - minor} releases behind 1.${newest} of the newest instance of the cluster: tasks may start on the one and not on the other.`;
      return [{ resource: arn, subject, problem, fix, severity: 'note' }];
    });
  },
};

function minorOf(version: string | null): number | null {
  const [, major, minor] = /^v?(\d+)\.(\d+)\./.exec(version ?? '') ?? [];
  return major === '1' && minor !== undefined ? Number(minor) : null;
}
