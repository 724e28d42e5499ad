import type { EpochMs } from '../../../lib/clock.ts';
import type { Group } from '../../autoscaling/model.ts';
import type { CallRecord } from '../../recording.ts';
import type { World } from '../../world.ts';
import type { Observed } from '../oracle.ts';
import { type CountChange, cooldownOf, isByClock, onlySteps, reachOf, watchCounts } from './counts.ts';
import { capabilityOf, clock, memberOf, oracle, type Report, textOf } from './watching.ts';

export const withinBounds = oracle(
  'within-bounds',
  'No count that we set is below the min or above the max of its target, unless it is nearer to them than before.',
  (observed, report) => {
    watchInstanceCounts(observed, report);
    const step = watchCounts(observed, ({ target, from, to, ours }) => {
      if (!ours) return;
      const schedules = Object.values(target.file.schedules);
      const min = Math.min(target.file.min, ...schedules.flatMap((schedule) => schedule.min ?? []));
      const max = Math.max(target.file.max, ...schedules.flatMap((schedule) => schedule.max ?? []));
      // Instances that are to be replaced come on top.
      const most = max + target.idle();
      if ((to < min && to < from) || (to > most && to > from)) {
        report(
          `${target.id} was set from ${from} to ${to}; between ${min} and ${most} would have been right.`,
        );
      }
    });
    return { step };
  },
);

/** What capacity asks for, granted or not, by the bounds that the group itself has: nobody moves those here. */
function watchInstanceCounts({ world }: Observed, report: Report): void {
  world.recording.callListeners.push((call) => {
    if (capabilityOf(call) !== 'capacity') return;
    const group = groupOf(world, call);
    if (group === undefined) return;
    const { name, min, max } = group;
    const asked =
      call.operation === 'SetDesiredCapacity'
        ? Number(memberOf(call.input, 'DesiredCapacity'))
        : group.desired - (call.carriedOut ? 0 : 1);
    // That a count has come to its minimum meanwhile is what Auto Scaling refuses a termination for.
    if (asked <= max && (asked >= min || !call.carriedOut)) return;
    report(
      `group/${name} was to have ${asked} instances by ${call.operation}; between ${min} and ${max} would have been right.`,
    );
  });
}

function groupOf({ autoScaling, ec2 }: World, { operation, input }: CallRecord): Group | undefined {
  if (operation === 'SetDesiredCapacity')
    return autoScaling.groups.get(textOf(input, 'AutoScalingGroupName'));
  if (operation !== 'TerminateInstanceInAutoScalingGroup') return undefined;
  const tags = ec2.instances.get(textOf(input, 'InstanceId'))?.tags;
  return autoScaling.groups.get(tags?.['aws:autoscaling:groupName'] ?? '');
}

interface Window {
  readonly base: number;
  readonly until: EpochMs;
}

export const noStepTwice = oracle(
  'no-step-twice',
  'Within one cooldown all our changes together go no farther than the largest single step from the count before.',
  (observed, report) => {
    const windows = new Map<string, Window>();
    const hear = (change: CountChange) => {
      const { target, at, from, to, ours } = change;
      const steps = onlySteps(target.file);
      if (steps === undefined || !ours || to < from || isByClock(change)) {
        windows.delete(target.id);
        return;
      }
      const open = windows.get(target.id);
      const window =
        open !== undefined && at < open.until ? open : { base: from, until: at + cooldownOf(target, 'out') };
      windows.set(target.id, window);
      const base = Math.max(window.base, target.file.min);
      const most = Math.max(base, ...steps.map((step) => reachOf(step, base, 'out'))) + target.idle();
      if (to <= most) return;
      report(
        `${target.id} was set from ${from} to ${to}, though it had ${window.base} before the cooldown that ends at ${clock(window.until)}; at most ${most} would have been right.`,
      );
    };
    return { step: watchCounts(observed, hear) };
  },
);

export const noOscillation = oracle(
  'no-oscillation',
  'Nothing is scaled in by us before the cooldown of our last change is over.',
  (observed, report) => {
    const last = new Map<string, CountChange>();
    const hear = (change: CountChange) => {
      const { target, at, from, to, ours } = change;
      if (!ours || onlySteps(target.file) === undefined) return;
      const before = last.get(target.id);
      // What a schedule sets waits for no cooldown, and starts none.
      if (isByClock(change)) last.delete(target.id);
      else last.set(target.id, change);
      if (before === undefined || to > from || isByClock(change)) return;
      const direction = before.to > before.from ? 'out' : 'in';
      const until = before.at + cooldownOf(target, direction);
      if (at >= until) return;
      report(
        `${target.id} was scaled in from ${from} to ${to} at ${clock(at)}, after ${before.from} to ${before.to} at ${clock(before.at)}; not before ${clock(until)} would have been right.`,
      );
    };
    return { step: watchCounts(observed, hear) };
  },
);
