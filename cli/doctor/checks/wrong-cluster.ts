import { type Check, ecsGuide, type Found } from '../finding.ts';
import { TEMPLATES } from '../reads.ts';
import type { GroupView, Snapshot } from '../snapshot.ts';

/** ECS_CLUSTER in the user data names another cluster, or none: then the instances register elsewhere. */
export const wrongCluster: Check = {
  id: 'wrong-cluster',
  title: 'Instances of a group register in another cluster, or in none',
  severity: 'error',
  document: ecsGuide('bootstrap_container_instance'),
  reads: TEMPLATES,
  find: (snapshot) =>
    snapshot.groups.flatMap((group) => [...inTemplates(group, snapshot), ...strays(group, snapshot)]),
};

function inTemplates({ name, arn, templates }: GroupView, { cluster }: Snapshot): Found[] {
  return templates.flatMap(({ name: template, says }): Found[] =>
    says.kind === 'named' && says.cluster !== cluster
      ? [
          {
            resource: arn,
            subject: `group ${name}`,
            problem: `Its launch template ${template} has ECS_CLUSTER=${says.cluster} in its user data, and the group is one of cluster ${cluster}: what it starts next joins ${says.cluster}.`,
            fix: `Write ECS_CLUSTER=${cluster} into the user data of a new version of the template, let the group use that version, and replace its instances.`,
          },
        ]
      : [],
  );
}

function strays({ name, arn, instances, templates }: GroupView, snapshot: Snapshot): Found[] {
  const registered = new Set(snapshot.instances.map(({ id }) => id));
  // What is starting or going may be in no cluster, and a warm pool's instances are.
  const missing = instances.filter(({ id, state }) => state === 'InService' && !registered.has(id));
  if (missing.length === 0) return [];
  const inDefault = missing.filter(({ id }) => snapshot.inDefault.has(id));
  const others = missing.filter(({ id }) => !snapshot.inDefault.has(id));
  const unnamed = templates.some(({ says }) => says.kind === 'unnamed');
  const inUserData = `Write ECS_CLUSTER=${snapshot.cluster} into the user data of its launch template${unnamed ? ', which names no cluster' : ''}, and replace these instances.`;
  const found = (ids: readonly { id: string }[], where: string, fix: string): Found[] =>
    ids.length === 0
      ? []
      : [
          {
            resource: arn,
            subject: `group ${name}`,
            problem: `${ids.length} of its instances that are in service (${listed(ids.map(({ id }) => id))}) ${where}.`,
            fix,
          },
        ];
  return [
    ...found(inDefault, `have registered in cluster default, not in ${snapshot.cluster}`, inUserData),
    ...found(
      others,
      `are not registered in ${snapshot.cluster}`,
      unnamed
        ? inUserData
        : "Look at /var/log/ecs/ecs-agent.log of one: its user data, its instance role (ecs:RegisterContainerInstance) or its way to ECS's endpoints is wrong; one that has just started may need some minutes.",
    ),
  ];
}

const MOST_LISTED = 3;
const listed = (ids: readonly string[]) =>
  ids.length <= MOST_LISTED
    ? ids.join(', ')
    : `${ids.slice(0, MOST_LISTED).join(', ')} and ${ids.length - MOST_LISTED} more`;
