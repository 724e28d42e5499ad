import { HOUR, MINUTE, SECOND } from '../../lib/clock.ts';
import type { Kernel } from '../kernel.ts';
import type { Lack as FargateLack } from './fargate.ts';
import type { Deployment, Service } from './model.ts';
import type { PlacementFailure } from './placement-failure.ts';

/** What the scheduler found no room on. */
export type Lack = FargateLack | { readonly kind: 'instances'; readonly why: () => PlacementFailure };

/** A repeated cause is told again only after this long (developer guide, "Service event messages"). */
const TOLD_AGAIN_MS = 6 * HOUR;
/** The longest wait between two tries (developer guide, "Service throttle logic"). How it grows up to there is assumed. */
const LONGEST_WAIT_MS = 15 * MINUTE;
/** A failed placement on instances is tried again after this long. Assumed: ECS publishes no figure. */
const RETRY_MS = MINUTE;
const SEE = 'For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.';

type Level = 'INFO' | 'WARN' | 'ERROR';

/** What services say: in their own events, and on the bus. */
export class ServiceEvents {
  readonly #kernel: Kernel;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** A line of DescribeServices. */
  say(service: Service, message: string): void {
    service.events.unshift({ id: this.#kernel.random.uuid(), at: this.#kernel.now(), message });
    // DescribeServices returns the newest hundred.
    service.events.length = Math.min(service.events.length, 100);
  }

  /** An ECS Service Action. */
  action(service: Service, eventType: Level, eventName: string, more: object = {}): void {
    this.#kernel.publish({
      source: 'aws.ecs',
      detailType: 'ECS Service Action',
      resources: [service.arn],
      detail: {
        eventType,
        eventName,
        clusterArn: service.cluster.arn,
        ...more,
        createdAt: new Date(this.#kernel.now()).toISOString(),
      },
    });
  }

  /** An ECS Deployment State Change. */
  deployment(service: Service, { id }: Deployment, eventName: string, reason: string): void {
    this.#kernel.publish({
      source: 'aws.ecs',
      detailType: 'ECS Deployment State Change',
      resources: [service.arn],
      detail: {
        eventType: eventName === 'SERVICE_DEPLOYMENT_FAILED' ? 'ERROR' : 'INFO',
        eventName,
        deploymentId: id,
        updatedAt: new Date(this.#kernel.now()).toISOString(),
        reason,
      },
    });
  }

  /** The service is steady: told now, and again for as long as it stays so ("periodically"; six hours are assumed). */
  steady(service: Service): void {
    this.say(service, `(service ${service.name}) has reached a steady state.`);
    this.action(service, 'INFO', 'SERVICE_STEADY_STATE');
    service.reminder?.cancel();
    service.reminder = this.#kernel.after(TOLD_AGAIN_MS, () => {
      if (service.steady) this.steady(service);
    });
  }

  providerSteady(service: Service, provider: string): void {
    const capacityProviderArns = [this.#providerArn(provider)];
    this.action(service, 'INFO', 'CAPACITY_PROVIDER_STEADY_STATE', { capacityProviderArns });
  }

  /** Notes what a pass lacked, and tells it unless it was told lately. True if this was a try of its own, not one in between. */
  short(service: Service, lack: Lack): boolean {
    const now = this.#kernel.now();
    const known = service.shortages.get(keyOf(lack));
    const due = known === undefined || now >= known.retryAt;
    const attempts = (known?.attempts ?? 0) + (due ? 1 : 0);
    const retryAt = due ? now + this.#wait(lack, attempts) : known.retryAt;
    const tell = known === undefined || now - known.toldAt >= TOLD_AGAIN_MS;
    service.shortages.set(keyOf(lack), { toldAt: tell ? now : known.toldAt, attempts, retryAt });
    if (tell) this.#tellShortage(service, lack);
    return due;
  }

  #wait(lack: Lack, attempts: number): number {
    if (lack.kind === 'instances') return RETRY_MS + this.#kernel.random.between(0, 5000);
    return backOff(attempts);
  }

  #tellShortage(service: Service, lack: Lack): void {
    if (lack.kind === 'fargate') this.#tellFargateShortage(service, lack);
    else {
      const { reason, sentence, instances } = lack.why();
      const containerInstanceArns = [...instances];
      this.action(service, 'ERROR', 'SERVICE_TASK_PLACEMENT_FAILURE', { reason, containerInstanceArns });
      this.say(
        service,
        `(service ${service.name}) was unable to place a task because no container instance met all of its requirements. ${sentence} ${SEE}`,
      );
    }
  }

  #tellFargateShortage(service: Service, lack: FargateLack): void {
    this.action(service, 'ERROR', 'SERVICE_TASK_PLACEMENT_FAILURE', {
      // A full quota is a sentence where a lack of capacity is a code: so in the failures of RunTask, and assumed here.
      reason: lack.why === 'capacity' ? 'RESOURCE:FARGATE' : fargateSentence(lack),
      ...(lack.byLaunchType ? {} : { capacityProviderArns: [this.#providerArn(lack.provider)] }),
    });
    this.say(
      service,
      `(service ${service.name}) was unable to place a task. Reason: ${fargateSentence(lack)}. ${SEE}`,
    );
  }

  /** A task did not start: the next one waits, longer each time. */
  startFailed(service: Service): void {
    const count = service.failedStarts.count + 1;
    service.failedStarts = { count, until: this.#kernel.now() + backOff(count) };
    // From how many on is assumed.
    if (count !== 3) return;
    this.action(service, 'WARN', 'SERVICE_TASK_START_IMPAIRED');
    this.say(service, `(service ${service.name}) is unable to consistently start tasks successfully. ${SEE}`);
  }

  #providerArn(provider: string): string {
    return `arn:aws:ecs:${this.#kernel.region}:${this.#kernel.account}:capacity-provider/${provider}`;
  }
}

export function keyOf(lack: Lack): string {
  return lack.kind === 'fargate' ? `${lack.provider} ${lack.why}` : lack.kind;
}

/** As ECS words it, in the events of a service and in the failures of RunTask (gchq/sleeper#904). */
export function fargateSentence({ why }: FargateLack): string {
  return why === 'capacity'
    ? 'Capacity is unavailable at this time. Please try again later or in a different availability zone'
    : 'You’ve reached the limit on the number of vCPUs you can run concurrently';
}

/** 30 s, doubled each time. */
function backOff(attempts: number): number {
  return Math.min(LONGEST_WAIT_MS, 30 * SECOND * 2 ** (attempts - 1));
}
