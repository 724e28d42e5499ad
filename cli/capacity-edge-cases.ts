import { type EdgeCase, edgeCase as of } from './edge-cases-list.ts';

/** The numbers are those of the tests' names: `capacity edge 7: …`. */
export const capacityEdgeCases: readonly EdgeCase[] = [
  of(1, 'Two instances go whose tasks both fit on a third one alone', 'Cluster Autoscaler FAQ'),
  of(2, 'Tasks of draining instances take the room that a removal counts on', 'omerxx/ecscale#6'),
  of(
    3,
    'A removal unbalances the zones, and Auto Scaling launches again',
    'EC2 Auto Scaling API, TerminateInstanceInAutoScalingGroup',
  ),
  of(4, 'The replacement comes in another zone than its tasks need', 'EC2 Auto Scaling user guide'),
  of(5, 'A task is moved again and again', 'Karpenter, consolidation'),
  of(6, 'A cluster at 0 gets two instances for one task', 'ECS developer guide, cluster auto scaling'),
  of(7, 'Daemons wait for instances, and instances come with daemons', 'containers-roadmap#1700'),
  of(8, 'What is launched already is launched again at the next look', 'Cluster Autoscaler FAQ'),
  of(9, 'An instance is launched and never registers', 'ECS developer guide, cluster auto scaling'),
  of(10, 'A task needs a zone, and Auto Scaling launches elsewhere', 'EC2 Auto Scaling user guide'),
  of(11, 'A task is placed just after DRAINING', 'karpenter, aws-node-termination-handler#476'),
  of(12, 'A drain never ends', 'ECS developer guide, containers-roadmap#2467'),
  of(
    13,
    'The desired count is lowered twice for one instance',
    'EC2 Auto Scaling API, TerminateInstanceInAutoScalingGroup',
  ),
  of(14, 'The replacement never comes', 'Karpenter, consolidation'),
  of(15, 'A task that nothing would take keeps every instance from going', 'not documented'),
  of(16, 'A count that is set undoes a termination of the same look', 'not documented'),
];
