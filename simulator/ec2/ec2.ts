import { HOUR, MINUTE, SECOND } from '../../lib/clock.ts';
import { draw, type Kernel, type Operations, type Span } from '../kernel.ts';
import { LaunchTemplates } from './launch-templates.ts';
import type { Ec2Instance, Ec2StateName, LaunchSpec, Subnet } from './model.ts';
import { ec2Operations } from './operations.ts';

export type Ec2Listener = (instance: Ec2Instance, state: Ec2StateName) => void;

const BOOTING: Span = [5 * SECOND, 15 * SECOND];
const SHUTTING_DOWN: Span = [20 * SECOND, MINUTE];
/** From the warning to the reclaim: EC2 user guide, "Spot Instance interruption notices". */
const SPOT_NOTICE_MS = 2 * MINUTE;

/** Amazon EC2 instances: their states, their notices, and who is told. */
export class Ec2 {
  readonly instances = new Map<string, Ec2Instance>();
  readonly subnets = new Map<string, Subnet>();
  readonly launchTemplates: LaunchTemplates;
  readonly operations: Operations;
  readonly #kernel: Kernel;
  readonly #listeners: Ec2Listener[] = [];
  #order = 0;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.launchTemplates = new LaunchTemplates(kernel);
    this.operations = ec2Operations(this);
  }

  /** ECS and Auto Scaling hear of every change of state, at once. */
  onChange(listener: Ec2Listener): void {
    this.#listeners.push(listener);
  }

  addSubnet({ id, zone }: { readonly id: string; readonly zone: string }): Subnet {
    const subnet = { id, zone, order: this.#order++ };
    this.subnets.set(id, subnet);
    return subnet;
  }

  launch(spec: LaunchSpec = {}): Ec2Instance {
    const instance: Ec2Instance = {
      id: `i-0${this.#kernel.random.hex(16)}`,
      order: this.#order++,
      type: spec.type ?? 'm7g.large',
      zone: spec.zone ?? `${this.#kernel.region}a`,
      spot: spec.spot ?? false,
      imageId: spec.imageId ?? 'ami-00000000000000001',
      tags: spec.tags ?? {},
      launchedAt: this.#kernel.now(),
      state: spec.running === true ? 'running' : 'pending',
    };
    this.instances.set(instance.id, instance);
    if (instance.state === 'running') return instance;
    this.#announce(instance);
    this.#later(instance, 'pending', BOOTING, 'running');
    return instance;
  }

  /** @throws if this world has no such instance */
  instance(id: string): Ec2Instance {
    const instance = this.instances.get(id);
    if (instance === undefined) throw new Error(`This world has no EC2 instance ${id}.`);
    return instance;
  }

  /** TerminateInstances: direct, past any lifecycle hook. */
  terminate(id: string): void {
    const instance = this.instance(id);
    if (instance.state === 'stopped') this.#become(instance, 'terminated');
    else if (instance.state !== 'shutting-down' && instance.state !== 'terminated') {
      this.#become(instance, 'shutting-down');
      this.#later(instance, 'shutting-down', SHUTTING_DOWN, 'terminated');
    }
  }

  stop(id: string): void {
    const instance = this.instance(id);
    if (instance.state !== 'running') return;
    this.#become(instance, 'stopping');
    this.#later(instance, 'stopping', SHUTTING_DOWN, 'stopped');
  }

  start(id: string): void {
    const instance = this.instance(id);
    if (instance.state !== 'stopped') return;
    this.#become(instance, 'pending');
    this.#later(instance, 'pending', BOOTING, 'running');
  }

  /** The interruption warning, then the reclaim. `noticeMs` may be shorter: 39 s were seen (aws-node-termination-handler#1022). */
  interruptSpot(
    id: string,
    action: 'terminate' | 'stop' | 'hibernate' = 'terminate',
    noticeMs = SPOT_NOTICE_MS,
  ): void {
    const detail = { 'instance-id': id, 'instance-action': action };
    this.#publish('EC2 Spot Instance Interruption Warning', id, detail);
    // Hibernation begins at once, whatever the notice says (same page).
    this.#kernel.after(action === 'hibernate' ? 0 : noticeMs, () => {
      if (action === 'terminate') this.terminate(id);
      else this.stop(id);
    });
  }

  rebalance(id: string): void {
    this.#publish('EC2 Instance Rebalance Recommendation', id, { 'instance-id': id });
  }

  #later(instance: Ec2Instance, from: Ec2StateName, span: Span, to: Ec2StateName): void {
    this.#kernel.after(draw(this.#kernel.random, span), () => {
      if (instance.state === from) this.#become(instance, to);
    });
  }

  #become(instance: Ec2Instance, state: Ec2StateName): void {
    instance.state = state;
    this.#announce(instance);
    // A terminated instance stays visible for about an hour: EC2 user guide, "Terminate your instance".
    if (state === 'terminated') this.#kernel.after(HOUR, () => this.instances.delete(instance.id));
    for (const listener of this.#listeners) listener(instance, state);
  }

  #announce({ id, state }: Ec2Instance): void {
    this.#publish('EC2 Instance State-change Notification', id, { 'instance-id': id, state });
  }

  #publish(detailType: string, id: string, detail: object): void {
    const { region, account } = this.#kernel;
    const resources = [`arn:aws:ec2:${region}:${account}:instance/${id}`];
    this.#kernel.publish({ source: 'aws.ec2', detailType, resources, detail });
  }
}
