import { SECOND } from '../../lib/clock.ts';
import type { Ec2 } from '../ec2/ec2.ts';
import { versionIn } from '../ec2/launch-templates.ts';
import type { Ec2Instance, Ec2StateName } from '../ec2/model.ts';
import { ApiError, draw, type Kernel, type Operations } from '../kernel.ts';
import { Hooks, type Result } from './hooks.ts';
import type { Group, GroupSpec, Member } from './model.ts';
import { autoScalingOperations } from './operations.ts';
import { emptiestZone, imbalanceOf } from './zones.ts';

/** What happens once a group's instance is up, or is there from the start (`settled`): it joins its cluster. */
export type Joiner = (group: Group, instance: Ec2Instance, settled: boolean) => void;

/** Amazon EC2 Auto Scaling: groups that keep their desired capacity, and hold terminations for lifecycle hooks. */
export class AutoScaling {
  readonly groups = new Map<string, Group>();
  readonly hooks: Hooks;
  readonly operations: Operations;
  readonly #kernel: Kernel;
  readonly #ec2: Ec2;
  readonly #join: Joiner;
  /** Which override is launched is drawn apart, so that it shifts nothing else. */
  readonly #types: Kernel['random'];
  readonly #rebalances: boolean;
  #order = 0;

  /** @param rebalances whether the process AZRebalance runs */
  constructor(kernel: Kernel, ec2: Ec2, join: Joiner, rebalances = false) {
    this.#kernel = kernel;
    this.#ec2 = ec2;
    this.#join = join;
    this.#types = kernel.random.fork('instance-types');
    this.#rebalances = rebalances;
    this.hooks = new Hooks(kernel, (group, member, result) => this.#hookEnded(group, member, result));
    this.operations = autoScalingOperations(this);
    ec2.onChange((instance, state) => this.#ec2Changed(instance, state));
  }

  addGroup(spec: GroupSpec): Group {
    const { region, account, random } = this.#kernel;
    const group: Group = {
      spec,
      name: spec.name,
      arn: `arn:aws:autoscaling:${region}:${account}:autoScalingGroup:${random.uuid()}:autoScalingGroupName/${spec.name}`,
      order: this.#order++,
      hooks: new Map((spec.hooks ?? []).map((hook) => [hook.name, hook])),
      members: new Map(),
      createdAt: this.#kernel.now(),
      zones: spec.zones ?? ['a', 'b', 'c'].map((letter) => `${region}${letter}`),
      template: this.#ec2.launchTemplates.add(
        spec.name,
        spec.instanceType === undefined ? {} : { instanceType: spec.instanceType },
      ),
      suspended: new Set(spec.suspended),
      desired: spec.instances,
      min: spec.min ?? 0,
      max: spec.max ?? Math.max(spec.instances * 2, 1),
      check: undefined,
    };
    this.groups.set(group.name, group);
    for (let count = 0; count < spec.instances; count++) this.#launch(group, true);
    return group;
  }

  /** @throws ApiError ValidationError */
  group(name: string | undefined): Group {
    const group = this.groups.get(name ?? '');
    if (group === undefined) {
      throw new ApiError('ValidationError', `AutoScalingGroup name not found - no such group: ${name}`);
    }
    return group;
  }

  setDesired(group: Group, desired: number): void {
    const value = `New SetDesiredCapacity value ${desired} is`;
    if (desired > group.max) {
      throw new ApiError(
        'ValidationError',
        `${value} above max value ${group.max} for the AutoScalingGroup.`,
      );
    }
    if (desired < group.min) {
      throw new ApiError(
        'ValidationError',
        `${value} below min value ${group.min} for the AutoScalingGroup.`,
      );
    }
    group.desired = desired;
    this.#checkSoon(group);
  }

  /** Resuming makes up for what was held meanwhile. */
  setSuspended(group: Group, process: string, suspended: boolean): void {
    if (suspended) group.suspended.add(process);
    else group.suspended.delete(process);
    this.#checkSoon(group);
  }

  /**
   * TerminateInstanceInAutoScalingGroup: through the hooks, unless it was retained after them.
   * @throws ApiError ValidationError if the group would get smaller than its minimum (hashicorp/nomad-autoscaler#1290)
   */
  terminate(group: Group, member: Member, decrement: boolean): void {
    if (member.state === 'Terminating:Retained') {
      this.#proceed(group, member);
      return;
    }
    if (decrement && group.desired <= group.min) {
      throw new ApiError(
        'ValidationError',
        `Currently, desiredSize equals minSize (${group.min}). Terminating instance without replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.`,
      );
    }
    if (decrement) group.desired -= 1;
    this.#terminating(group, member);
    this.#checkSoon(group);
  }

  /** The group looks at itself now and then; a change of the desired capacity shows within seconds. */
  #checkSoon(group: Group): void {
    if (group.check !== undefined) return;
    group.check = this.#kernel.after(draw(this.#kernel.random, [SECOND, 5 * SECOND]), () => {
      group.check = undefined;
      this.#check(group);
    });
  }

  #check(group: Group): void {
    const serving = servingIn(group);
    // Instances that were launched for balance are beyond the desired capacity until others go for them.
    const wanted = group.desired + serving.filter(({ relieves }) => relieves !== undefined).length;
    const launches = group.suspended.has('Launch') ? 0 : Math.max(0, wanted - serving.length);
    for (let count = 0; count < launches; count++) this.#launch(group, false);
    if (!group.suspended.has('Terminate')) {
      // Oldest first; the default policy also looks at zones and launch templates, which nobody here depends on.
      const candidates = serving.filter(isStoppable);
      for (const member of candidates.slice(0, Math.max(0, serving.length - wanted))) {
        this.#terminating(group, member);
      }
    }
    if (this.#rebalances) this.#rebalance(group);
  }

  /** One at a time: launch in the emptier zone, then terminate in the fuller (user guide, "Rebalancing activities"). */
  #rebalance(group: Group): void {
    if (['AZRebalance', 'Launch', 'Terminate'].some((process) => group.suspended.has(process))) return;
    const serving = servingIn(group);
    const launched = serving.find(({ relieves }) => relieves !== undefined);
    if (launched === undefined) {
      const imbalance = imbalanceOf(group, serving);
      if (imbalance !== undefined && serving.length === group.desired) {
        this.#launch(group, false, imbalance.fuller);
      }
    } else if (launched.state === 'InService') {
      const relieved = serving.find((member) => member.zone === launched.relieves && isStoppable(member));
      launched.relieves = undefined;
      if (relieved === undefined) return;
      this.#terminating(group, relieved);
      this.#checkSoon(group);
    }
  }

  #launch(group: Group, settled: boolean, relieves?: string): void {
    const { spec } = group;
    const template = versionIn(group.template, spec.templateVersion ?? '$Latest');
    if (template === undefined)
      throw new Error(`Group ${group.name} has no version ${spec.templateVersion}.`);
    const instance = this.#ec2.launch({
      type: this.#typeOf(group) ?? template.instanceType,
      zone: emptiestZone(group, servingIn(group)),
      spot: spec.spot ?? false,
      imageId: template.imageId,
      tags: { 'aws:autoscaling:groupName': group.name },
      running: settled,
    });
    group.members.set(instance.id, {
      instanceId: instance.id,
      order: this.#order++,
      zone: instance.zone,
      type: instance.type,
      template,
      joinedAt: this.#kernel.now(),
      actions: new Map(),
      state: settled ? 'InService' : 'Pending',
      healthy: true,
      protectedFromScaleIn: spec.protectedFromScaleIn ?? false,
      relieves,
    });
    if (settled) this.#join(group, instance, true);
  }

  #typeOf({ spec: { instanceTypes = [] } }: Group): string | undefined {
    return instanceTypes.length < 2
      ? instanceTypes[0]
      : instanceTypes[this.#types.between(0, instanceTypes.length - 1)];
  }

  #terminating(group: Group, member: Member): void {
    if (member.state !== 'InService' && member.state !== 'Pending') return;
    if (group.hooks.size === 0) {
      this.#proceed(group, member);
      return;
    }
    member.state = 'Terminating:Wait';
    for (const hook of group.hooks.values()) this.hooks.open(group, member, hook);
  }

  #hookEnded(group: Group, member: Member, result: Result): void {
    if (result === 'ABANDON' && group.spec.retainOnAbandon === true) member.state = 'Terminating:Retained';
    else if (member.actions.size === 0) this.#proceed(group, member);
  }

  #proceed(group: Group, member: Member): void {
    member.state = 'Terminating:Proceed';
    this.#kernel.after(draw(this.#kernel.random, [SECOND, 3 * SECOND]), () => {
      const state = this.#ec2.instances.get(member.instanceId)?.state ?? 'terminated';
      if (state === 'terminated') this.#gone(group, member);
      else this.#ec2.terminate(member.instanceId);
    });
  }

  #gone(group: Group, member: Member): void {
    member.state = 'Terminated';
    group.members.delete(member.instanceId);
    if (this.#rebalances) this.#checkSoon(group);
    this.#kernel.publish({
      source: 'aws.autoscaling',
      detailType: 'EC2 Instance Terminate Successful',
      resources: [
        group.arn,
        `arn:aws:ec2:${this.#kernel.region}:${this.#kernel.account}:instance/${member.instanceId}`,
      ],
      detail: {
        StatusCode: 'InProgress',
        AutoScalingGroupName: group.name,
        ActivityId: this.#kernel.random.uuid(),
        Details: { 'Availability Zone': member.zone },
        EC2InstanceId: member.instanceId,
      },
    });
  }

  #ec2Changed(instance: Ec2Instance, state: Ec2StateName): void {
    const group = this.groups.get(instance.tags['aws:autoscaling:groupName'] ?? '');
    const member = group?.members.get(instance.id);
    if (group === undefined || member === undefined) return;
    if (state === 'running' && member.state === 'Pending') {
      member.state = 'InService';
      if (member.relieves !== undefined) this.#checkSoon(group);
      this.#kernel.after(draw(this.#kernel.random, group.spec.bootMs ?? [25 * SECOND, 45 * SECOND]), () => {
        // An instance that was ended while it booted has no agent any more.
        if (instance.state === 'running') this.#join(group, instance, false);
      });
    } else if (state === 'terminated' && member.state === 'Terminating:Proceed') {
      this.#gone(group, member);
    } else if (state !== 'running' && member.state === 'InService') {
      this.#unhealthy(group, member);
    }
  }

  /**
   * Something else ended the instance. The health check sees it within a minute or so, and only then the hooks run,
   * too late to hold anything: aws/aws-cdk#6867, aws-node-termination-handler#874.
   */
  #unhealthy(group: Group, member: Member): void {
    if (!member.healthy) return;
    member.healthy = false;
    this.#kernel.after(draw(this.#kernel.random, [30 * SECOND, 90 * SECOND]), () => {
      this.#terminating(group, member);
      this.#checkSoon(group);
    });
  }
}

/** What counts towards the desired capacity. */
function servingIn({ members }: Group): Member[] {
  return [...members.values()].filter(({ state }) => state === 'InService' || state === 'Pending');
}

const isStoppable = ({ state, protectedFromScaleIn }: Member) =>
  state === 'InService' && !protectedFromScaleIn;
