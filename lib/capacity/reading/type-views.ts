import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import type { Ec2Type } from '../../aws/ec2.ts';
import { eniLimit, TRUNK_ATTRIBUTE } from '../../placement/enis.ts';
import type { Amounts } from '../../placement/model.ts';
import { amountsIn } from '../../placement/resources.ts';
import type { InstanceTypeView } from '../view.ts';
import { enisOf } from './host-views.ts';
import type { Ground, Machine } from './machines.ts';
import { type Templates, templateKey } from './read-groups.ts';

/** What the kernel and the firmware keep of the memory that EC2 advertises: at least so much, and so many MiB. */
const MEMORY_RESERVE = 0.1;
const LEAST_MEMORY_RESERVE = 128;

/** Those differ from one instance to the next, or come from the type. */
const OF_ONE_INSTANCE = ['ecs.availability-zone', 'ecs.subnet-id', TRUNK_ATTRIBUTE, 'ecs.instance-type'];

export interface TypeRequest {
  readonly group: AutoScalingGroup;
  readonly machines: readonly Machine[];
  readonly ground: Ground;
  readonly priceOf: (type: string) => number | undefined;
  /** Attributes that agents of today announce by themselves; counted on where no instance of the group is there to see. */
  readonly capabilities: Iterable<string>;
}

/** What new instances of a group would bring, for each type that it may launch. Pure. */
export function typeViews(request: TypeRequest): InstanceTypeView[] {
  const { group, ground, priceOf } = request;
  return typesOf(group, ground.templates).map((name) => ({
    name,
    registered: registeredBy(name, request),
    price: priceOf(name),
    attributes: attributesOf(name, request),
  }));
}

/**
 * The types that a group launches, in its order; of one that names requirements instead, or a launch configuration,
 * those that it has. None of a group with weights: its counts are not of instances, so that nothing may be launched.
 */
export function typesOf(group: AutoScalingGroup, templates: Templates): string[] {
  const { MixedInstancesPolicy, LaunchTemplate, Instances = [] } = group;
  const { LaunchTemplateSpecification: base = LaunchTemplate, Overrides = [] } =
    MixedInstancesPolicy?.LaunchTemplate ?? {};
  if (Overrides.some(({ WeightedCapacity = '1' }) => WeightedCapacity !== '1')) return [];
  const named = Overrides.flatMap(({ InstanceType }) => InstanceType ?? []);
  if (named.length > 0) return [...new Set(named)];
  const asksForMore = Overrides.some(({ InstanceRequirements }) => InstanceRequirements !== undefined);
  const ofTemplate = base && templates.get(templateKey(base))?.instanceType;
  if (ofTemplate !== undefined && !asksForMore) return [ofTemplate];
  return [...new Set(Instances.flatMap(({ InstanceType }) => InstanceType ?? []))];
}

/** As the newest instance of the type has it, best one of the group: it has the newest AMI and agent configuration. */
function registeredBy(name: string, { group, machines, ground }: TypeRequest): Amounts {
  const alike = machines.filter(({ type, instance }) => type === name && instance.registeredResources);
  const newest = (some: readonly Machine[]) => some.toSorted((a, b) => ageOf(a) - ageOf(b)).at(-1);
  const example = newest(alike.filter(({ member }) => member?.group === group)) ?? newest(alike);
  const known = ground.types.get(name);
  if (example === undefined) return expected(name, known);
  return { ...amountsIn(example.instance.registeredResources ?? []), enis: enisOf(example, ground) };
}

const ageOf = ({ instance }: Machine) => instance.registeredAt?.getTime() ?? 0;

/**
 * Where no instance of the type is there to see. The agent registers the memory that the operating system sees, which is
 * less than EC2 advertises (Developer Guide, "Reserving Amazon ECS Linux container instance memory"): 7,679 of the
 * 8,192 MiB of a c6i.xlarge (amazon-ecs-agent#3331). Rather too little than a task that does not fit.
 */
function expected(name: string, known: Ec2Type | undefined): Amounts {
  if (known === undefined) return { cpu: 0, memory: 0, gpu: 0, enis: 0 };
  const { vCpus, memory, gpus, networkInterfaces } = known;
  const kept = Math.max(LEAST_MEMORY_RESERVE, Math.ceil(memory * MEMORY_RESERVE));
  return {
    cpu: vCpus * 1_024,
    memory: Math.max(0, memory - kept),
    gpu: gpus,
    enis: eniLimit(name, false, networkInterfaces),
  };
}

/** What all ACTIVE instances of the group have alike, best those of the type. */
function attributesOf(name: string, { group, machines, ground, capabilities }: TypeRequest) {
  const own = machines.filter(
    ({ member, instance }) => member?.group === group && instance.status === 'ACTIVE',
  );
  const alike = own.filter(({ type }) => type === name);
  const [first, ...others] = alike.length > 0 ? alike : own;
  const common = first
    ? [...first.attributes].filter(([key, value]) =>
        others.every(({ attributes }) => attributes.get(key) === value),
      )
    : [...capabilities].map((key): [string, string] => [key, '']);
  const attributes = new Map(common.filter(([key]) => !OF_ONE_INSTANCE.includes(key)));
  attributes.set('ecs.instance-type', name);
  const architecture = ground.types.get(name)?.architecture;
  if (architecture !== undefined) attributes.set('ecs.cpu-architecture', architecture);
  if (first === undefined) attributes.set('ecs.os-type', 'linux');
  return attributes;
}
