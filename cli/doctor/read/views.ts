import type {
  CapacityProvider,
  CapacityProviderStrategyItem,
  ContainerInstance,
  Service,
} from '@aws-sdk/client-ecs';
import type { InstanceView, ProviderView, ServiceView, Strategy } from '../snapshot.ts';

/** What the SDK calls a service, as a plain value with AWS's own defaults filled in. */
export function serviceView(service: Service): ServiceView {
  const { deploymentConfiguration: deployment, schedulingStrategy } = service;
  const daemon = schedulingStrategy === 'DAEMON';
  return {
    arn: service.serviceArn ?? '',
    name: service.serviceName ?? '',
    desired: service.desiredCount ?? 0,
    daemon,
    rolling:
      (service.deploymentController?.type ?? 'ECS') === 'ECS' &&
      (deployment?.strategy ?? 'ROLLING') === 'ROLLING',
    minPercent: deployment?.minimumHealthyPercent ?? (daemon ? 0 : 100),
    maxPercent: deployment?.maximumPercent ?? (daemon ? 100 : 200),
    launchType: service.launchType ?? null,
    strategy: strategyView(service.capacityProviderStrategy),
    definition: service.taskDefinition ?? '',
    targetGroups: (service.loadBalancers ?? []).flatMap(({ targetGroupArn }) => targetGroupArn ?? []),
    graceSeconds: service.healthCheckGracePeriodSeconds ?? 0,
    expressions: (service.placementConstraints ?? []).flatMap(({ type, expression }) =>
      type === 'memberOf' ? (expression ?? []) : [],
    ),
  };
}

export const strategyView = (items: readonly CapacityProviderStrategyItem[] | undefined): Strategy =>
  (items ?? []).map(({ capacityProvider = '', base = 0, weight = 0 }) => ({
    provider: capacityProvider,
    base,
    weight,
  }));

export const instanceView = (instance: ContainerInstance): InstanceView => ({
  arn: instance.containerInstanceArn ?? '',
  id: instance.ec2InstanceId ?? '',
  status: instance.status ?? '',
  connected: instance.agentConnected ?? false,
  agentVersion: instance.versionInfo?.agentVersion ?? null,
  attributes: new Map((instance.attributes ?? []).map(({ name = '', value = '' }) => [name, value])),
  provider: instance.capacityProviderName ?? null,
});

export function providerView(provider: CapacityProvider): ProviderView {
  const { name = '', autoScalingGroupProvider: own, managedInstancesProvider } = provider;
  const arn = own?.autoScalingGroupArn;
  return {
    name,
    // The API takes a name in place of the ARN, and gives back what it was given.
    group: arn?.split('autoScalingGroupName/').at(-1) ?? null,
    managedInstances: managedInstancesProvider !== undefined,
    managedDraining: own?.managedDraining === 'ENABLED',
    managedTermination: own?.managedTerminationProtection === 'ENABLED',
    managedScaling: own?.managedScaling?.status === 'ENABLED',
    targetCapacity: own?.managedScaling?.targetCapacity ?? 100,
  };
}
