import {
  DescribeInstancesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeSecurityGroupsCommand,
  type IpPermission,
} from '@aws-sdk/client-ec2';
import { errorName } from '../../../lib/aws/errors.ts';
import { collectPages } from '../../../lib/aws/paging.ts';
import type { DoctorClients } from '../clients.ts';
import type { IngressRule, MachineView, NamedCluster } from '../snapshot.ts';
import { inBatches } from './in-batches.ts';
import { clusterIn } from './user-data.ts';

// Loaded by `import()` in cluster.ts, with the EC2 client.

/** The EC2 API takes 200 values a filter; 100 leaves the answer handy. */
const IDS_A_CALL = 100;
const HIGHEST_PORT = 65_535;

/** By id; what EC2 does not know is left out. */
export async function readMachines(
  client: DoctorClients['ec2'],
  ids: Iterable<string>,
): Promise<Map<string, MachineView>> {
  const machines = await inBatches(ids, IDS_A_CALL, async (values) => {
    const ec2 = await client();
    return collectPages('EC2 DescribeInstances', async (NextToken) => {
      // By filter: one unknown id among InstanceIds fails the whole call.
      const command = new DescribeInstancesCommand({
        Filters: [{ Name: 'instance-id', Values: values }],
        NextToken,
      });
      const page = await ec2.send(command);
      const instances = (page.Reservations ?? []).flatMap(({ Instances }) => Instances ?? []);
      const items = instances.map(
        ({
          InstanceId = '',
          State,
          InstanceLifecycle,
          SecurityGroups = [],
          Tags = [],
        }): [string, MachineView] => [
          InstanceId,
          {
            state: State?.Name ?? 'pending',
            spot: InstanceLifecycle === 'spot',
            securityGroups: SecurityGroups.flatMap(({ GroupId }) => GroupId ?? []),
            // Auto Scaling gives every instance this tag, and nobody else may.
            group: Tags.find(({ Key }) => Key === 'aws:autoscaling:groupName')?.Value ?? null,
          },
        ],
      );
      return { items, next: page.NextToken };
    });
  });
  return new Map(machines);
}

/** What each lets in by TCP; one that does not exist is left out. */
export async function readSecurityGroups(
  client: DoctorClients['ec2'],
  ids: Iterable<string>,
): Promise<Map<string, readonly IngressRule[]>> {
  const groups = await inBatches(ids, IDS_A_CALL, async (values) => {
    const ec2 = await client();
    return collectPages('EC2 DescribeSecurityGroups', async (NextToken) => {
      const command = new DescribeSecurityGroupsCommand({
        Filters: [{ Name: 'group-id', Values: values }],
        NextToken,
      });
      const page = await ec2.send(command);
      const items = (page.SecurityGroups ?? []).map(
        ({ GroupId = '', IpPermissions = [] }): [string, IngressRule[]] => [
          GroupId,
          IpPermissions.flatMap(ingress),
        ],
      );
      return { items, next: page.NextToken };
    });
  });
  return new Map(groups);
}

function ingress(permission: IpPermission): IngressRule[] {
  const { IpProtocol, FromPort, ToPort, UserIdGroupPairs = [], IpRanges = [], Ipv6Ranges = [] } = permission;
  const isAll = IpProtocol === '-1';
  if (!isAll && IpProtocol !== 'tcp' && IpProtocol !== '6') return [];
  const addresses = IpRanges.length + Ipv6Ranges.length + (permission.PrefixListIds ?? []).length > 0;
  return [
    {
      from: isAll ? 0 : (FromPort ?? 0),
      to: isAll ? HIGHEST_PORT : (ToPort ?? HIGHEST_PORT),
      groups: UserIdGroupPairs.flatMap(({ GroupId }) => GroupId ?? []),
      addresses,
    },
  ];
}

export interface TemplateVersion {
  readonly id: string;
  /** A number, `$Latest` or `$Default`. */
  readonly version: string;
}

/** The cluster in the user data of one version of a launch template; undefined where there is no such one. */
export async function readTemplate(
  client: DoctorClients['ec2'],
  { id, version }: TemplateVersion,
): Promise<NamedCluster | undefined> {
  const ec2 = await client();
  try {
    const answer = await ec2.send(
      new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId: id, Versions: [version] }),
    );
    const data = answer.LaunchTemplateVersions?.[0]?.LaunchTemplateData;
    return data === undefined ? undefined : clusterIn(data.UserData);
  } catch (error) {
    if (/^InvalidLaunchTemplate/.test(errorName(error))) return undefined;
    throw error;
  }
}
