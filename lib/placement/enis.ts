import { trunkLimit } from './trunk-limits.ts';

/** Present on an instance that has a trunk network interface (Developer Guide, "Increasing Amazon ECS Linux container instance network interfaces"). */
export const TRUNK_ATTRIBUTE = 'ecs.awsvpc-trunk-id';

/** No instance type takes fewer (EC2 User Guide, "Maximum IP addresses per network interface"). */
const FEWEST_INTERFACES = 2;

/**
 * How many tasks in network mode awsvpc an instance can hold, each with a network interface of its own.
 * `maximumNetworkInterfaces` is EC2's for the type (DescribeInstanceTypes); undefined: not known.
 * Rather too few than too many: for a type whose trunked limit is not known, the limit without a trunk.
 */
export function eniLimit(
  instanceType: string,
  trunk: boolean,
  maximumNetworkInterfaces: number | undefined,
): number {
  // "The primary network interface for the instance counts as one."
  const untrunked = (maximumNetworkInterfaces ?? FEWEST_INTERFACES) - 1;
  return trunk ? Math.max(untrunked, trunkLimit(instanceType) ?? 0) : untrunked;
}
