import type { Policy } from './finding.ts';

/** What the policy file says of draining a cluster; undefined where it does not name it. */
export const clusterPolicy = (policy: Policy, cluster: string) =>
  policy?.draining.clusters.find((one) => one.cluster === cluster);

/** The hooks that the policy file names for a group of a cluster; undefined where it does not name the group. */
export const groupPolicy = (policy: Policy, cluster: string, group: string) =>
  clusterPolicy(policy, cluster)?.groups.find(({ name }) => name === group);
