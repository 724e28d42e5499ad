import * as sdk from '@aws-sdk/client-ecs';
import { mockClient } from 'aws-sdk-client-mock';
import { awsError } from './calls.ts';
import { type Host, hostFilter, pageOf, shapeOfHost, shapeOfTask } from './hosts.ts';
import type { WorldState } from './world.ts';

type EcsMock = ReturnType<
  typeof mockClient<sdk.ServiceInputTypes, sdk.ServiceOutputTypes, sdk.ECSClientResolvedConfig>
>;

/** ECS as far as draining asks it; it refuses what the API refuses (too many items, an unknown filter). */
export function answerEcs(client: sdk.ECSClient, state: WorldState): void {
  const ecs = mockClient(client);
  answerAboutInstances(ecs, state);
  answerChanges(ecs, state);
  answerAboutTasks(ecs, state);
  answerDiagnosis(ecs, state);
}

const tasksOf = ({ hosts }: WorldState) => hosts.flatMap((host) => host.tasks);

/** The hosts that ECS knows, and a failure for each ARN that it does not. */
function split({ hosts }: WorldState, arns: readonly string[]) {
  const known = (arn: string) => hosts.find((host) => host.arn === arn && !host.forgotten);
  return {
    found: arns.flatMap((arn) => known(arn) ?? []),
    failures: arns.filter((arn) => !known(arn)).map((arn) => ({ arn, reason: 'MISSING' })),
  };
}

function answerAboutInstances(ecs: EcsMock, state: WorldState): void {
  const { answer } = state.log;
  ecs.on(sdk.ListContainerInstancesCommand).callsFake(
    answer('ECS:ListContainerInstances', (input: sdk.ListContainerInstancesCommandInput) => {
      const fits = hostFilter(input.filter);
      const inStatus = ({ status }: Host) => (input.status ? status === input.status : status !== 'INACTIVE');
      const found = state.hosts.filter(
        (host) => !host.forgotten && host.cluster === input.cluster && inStatus(host) && fits(host),
      );
      const [containerInstanceArns, nextToken] = pageOf(
        found.map(({ arn }) => arn),
        input.nextToken,
      );
      return { containerInstanceArns, nextToken };
    }),
  );
  ecs.on(sdk.DescribeContainerInstancesCommand).callsFake(
    answer('ECS:DescribeContainerInstances', (input: sdk.DescribeContainerInstancesCommandInput) => {
      const { found, failures } = split(state, atMost(100, input.containerInstances));
      return { containerInstances: found.map(shapeOfHost), failures };
    }),
  );
  ecs.on(sdk.DescribeCapacityProvidersCommand).callsFake(
    answer('ECS:DescribeCapacityProviders', (input: sdk.DescribeCapacityProvidersCommandInput) => ({
      capacityProviders: (input.capacityProviders ?? []).map((name) => ({
        name,
        ...state.capacityProviders.get(name),
      })),
    })),
  );
}

function answerChanges(ecs: EcsMock, state: WorldState): void {
  const { answer } = state.log;
  ecs.on(sdk.UpdateContainerInstancesStateCommand).callsFake(
    answer('ECS:UpdateContainerInstancesState', (input: sdk.UpdateContainerInstancesStateCommandInput) => {
      const { found, failures } = split(state, atMost(10, input.containerInstances));
      const odd = found.find(({ status }) => status !== 'ACTIVE' && status !== 'DRAINING');
      if (odd) {
        throw awsError(
          'InvalidParameterException',
          `Container instance ${odd.arn} is ${odd.status} and not ACTIVE.`,
        );
      }
      for (const host of found) host.status = input.status ?? 'none';
      return { containerInstances: found.map(shapeOfHost), failures };
    }),
  );
  ecs.on(sdk.StopTaskCommand).callsFake(
    answer('ECS:StopTask', (input: sdk.StopTaskCommandInput) => {
      const task = tasksOf(state).find(({ arn }) => arn === input.task);
      if (!task) throw awsError('InvalidParameterException', 'The referenced task was not found.');
      task.desiredStatus = 'STOPPED';
      return { task: shapeOfTask(task) };
    }),
  );
  ecs.on(sdk.DeregisterContainerInstanceCommand).callsFake(
    answer('ECS:DeregisterContainerInstance', (input: sdk.DeregisterContainerInstanceCommandInput) => {
      const [host] = split(state, [input.containerInstance ?? '']).found;
      if (!host) throw awsError('InvalidParameterException', 'Referenced container instance not found.');
      host.status = 'INACTIVE';
      return {};
    }),
  );
}

function answerAboutTasks(ecs: EcsMock, state: WorldState): void {
  const { answer } = state.log;
  ecs.on(sdk.ListTasksCommand).callsFake(
    answer('ECS:ListTasks', (input: sdk.ListTasksCommandInput) => {
      const own = state.hosts.find(({ arn }) => arn === input.containerInstance)?.tasks ?? [];
      // Like ECS, only one of the two desired statuses at a time.
      const wanted = own.filter(({ desiredStatus }) => desiredStatus === (input.desiredStatus ?? 'RUNNING'));
      const [taskArns, nextToken] = pageOf(
        wanted.map(({ arn }) => arn),
        input.nextToken,
      );
      return { taskArns, nextToken };
    }),
  );
  ecs.on(sdk.DescribeTasksCommand).callsFake(
    answer('ECS:DescribeTasks', (input: sdk.DescribeTasksCommandInput) => {
      const arns = atMost(100, input.tasks);
      const found = tasksOf(state).filter(({ arn }) => arns.includes(arn));
      const missing = arns.filter((arn) => !found.some((task) => task.arn === arn));
      return {
        tasks: found.map(shapeOfTask),
        failures: missing.map((arn) => ({ arn, reason: 'MISSING' })),
      };
    }),
  );
}

function answerDiagnosis(ecs: EcsMock, state: WorldState): void {
  const { answer } = state.log;
  ecs.on(sdk.DescribeServicesCommand).callsFake(
    answer('ECS:DescribeServices', (input: sdk.DescribeServicesCommandInput) => ({
      services: atMost(10, input.services).flatMap((serviceName) => {
        const service = state.services.get(serviceName);
        return service ? [{ serviceName, ...service }] : [];
      }),
    })),
  );
  ecs.on(sdk.GetTaskProtectionCommand).callsFake(
    answer('ECS:GetTaskProtection', (input: sdk.GetTaskProtectionCommandInput) => {
      const arns = atMost(10, input.tasks);
      const guarded = tasksOf(state).filter(
        ({ arn, protectedUntil }) => protectedUntil && arns.includes(arn),
      );
      return {
        protectedTasks: guarded.map(({ arn, protectedUntil }) => ({
          taskArn: arn,
          protectionEnabled: true,
          expirationDate: protectedUntil,
        })),
      };
    }),
  );
  const expression = 'attribute:ecs.os-family == LINUX';
  ecs.on(sdk.DescribeTaskDefinitionCommand).callsFake(
    answer('ECS:DescribeTaskDefinition', () => ({
      taskDefinition: { placementConstraints: [{ type: 'memberOf', expression }] },
    })),
  );
}

function atMost(limit: number, items: readonly string[] = []): readonly string[] {
  if (items.length >= 1 && items.length <= limit) return items;
  throw awsError('InvalidParameterException', `${items.length} items where 1 to ${limit} are allowed.`);
}
