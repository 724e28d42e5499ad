import type { ContainerInstance, Task } from '@aws-sdk/client-ecs';

/** A container instance and the EC2 instance below it. */
export interface Host {
  readonly id: string;
  readonly cluster: string;
  readonly arn: string;
  status: string;
  agentConnected: boolean;
  ec2: string;
  readonly tasks: HostTask[];
  readonly capacityProvider?: string;
  /** ECS does not even describe it any more. */
  forgotten: boolean;
}

export interface HostTask {
  readonly arn: string;
  desiredStatus: string;
  lastStatus: string;
  readonly group: string;
  readonly protectedUntil?: Date;
}

const ARN = 'arn:aws:ecs:us-east-1:111122223333';

/** The nth instance of its cluster, ACTIVE and connected; `overrides` is what matters to the test. */
export function host(n: number, overrides: Partial<Host> = {}): Host {
  const cluster = overrides.cluster ?? 'prod';
  const name = `${n}`.padStart(16, '0');
  return {
    id: `i-${name}0`,
    cluster,
    arn: `${ARN}:container-instance/${cluster}/${name}`,
    status: 'ACTIVE',
    agentConnected: true,
    ec2: 'running',
    tasks: [],
    forgotten: false,
    ...overrides,
  };
}

/** `count` RUNNING tasks of the service `web`. */
export function tasks(count: number, overrides: Partial<HostTask> = {}, cluster = 'prod'): HostTask[] {
  return Array.from({ length: count }, (_, n) => ({
    arn: `${ARN}:task/${cluster}/task-${n}`,
    desiredStatus: 'RUNNING',
    lastStatus: 'RUNNING',
    group: 'service:web',
    ...overrides,
  }));
}

/** What becomes of tasks once ECS has stopped them. */
export function stop(...stopped: readonly HostTask[]): void {
  for (const task of stopped) Object.assign(task, { desiredStatus: 'STOPPED', lastStatus: 'STOPPED' });
}

const wanted = ({ tasks }: Host, lastStatus: (status: string) => boolean) =>
  tasks.filter((task) => task.desiredStatus === 'RUNNING' && lastStatus(task.lastStatus)).length;

/** As ECS has it: desired RUNNING only, so that what is stopping is in no count. */
const runningTasks = (host: Host) => wanted(host, (status) => status !== 'PENDING');

export const shapeOfHost = (host: Host): ContainerInstance => ({
  containerInstanceArn: host.arn,
  ec2InstanceId: host.id,
  status: host.status,
  agentConnected: host.agentConnected,
  runningTasksCount: runningTasks(host),
  pendingTasksCount: wanted(host, (status) => status === 'PENDING'),
  ...(host.capacityProvider === undefined ? {} : { capacityProviderName: host.capacityProvider }),
});

export const shapeOfTask = ({ arn, desiredStatus, lastStatus, group }: HostTask): Task => ({
  taskArn: arn,
  desiredStatus,
  lastStatus,
  group,
  taskDefinitionArn: `${ARN}:task-definition/web:27`,
});

/** The few expressions of the cluster query language that draining uses; any other fails the test. */
export function hostFilter(expression: string | undefined): (host: Host) => boolean {
  if (expression === undefined) return () => true;
  const [, field, operator, value = ''] = /^(\w+) (==|in) (.+)$/.exec(expression) ?? [];
  switch (`${field} ${operator}`) {
    case 'ec2InstanceId ==':
      return ({ id }) => id === value;
    case 'ec2InstanceId in': {
      const ids = value.replace(/^\[|\]$/g, '').split(', ');
      return ({ id }) => ids.includes(id);
    }
    case 'agentConnected ==':
      return ({ agentConnected }) => String(agentConnected) === value;
    case 'runningTasksCount ==':
      return (host) => String(runningTasks(host)) === value;
    default:
      throw new Error(`ECS would not understand the filter ${expression}`);
  }
}

const PAGE = 100;

/** A page of at most 100 and the token of the next. */
export function pageOf(all: readonly string[], token: string | undefined): [string[], string | undefined] {
  const from = Number(token ?? 0);
  const next = from + PAGE < all.length ? String(from + PAGE) : undefined;
  return [all.slice(from, from + PAGE), next];
}
