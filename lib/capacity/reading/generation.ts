import type { AutoScalingGroup, Instance, LaunchTemplateSpecification } from '@aws-sdk/client-auto-scaling';
import type { HostView } from '../view.ts';
import { type Templates, templateKey } from './read-groups.ts';

/** What a group would launch an instance of a type from. */
interface Source {
  readonly template: LaunchTemplateSpecification | undefined;
  /** Of the type alone, over that of the template. */
  readonly imageId: string | undefined;
}

/**
 * Whether the group would launch the instance otherwise now. `unknown` where that cannot be told: an instance that was
 * attached, a template that is gone, or an AMI that is given by a parameter of Systems Manager, which may have changed.
 * @param imageId what the instance runs
 */
export function generationOf(
  instance: Instance,
  group: AutoScalingGroup,
  templates: Templates,
  imageId: string | undefined,
): HostView['generation'] {
  const { LaunchConfigurationName: own, LaunchTemplate: used } = instance;
  if (group.LaunchConfigurationName !== undefined) {
    if (own === undefined && used === undefined) return 'unknown';
    return own === group.LaunchConfigurationName ? 'current' : 'obsolete';
  }
  const source = sourceOf(group, instance.InstanceType);
  if (used === undefined) return own === undefined ? 'unknown' : 'obsolete';
  const wanted = source.template && templates.get(templateKey(source.template));
  if (wanted === undefined) return 'unknown';
  if (used.LaunchTemplateId !== wanted.templateId || used.Version !== wanted.version) return 'obsolete';
  const wantedImage = source.imageId ?? wanted.imageId;
  if (wantedImage?.startsWith('resolve:ssm:')) return 'unknown';
  const differs = wantedImage !== undefined && imageId !== undefined && wantedImage !== imageId;
  return differs ? 'obsolete' : 'current';
}

function sourceOf({ LaunchTemplate, MixedInstancesPolicy }: AutoScalingGroup, type?: string): Source {
  if (MixedInstancesPolicy === undefined) return { template: LaunchTemplate, imageId: undefined };
  const { LaunchTemplateSpecification: base, Overrides = [] } = MixedInstancesPolicy.LaunchTemplate ?? {};
  const own = Overrides.find(({ InstanceType }) => InstanceType === type);
  return { template: own?.LaunchTemplateSpecification ?? base, imageId: own?.ImageId };
}
