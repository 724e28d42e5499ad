import { type EpochMs, MINUTE, SECOND, utc } from '../clock.ts';
import { idOf } from '../ids.ts';
import type { Blocker } from './record.ts';
import type { TaskView } from './snapshot.ts';

/** What was read about the services and protections of the tasks that have not left. */
export interface Circumstances {
  readonly tasks: readonly TaskView[];
  readonly services: ReadonlyMap<string, ServiceView>;
  /** Until when a task is protected from scale-in, by task ARN. */
  readonly protectedUntil: ReadonlyMap<string, EpochMs>;
}

export interface ServiceView {
  readonly name: string;
  readonly daemon: boolean;
  readonly desired: number;
  readonly running: number;
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number;
  /** Constraint expressions, as written. */
  readonly constraints: readonly string[];
  /** Newest first. */
  readonly events: readonly { readonly at: EpochMs; readonly message: string }[];
}

/** ECS developer guide, "Service event messages". */
export const failedPlacement = ({ message }: { readonly message: string }) =>
  message.includes('unable to place a task');

/** A placement failure older than this may have been overcome. */
const RECENT = 10 * MINUTE;

/** Names what keeps the tasks from leaving, at most one blocker per service and per kind of standalone task. Pure. */
export function diagnose(circumstances: Circumstances, now: EpochMs): Blocker[] {
  const left = circumstances.tasks.filter(({ lastStatus }) => lastStatus !== 'STOPPED');
  const stopping = left.filter(({ desiredStatus }) => desiredStatus === 'STOPPED');
  const staying = left.filter(({ desiredStatus }) => desiredStatus !== 'STOPPED');
  const standalone = staying.filter(({ service }) => service === undefined);
  const services = [...new Set(staying.flatMap(({ service }) => service ?? []))];
  return [
    ...services.map((name) => whyServiceStays(name, staying, circumstances, now)),
    ...standalone.map(whyStandaloneStays),
    ...stopping.map((task) => whyStopIsSlow(task, now)),
  ];
}

function whyServiceStays(
  name: string,
  staying: readonly TaskView[],
  { services, protectedUntil }: Circumstances,
  now: EpochMs,
): Blocker {
  const service = services.get(name);
  const count = staying.filter((task) => task.service === name).length;
  if (!service) {
    return {
      kind: 'waiting-for-replacement',
      name,
      sentence: `${count} task(s) of ${name} run, and the service could not be described.`,
    };
  }
  if (service.daemon) {
    return {
      kind: 'daemon-last',
      name,
      sentence: `Daemon ${name} is stopped by ECS once the other tasks are gone.`,
    };
  }
  const minimum = Math.ceil((service.desired * service.minimumHealthyPercent) / 100);
  const maximum = Math.floor((service.desired * service.maximumPercent) / 100);
  if (service.desired > 0 && minimum >= service.desired && maximum <= service.desired) {
    const percents = `minimumHealthyPercent ${service.minimumHealthyPercent} and maximumPercent ${service.maximumPercent}`;
    const sentence = `Service ${name} cannot move: with desired count ${service.desired}, ${percents} ECS may neither stop a task first nor start one more. Lower the one or raise the other.`;
    return { kind: 'service-cannot-move', name, sentence };
  }
  const failure = service.events.find((event) => now - event.at <= RECENT && failedPlacement(event));
  if (failure) return whyNotPlaced(service, failure.message);
  const guarded = staying.find((task) => task.service === name && (protectedUntil.get(task.task) ?? 0) > now);
  if (guarded) {
    const until = utc(protectedUntil.get(guarded.task) ?? now);
    const sentence = `Task ${idOf(guarded.task)} of ${name} is protected from scale-in until ${until}. That holds no drain, but its application asked to be left running: it ends the protection when its work is done.`;
    return { kind: 'protected-task', name, sentence };
  }
  const sentence = `Service ${name} has ${service.running} of ${service.desired} tasks running; ECS waits until a replacement is healthy.`;
  return { kind: 'waiting-for-replacement', name, sentence };
}

// The wording of ECS service events: ECS developer guide, "Service event messages".
function whyNotPlaced({ name, constraints }: ServiceView, message: string): Blocker {
  const impossible = /constraint unsatisfied|missing an attribute|incompatible/i.test(message);
  const reason = message.replace(/^\(service [^)]*\)\s*/, '');
  if (!impossible)
    return {
      kind: 'no-capacity',
      name,
      sentence: `Service ${name} finds no room for a replacement: it ${reason}`,
    };
  const written = constraints.length === 0 ? '' : ` Its constraints: ${constraints.join('; ')}.`;
  const sentence = `No instance fits the placement constraints of ${name}: it ${reason}${written}`;
  return { kind: 'placement-impossible', name, sentence };
}

function whyStandaloneStays({ task }: TaskView): Blocker {
  const sentence = `Task ${idOf(task)} is standalone, and a drain never moves those; it ends by itself or by standaloneTasks in the policy.`;
  return { kind: 'standalone-task', name: idOf(task), sentence };
}

// Containers without a stopTimeout of their own get 30 s between SIGTERM and SIGKILL (ECS task definition parameters),
// so that a task which is STOPPING for a minute has been given longer; DEACTIVATING is the load balancer's part.
function whyStopIsSlow(task: TaskView, now: EpochMs): Blocker {
  const id = idOf(task.task);
  const owner = task.service ? ` of ${task.service}` : '';
  const since = task.stoppingAt === undefined ? '' : ` ${Math.round((now - task.stoppingAt) / SECOND)} s ago`;
  const cause =
    task.lastStatus === 'DEACTIVATING' || task.lastStatus === 'RUNNING'
      ? "waits for its target group's deregistration delay"
      : 'waits for the stopTimeout of its containers';
  const sentence = `Task ${id}${owner} was told to stop${since}, is ${task.lastStatus} and ${cause}; StopTask has no force.`;
  return { kind: 'slow-stop', name: id, sentence };
}
