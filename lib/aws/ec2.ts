// Reached only by `import('./ec2.ts')` in clients.ts and failover-clients.ts: the EC2 client has 560 kB minified.
import {
  DescribeInstancesCommand,
  DescribeInstanceTypesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeSubnetsCommand,
  EC2Client,
  type EC2ClientConfig,
  type Instance,
  type InstanceTypeInfo,
} from '@aws-sdk/client-ec2';
import type { EpochMs } from '../clock.ts';
import type { InstanceId } from '../ids.ts';
import { instanceId } from '../ids.ts';
import { chunk } from './batch.ts';
import { collectPages } from './paging.ts';
import type { Retries } from './retry.ts';

export type Ec2State = 'pending' | 'running' | 'stopping' | 'stopped' | 'shutting-down' | 'terminated';

/** What of an instance does not change while it runs. */
export interface Ec2Instance {
  readonly launchedAt: EpochMs;
  readonly lifecycle: 'on-demand' | 'spot';
  readonly imageId: string | undefined;
}

export interface Ec2Type {
  readonly vCpus: number;
  /** MiB, as EC2 advertises it: the operating system sees less. */
  readonly memory: number;
  readonly gpus: number;
  /** Of the default network card, on which ECS puts those of tasks. */
  readonly networkInterfaces: number | undefined;
  /** `x86_64`, `arm64`: as ECS calls it in ecs.cpu-architecture too. */
  readonly architecture: string | undefined;
}

export interface TemplateVersion {
  readonly templateId: string;
  /** The number, also where $Latest or $Default was asked for. */
  readonly version: string;
  /** An AMI's id, or `resolve:ssm:PARAMETER`. */
  readonly imageId: string | undefined;
  readonly instanceType: string | undefined;
}

export interface Ec2Reader {
  /**
   * The state of each instance. EC2 forgets a terminated one after about an hour; that, and one that never was in
   * this account and Region, is `not-found`.
   */
  instanceStates(ids: readonly InstanceId[]): Promise<Map<InstanceId, Ec2State | 'not-found'>>;
  /** The name of each subnet's Availability Zone; one that does not exist is left out. */
  subnetZones(ids: readonly string[]): Promise<Map<string, string>>;
  /** One that EC2 does not know is left out. */
  instances(ids: readonly InstanceId[]): Promise<Map<InstanceId, Ec2Instance>>;
  /** One that the Region does not offer is left out. */
  instanceTypes(names: readonly string[]): Promise<Map<string, Ec2Type>>;
  /**
   * A version of a launch template; undefined when it does not exist.
   * @param version a number, `$Latest` or `$Default`
   */
  templateVersion(templateId: string, version: string): Promise<TemplateVersion | undefined>;
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
        for (const { InstanceId: id = '', State } of await describe(client, batch)) {
          if (State?.Name) states.set(instanceId(id), State.Name);
        }
      }
      return states;
    },
    async instances(ids) {
      const found = new Map<InstanceId, Ec2Instance>();
      for (const batch of chunk([...new Set(ids)], BATCH)) {
        for (const one of await describe(client, batch))
          found.set(instanceId(one.InstanceId ?? ''), instanceOf(one));
      }
      return found;
    },
    async instanceTypes(names) {
      const found = new Map<string, Ec2Type>();
      for (const batch of chunk([...new Set(names)], BATCH)) {
        for (const one of await describeTypes(client, batch)) found.set(one.InstanceType ?? '', typeOf(one));
      }
      return found;
    },
    templateVersion: (templateId, version) => describeTemplate(client, templateId, version),
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

function describe(client: EC2Client, ids: InstanceId[]): Promise<Instance[]> {
  return collectPages('EC2 DescribeInstances', async (token) => {
    const { Reservations, NextToken } = await client.send(
      new DescribeInstancesCommand({
        // By filter: one unknown id among `InstanceIds` fails the whole call with InvalidInstanceID.NotFound.
        Filters: [{ Name: 'instance-id', Values: ids }],
        ...(token !== undefined && { NextToken: token }),
      }),
    );
    const items = (Reservations ?? []).flatMap(({ Instances }) => Instances ?? []);
    return { items: items.filter(({ InstanceId }) => InstanceId), next: NextToken };
  });
}

const instanceOf = ({ LaunchTime, InstanceLifecycle, ImageId }: Instance): Ec2Instance => ({
  launchedAt: LaunchTime?.getTime() ?? 0,
  lifecycle: InstanceLifecycle === 'spot' ? 'spot' : 'on-demand',
  imageId: ImageId,
});

function describeTypes(client: EC2Client, names: string[]): Promise<InstanceTypeInfo[]> {
  return collectPages('EC2 DescribeInstanceTypes', async (NextToken) => {
    // By filter, as above: a type that the Region does not offer must not hide the others.
    const command = new DescribeInstanceTypesCommand({
      Filters: [{ Name: 'instance-type', Values: names }],
      ...(NextToken !== undefined && { NextToken }),
    });
    const page = await client.send(command);
    return { items: page.InstanceTypes, next: page.NextToken };
  });
}

function typeOf({ VCpuInfo, MemoryInfo, GpuInfo, NetworkInfo, ProcessorInfo }: InstanceTypeInfo): Ec2Type {
  const { NetworkCards = [], DefaultNetworkCardIndex = 0, MaximumNetworkInterfaces } = NetworkInfo ?? {};
  const card = NetworkCards.find(({ NetworkCardIndex }) => NetworkCardIndex === DefaultNetworkCardIndex);
  return {
    vCpus: VCpuInfo?.DefaultVCpus ?? 0,
    memory: MemoryInfo?.SizeInMiB ?? 0,
    gpus: (GpuInfo?.Gpus ?? []).reduce((sum, { Count = 0 }) => sum + Count, 0),
    networkInterfaces: card?.MaximumNetworkInterfaces ?? MaximumNetworkInterfaces,
    // Old types can do i386 too, which no container instance runs.
    architecture: ProcessorInfo?.SupportedArchitectures?.find((one) => one !== 'i386'),
  };
}

async function describeTemplate(
  client: EC2Client,
  templateId: string,
  version: string,
): Promise<TemplateVersion | undefined> {
  try {
    const command = new DescribeLaunchTemplateVersionsCommand({
      LaunchTemplateId: templateId,
      Versions: [version],
    });
    const found = (await client.send(command)).LaunchTemplateVersions?.[0];
    if (found?.VersionNumber === undefined) return undefined;
    const { ImageId: imageId, InstanceType } = found.LaunchTemplateData ?? {};
    return { templateId, version: String(found.VersionNumber), imageId, instanceType: InstanceType };
  } catch (error) {
    // Of the template or of its version: InvalidLaunchTemplateId.NotFound, InvalidLaunchTemplateId.VersionNotFound.
    // Told apart here: errors.ts would fall into a chunk that all functions load, for this one.
    if (error instanceof Error && error.name.startsWith('InvalidLaunchTemplate')) return undefined;
    throw error;
  }
}
