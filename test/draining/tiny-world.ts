import { MINUTE, SECOND } from '../../lib/clock.ts';
import type { ActionOutcome } from '../../lib/draining/act.ts';
import type { Action } from '../../lib/draining/decision.ts';
import type { Ec2State, Notice } from '../../lib/draining/notice.ts';
import type { Look, Snapshot, TaskView } from '../../lib/draining/snapshot.ts';
import {
  anInstance,
  arnOf,
  ec2State,
  hookNotice,
  hookViews,
  outcomeOf,
  spotNotice,
  taskStopped,
  unlisted,
} from './builders.ts';

/** A task of the instance: how long after DRAINING ECS moves it, and how long it then takes to stop. */
export interface TaskPlan {
  /** Null: ECS cannot move it, or it is standalone. */
  readonly movesAfterMs: number | null;
  readonly stopTakesMs: number;
}

/** What happens to one instance of an Auto Scaling group. */
export interface WorldPlan {
  readonly tasks: readonly TaskPlan[];
  /** When Auto Scaling opens the terminate hook; null: never. */
  readonly hookAt: number | null;
  readonly hookTimeoutMs: number;
  /** When EC2 announces that it reclaims the Spot instance; null: never. */
  readonly spotAt: number | null;
  /** How long after its end ECS forgets the instance by itself; null: its agent was lost, so never. */
  readonly forgetsAfterMs: number | null;
  /** For each change in turn whether AWS throttles it; after the last it does not. */
  readonly throttled: readonly boolean[];
}

interface Task {
  readonly name: string;
  readonly plan: TaskPlan;
  stoppingAt?: number;
}

/** One instance and what AWS says and does of it: no more of AWS than its drain depends on. */
export function createTinyWorld(plan: WorldPlan) {
  const tasks: Task[] = plan.tasks.map((task, index) => ({ name: `task-${index}`, plan: task }));
  const announced = new Set<string>();
  const throttled = [...plan.throttled];
  let listed = true;
  let drainingAt: number | undefined;
  let lastHeartbeat = plan.hookAt ?? 0;
  let hookEnd: { readonly by: 'CONTINUE' | 'ABANDON' | 'timeout'; readonly at: number } | undefined;
  let endsAt = plan.spotAt === null ? Number.POSITIVE_INFINITY : plan.spotAt + 2 * MINUTE;

  const hasEnded = (now: number) => now >= endsAt;
  const hasStopped = ({ stoppingAt, plan: { stopTakesMs } }: Task, now: number) =>
    stoppingAt !== undefined && now >= stoppingAt + stopTakesMs;
  const hookIsOpen = (now: number) => plan.hookAt !== null && now >= plan.hookAt && hookEnd === undefined;

  function viewOf(task: Task, now: number): TaskView {
    const stopped = hasStopped(task, now) || (hasEnded(now) && plan.forgetsAfterMs !== null);
    const moving = task.stoppingAt === undefined ? 'RUNNING' : 'STOPPING';
    return {
      task: arnOf(task.name),
      lastStatus: stopped ? 'STOPPED' : moving,
      desiredStatus: stopped || task.stoppingAt !== undefined ? 'STOPPED' : 'RUNNING',
      service: 'web',
    };
  }

  /** Whatever happens by itself until `now`; each thing that EventBridge would announce, once. */
  function pass(now: number): Notice[] {
    if (plan.hookAt !== null && hookIsOpen(now) && now > lastHeartbeat + plan.hookTimeoutMs) {
      hookEnd = { by: 'timeout', at: now };
      endsAt = Math.min(endsAt, now + MINUTE);
    }
    for (const task of tasks) {
      const { movesAfterMs } = task.plan;
      const moves = drainingAt !== undefined && movesAfterMs !== null && now >= drainingAt + movesAfterMs;
      if (moves) task.stoppingAt ??= now;
    }
    if (plan.forgetsAfterMs !== null && now >= endsAt + plan.forgetsAfterMs) listed = false;
    const happened: [string, boolean, Notice][] = [
      ['hook', hookIsOpen(now), hookNotice({ at: now })],
      ['spot', plan.spotAt !== null && now >= plan.spotAt, spotNotice('terminate', now)],
      ['ended', hasEnded(now), ec2State('terminated', now)],
      ['unlisted', !listed, unlisted(now)],
      ...tasks.map((task): [string, boolean, Notice] => [
        task.name,
        viewOf(task, now).lastStatus === 'STOPPED',
        taskStopped(task.name, now),
      ]),
    ];
    const news = happened.filter(([name, isSo]) => isSo && !announced.has(name));
    for (const [name] of news) announced.add(name);
    return news.map(([, , notice]) => notice);
  }

  function read(look: Look, now: number): Snapshot {
    const ec2: Ec2State = hasEnded(now) ? 'terminated' : 'running';
    const status = drainingAt === undefined ? 'ACTIVE' : 'DRAINING';
    const instance = anInstance(status, { agentConnected: !hasEnded(now) });
    const heartbeatTimeoutMs = plan.hookTimeoutMs;
    return {
      ...(look.instance ? { instance: listed ? instance : 'gone' } : {}),
      ...(look.tasks && listed ? { tasks: tasks.map((task) => viewOf(task, now)) } : {}),
      ...(look.hooks.length > 0 ? { hooks: hookViews({ heartbeatTimeoutMs }) } : {}),
      ...(look.ec2 ? { ec2 } : {}),
      ...(look.diagnosis ? { blockers: [] } : {}),
    };
  }

  function change(action: Action, now: number): ActionOutcome['result'] {
    switch (action.kind) {
      case 'begin-drain':
        if (!listed) return 'gone';
        drainingAt ??= now;
        return 'done';
      case 'reactivate':
        drainingAt = undefined;
        return listed ? 'done' : 'gone';
      case 'heartbeat':
        if (!hookIsOpen(now)) return 'already';
        lastHeartbeat = now;
        return 'done';
      case 'complete':
        if (!hookIsOpen(now)) return 'already';
        hookEnd = { by: action.result, at: now };
        endsAt = Math.min(endsAt, now + 30 * SECOND);
        return 'done';
      case 'stop-task': {
        const task = tasks.find(({ name }) => arnOf(name) === action.task);
        if (task) task.stoppingAt ??= now;
        return 'done';
      }
      case 'deregister':
        listed = false;
        return 'done';
      default:
        return action satisfies never;
    }
  }

  return {
    pass,
    read,
    act(action: Action, now: number): ActionOutcome {
      // Heartbeats come often enough that a throttled one is made up for by the next.
      if (action.kind !== 'heartbeat' && throttled.shift()) {
        return outcomeOf(action, 'retry', { error: { code: 'aws-throttled', sentence: 'Rate exceeded.' } });
      }
      return outcomeOf(action, change(action, now), { tasks: tasks.length });
    },
    hookIsOpen,
    hasEnded,
    isListed: () => listed,
    hookEnd: () => hookEnd,
    runsStill: (now: number) => tasks.some((task) => !hasStopped(task, now)),
    stoppedOf: (now: number) =>
      tasks.map((task) => viewOf(task, now)).filter(({ lastStatus }) => lastStatus === 'STOPPED'),
  };
}

export type TinyWorld = ReturnType<typeof createTinyWorld>;
