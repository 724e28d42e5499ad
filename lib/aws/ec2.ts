// Reached only by `import('./ec2.ts')` in clients.ts and failover-clients.ts: the EC2 client has 560 kB minified.
import {
  DescribeInstancesCommand,
  DescribeSubnetsCommand,
  EC2Client,
  type EC2ClientConfig,
} from '@aws-sdk/client-ec2';
import type { InstanceId } from '../ids.ts';
import { instanceId } from '../ids.ts';
import { chunk } from './batch.ts';
import { collectPages } from './paging.ts';
import type { Retries } from './retry.ts';

export type Ec2State = 'pending' | 'running' | 'stopping' | 'stopped' | 'shutting-down' | 'terminated';

export interface Ec2Reader {
  /**
   * The state of each instance. EC2 forgets a terminated one after about an hour; that, and one that never was in
   * this account and Region, is `not-found`.
   */
  instanceStates(ids: readonly InstanceId[]): Promise<Map<InstanceId, Ec2State | 'not-found'>>;
  /** The name of each subnet's Availability Zone; one that does not exist is left out. */
  subnetZones(ids: readonly string[]): Promise<Map<string, string>>;
}

/** The EC2 API takes 200 values a filter; 100 leaves the answer (2 to 4 kB an instance) handy. */
const BATCH = 100;

export function createEc2Reader(config: EC2ClientConfig, retries: Retries): Ec2Reader {
  const client = new EC2Client(config);
  retries.watch(client);
  return {
    async instanceStates(ids) {
      const states = new Map<InstanceId, Ec2State | 'not-found'>(ids.map((id) => [id, 'not-found']));
      for (const batch of chunk([...states.keys()], BATCH)) {
        for (const [id, state] of await describe(client, batch)) states.set(id, state);
      }
      return states;
    },
    async subnetZones(ids) {
      const zones = new Map<string, string>();
      for (const batch of chunk([...new Set(ids)], BATCH)) {
        for (const [id, zone] of await describeSubnets(client, batch)) zones.set(id, zone);
      }
      return zones;
    },
  };
}

function describeSubnets(client: EC2Client, ids: string[]): Promise<[string, string][]> {
  return collectPages('EC2 DescribeSubnets', async (NextToken) => {
    // By filter, as below: one that was deleted must not hide the others.
    const command = new DescribeSubnetsCommand({
      Filters: [{ Name: 'subnet-id', Values: ids }],
      ...(NextToken !== undefined && { NextToken }),
    });
    const page = await client.send(command);
    const items = (page.Subnets ?? []).flatMap(({ SubnetId, AvailabilityZone }): [string, string][] =>
      SubnetId && AvailabilityZone ? [[SubnetId, AvailabilityZone]] : [],
    );
    return { items, next: page.NextToken };
  });
}

function describe(client: EC2Client, ids: InstanceId[]): Promise<[InstanceId, Ec2State][]> {
  return collectPages('EC2 DescribeInstances', async (token) => {
    const { Reservations, NextToken } = await client.send(
      new DescribeInstancesCommand({
        // By filter: one unknown id among `InstanceIds` fails the whole call with InvalidInstanceID.NotFound.
        Filters: [{ Name: 'instance-id', Values: ids }],
        ...(token !== undefined && { NextToken: token }),
      }),
    );
    const items = (Reservations ?? [])
      .flatMap(({ Instances }) => Instances ?? [])
      .flatMap(({ InstanceId: id, State }): [InstanceId, Ec2State][] =>
        id && State?.Name ? [[instanceId(id), State.Name]] : [],
      );
    return { items, next: NextToken };
  });
}
