import {
  type AutoScalingGroup,
  DescribeAutoScalingGroupsCommand,
  type LaunchTemplateSpecification,
} from '@aws-sdk/client-auto-scaling';
import { chunk, mapConcurrent } from '../../aws/batch.ts';
import type { AwsClients } from '../../aws/clients.ts';
import type { TemplateVersion } from '../../aws/ec2.ts';
import { collectPages } from '../../aws/paging.ts';
import type { GroupName } from '../../ids.ts';

/** DescribeAutoScalingGroups takes 50 names unless MaxRecords says more (Auto Scaling API reference). */
const BATCH = 50;
const CONCURRENT_READS = 2;

/** The groups with all of their instances; one that does not exist is left out. */
export async function readGroups(
  { autoScaling }: AwsClients,
  names: readonly GroupName[],
): Promise<AutoScalingGroup[]> {
  const answers = await mapConcurrent(chunk(names, BATCH), CONCURRENT_READS, (AutoScalingGroupNames) =>
    collectPages('Auto Scaling DescribeAutoScalingGroups', async (NextToken) => {
      const command = new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames, NextToken });
      const page = await autoScaling.send(command);
      return { items: page.AutoScalingGroups, next: page.NextToken };
    }),
  );
  return answers.flat();
}

/** What a group would launch from now, by its specification of a launch template. */
export type Templates = ReadonlyMap<string, TemplateVersion>;

/** Reads the launch templates of groups; one that does not exist is left out. */
export async function readTemplates(
  clients: AwsClients,
  groups: readonly AutoScalingGroup[],
): Promise<Templates> {
  const distinct = new Map(groups.flatMap(specificationsOf).map((one) => [templateKey(one), one]));
  if (distinct.size === 0) return new Map();
  const ec2 = await clients.ec2();
  const read = await mapConcurrent([...distinct], CONCURRENT_READS, async ([key, one]) => {
    const { LaunchTemplateId = '', Version = '$Default' } = one;
    const found = await ec2.templateVersion(LaunchTemplateId, Version);
    return found === undefined ? [] : [[key, found] as const];
  });
  return new Map(read.flat());
}

/** Of the group itself, or of its mixed instances policy with what that has for single instance types. */
function specificationsOf({ LaunchTemplate, MixedInstancesPolicy }: AutoScalingGroup) {
  const { LaunchTemplateSpecification: base, Overrides = [] } = MixedInstancesPolicy?.LaunchTemplate ?? {};
  const own = Overrides.map(({ LaunchTemplateSpecification }) => LaunchTemplateSpecification);
  return [LaunchTemplate, base, ...own].filter((one) => one !== undefined);
}

/** Without a version it is the default one (Auto Scaling API reference, LaunchTemplateSpecification). */
export const templateKey = ({ LaunchTemplateId, Version = '$Default' }: LaunchTemplateSpecification) =>
  `${LaunchTemplateId} ${Version}`;
