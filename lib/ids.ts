// Names and ARNs that are all strings but must never stand in for one another. The constructors are casts:
// what comes from AWS is well formed, and what comes from an event has been through its schema.

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** An EC2 instance id, `i-…` (or `mi-…` on ECS Anywhere). */
export type InstanceId = Branded<'InstanceId'>;
/** The short name of an ECS cluster, as in `cluster/NAME`. */
export type ClusterName = Branded<'ClusterName'>;
export type ContainerInstanceArn = Branded<'ContainerInstanceArn'>;
export type TaskArn = Branded<'TaskArn'>;
/** The name of an Auto Scaling group. */
export type GroupName = Branded<'GroupName'>;
export type ServiceName = Branded<'ServiceName'>;
/** The name of an ECR repository, with its namespaces. */
export type RepositoryName = Branded<'RepositoryName'>;

export const instanceId = (value: string) => value as InstanceId;
export const clusterName = (value: string) => value as ClusterName;
export const containerInstanceArn = (value: string) => value as ContainerInstanceArn;
export const taskArn = (value: string) => value as TaskArn;
export const groupName = (value: string) => value as GroupName;
export const serviceName = (value: string) => value as ServiceName;
export const repositoryName = (value: string) => value as RepositoryName;

/** The last part of an ARN: a task's or a container instance's id. */
export function idOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}
