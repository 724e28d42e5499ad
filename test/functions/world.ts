import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import type { CapacityProvider, Service } from '@aws-sdk/client-ecs';
import { mockClient } from 'aws-sdk-client-mock';
import { createClients } from '../../lib/aws/clients.ts';
import type { Clock } from '../../lib/clock.ts';
import { answerAutoScaling, type WaitingAction } from './answer-auto-scaling.ts';
import { answerEcs } from './answer-ecs.ts';
import { type CallLog, createCallLog } from './calls.ts';
import type { Host } from './hosts.ts';

/** What is true in AWS, as far as draining asks. Tests change it as they like. */
export interface WorldState {
  readonly log: CallLog;
  readonly hosts: Host[];
  /** The lifecycle actions that wait for us. */
  readonly waiting: WaitingAction[];
  /** In seconds, by `group/hook`. */
  readonly heartbeatTimeouts: Map<string, number>;
  readonly services: Map<string, Partial<Service>>;
  readonly capacityProviders: Map<string, Partial<CapacityProvider>>;
}

/** Real SDK clients whose `send` is answered from the state. The SDK's retries are not run: that is lib/aws's matter. */
export function createWorld(clock: Clock) {
  const log = createCallLog();
  const state: WorldState = {
    log,
    hosts: [],
    waiting: [],
    heartbeatTimeouts: new Map([
      ['prod-hosts/stevedore-drain', 3_600],
      ['batch-hosts/stevedore-drain', 3_600],
    ]),
    services: new Map(),
    capacityProviders: new Map(),
  };
  const clients = createClients({
    region: 'us-east-1',
    clock,
    random: () => 0.5,
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
  });
  answerEcs(clients.ecs, state);
  answerAutoScaling(clients.autoScaling, state);
  answerEc2(state);
  // The store and the journal of these tests are in memory.
  mockClient(clients.dynamodb).onAnyCommand().rejects('nobody calls DynamoDB here');
  mockClient(clients.events).onAnyCommand().rejects('nobody calls EventBridge here');

  return {
    ...log,
    ...state,
    clients,
    /** The clusters of which anything was asked, in the order of the first call. */
    clustersAsked: () => [
      ...new Set(log.calls.flatMap(({ input }) => (input.cluster ? [String(input.cluster)] : []))),
    ],
  };
}

export type World = ReturnType<typeof createWorld>;

/** The EC2 reader makes its client on first use, so the class is mocked; each new world takes it over. */
function answerEc2({ log, hosts }: WorldState): void {
  const answer = log.answer('EC2:DescribeInstances', (input: { Filters?: { Values?: string[] }[] }) => {
    const ids = input.Filters?.[0]?.Values ?? [];
    const known = hosts.filter(({ id, ec2 }) => ids.includes(id) && ec2 !== 'not-found');
    return {
      Reservations: known.map(({ id, ec2 }) => ({ Instances: [{ InstanceId: id, State: { Name: ec2 } }] })),
    };
  });
  mockClient(EC2Client).on(DescribeInstancesCommand).callsFake(answer);
}
