import type { AutoScalingGroup, Instance } from '@aws-sdk/client-auto-scaling';
import type { ContainerInstance } from '@aws-sdk/client-ecs';
import type { Ec2Instance, Ec2Type } from '../../aws/ec2.ts';
import type { Templates } from './read-groups.ts';

/** A container instance with what is known of the EC2 instance below it. */
export interface Machine {
  readonly id: string;
  readonly instance: ContainerInstance;
  readonly attributes: ReadonlyMap<string, string>;
  readonly type: string;
  readonly ec2: Ec2Instance | undefined;
  /** Undefined: in no group of the policy. */
  readonly member: Member | undefined;
}

/** An instance of a group, as Auto Scaling tells it. */
export interface Member {
  readonly group: AutoScalingGroup;
  readonly instance: Instance;
}

/** What EC2 and Auto Scaling say. */
export interface Ground {
  readonly groups: readonly AutoScalingGroup[];
  readonly templates: Templates;
  readonly ec2: ReadonlyMap<string, Ec2Instance>;
  readonly types: ReadonlyMap<string, Ec2Type>;
}

export function machinesOf(
  instances: readonly ContainerInstance[],
  { groups, ec2 }: Pick<Ground, 'groups' | 'ec2'>,
): Machine[] {
  const members = new Map(
    groups.flatMap((group) =>
      (group.Instances ?? []).map((instance): [string, Member] => [
        instance.InstanceId ?? '',
        { group, instance },
      ]),
    ),
  );
  return instances.map((instance) => {
    const { ec2InstanceId: id = '' } = instance;
    const attributes = attributesOf(instance);
    const member = members.get(id);
    const type = attributes.get('ecs.instance-type') ?? member?.instance.InstanceType ?? '';
    return { id, instance, attributes, type, ec2: ec2.get(id), member };
  });
}

/** An attribute need not have a value; ECS then takes it for the empty text. */
export function attributesOf({ attributes = [] }: ContainerInstance): Map<string, string> {
  return new Map(attributes.map(({ name = '', value = '' }) => [name, value]));
}
