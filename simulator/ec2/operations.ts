import { ApiError, type Operations, operation } from '../kernel.ts';
import { page } from '../paging.ts';
import type { Ec2 } from './ec2.ts';
import { INSTANCE_TYPES, typeShape } from './instance-types.ts';
import { versionShape } from './launch-templates.ts';
import { type Ec2Instance, STATE_CODES, type Subnet } from './model.ts';

/** As decoded from the EC2 Query protocol: names are singular, every value is text. */
interface DescribeInstancesForm {
  readonly InstanceId?: readonly string[];
  readonly Filter?: readonly { readonly Name: string; readonly Value?: readonly string[] }[];
  readonly MaxResults?: string;
  readonly NextToken?: string;
}

interface DescribeTypesForm {
  readonly InstanceType?: readonly string[];
  readonly Filter?: readonly { readonly Name: string; readonly Value?: readonly string[] }[];
  readonly MaxResults?: string;
  readonly NextToken?: string;
}

interface DescribeVersionsForm {
  readonly LaunchTemplateId?: string;
  readonly LaunchTemplateVersion?: readonly string[];
}

interface DescribeSubnetsForm {
  readonly SubnetId?: readonly string[];
  readonly Filter?: readonly { readonly Name: string; readonly Value?: readonly string[] }[];
  readonly MaxResults?: string;
  readonly NextToken?: string;
}

/** The EC2 API, as far as a controller reads it. */
export function ec2Operations(ec2: Ec2): Operations {
  return {
    DescribeInstances: operation((input: DescribeInstancesForm) => {
      const ids = input.InstanceId;
      const filters = (input.Filter ?? []).map(filterTest);
      const candidates = ids === undefined ? [...ec2.instances.values()] : ids.map((id) => known(ec2, id));
      const found = candidates.filter((instance) => filters.every((test) => test(instance)));
      const { items, nextToken } = page(found, input.NextToken, Number(input.MaxResults ?? 1000));
      const reservationSet = items.map((instance) => ({
        reservationId: `r-${instance.id.slice(2)}`,
        instancesSet: [shape(instance)],
      }));
      return { reservationSet, nextToken };
    }),
    DescribeSubnets: operation((input: DescribeSubnetsForm) => {
      const ids = input.SubnetId;
      const filters = (input.Filter ?? []).map(subnetTest);
      const candidates =
        ids === undefined ? [...ec2.subnets.values()] : ids.map((id) => knownSubnet(ec2, id));
      const found = candidates.filter((subnet) => filters.every((test) => test(subnet)));
      const { items, nextToken } = page(found, input.NextToken, Number(input.MaxResults ?? 1000));
      const subnetSet = items.map(({ id, zone }) => ({
        subnetId: id,
        availabilityZone: zone,
        state: 'available',
      }));
      return { subnetSet, nextToken };
    }),
    DescribeInstanceTypes: operation((input: DescribeTypesForm) => {
      const filters = (input.Filter ?? []).map(typeTest);
      const found = typesNamed(input.InstanceType)
        .filter(({ name }) => filters.every((test) => test(name)))
        .map((type, order) => ({ type, order }));
      const { items, nextToken } = page(found, input.NextToken, Number(input.MaxResults ?? 100));
      return { instanceTypeSet: items.map(({ type }) => typeShape(type)), nextToken };
    }),
    DescribeLaunchTemplateVersions: operation((input: DescribeVersionsForm) => {
      const id = input.LaunchTemplateId ?? '';
      const wanted = input.LaunchTemplateVersion ?? ['$Latest'];
      const versions = wanted.map((version) => ec2.launchTemplates.version(id, version));
      return { launchTemplateVersionSet: versions.map(versionShape) };
    }),
  };
}

/** One unknown type fails the whole call. */
function typesNamed(names: readonly string[] = [...INSTANCE_TYPES.keys()]) {
  return names.map((name) => {
    const type = INSTANCE_TYPES.get(name);
    if (type !== undefined) return type;
    const sentence = `The following supplied instance types do not exist: [${name}]`;
    throw new ApiError('InvalidInstanceType', sentence);
  });
}

function typeTest({ Name, Value = [] }: { readonly Name: string; readonly Value?: readonly string[] }) {
  const values = new Set(Value);
  if (Name === 'instance-type') return (type: string) => values.has(type);
  throw new ApiError('InvalidParameterValue', `The filter '${Name}' is invalid`);
}

/** One unknown id fails the whole call. */
function known(ec2: Ec2, id: string): Ec2Instance {
  const instance = ec2.instances.get(id);
  if (instance !== undefined) return instance;
  throw new ApiError('InvalidInstanceID.NotFound', `The instance ID '${id}' does not exist`);
}

function knownSubnet(ec2: Ec2, id: string): Subnet {
  const subnet = ec2.subnets.get(id);
  if (subnet !== undefined) return subnet;
  throw new ApiError('InvalidSubnetID.NotFound', `The subnet ID '${id}' does not exist`);
}

function subnetTest({ Name, Value = [] }: { readonly Name: string; readonly Value?: readonly string[] }) {
  const values = new Set(Value);
  if (Name === 'subnet-id') return ({ id }: Subnet) => values.has(id);
  if (Name === 'availability-zone') return ({ zone }: Subnet) => values.has(zone);
  throw new ApiError('InvalidParameterValue', `The filter '${Name}' is invalid`);
}

function filterTest({ Name, Value = [] }: { readonly Name: string; readonly Value?: readonly string[] }) {
  const values = new Set(Value);
  if (Name === 'instance-id') return ({ id }: Ec2Instance) => values.has(id);
  if (Name === 'instance-state-name') return ({ state }: Ec2Instance) => values.has(state);
  if (Name.startsWith('tag:')) return ({ tags }: Ec2Instance) => values.has(tags[Name.slice(4)] ?? '');
  throw new ApiError('InvalidParameterValue', `The filter '${Name}' is invalid`);
}

function shape(instance: Ec2Instance): object {
  return {
    instanceId: instance.id,
    instanceType: instance.type,
    imageId: instance.imageId,
    instanceState: { code: STATE_CODES[instance.state], name: instance.state },
    placement: { availabilityZone: instance.zone },
    launchTime: new Date(instance.launchedAt),
    instanceLifecycle: instance.spot ? 'spot' : undefined,
    tagSet: Object.entries(instance.tags).map(([key, value]) => ({ key, value })),
  };
}
