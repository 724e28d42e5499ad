import type { ClusterView, HostView, TaskView } from '../lib/capacity/view.ts';
import type { LowerBound } from './lower-bound.ts';

/** It cannot move, and so its instance cannot go. */
export const isHeld = ({ kind, protectedUntil }: TaskView) =>
  kind === 'standalone' || protectedUntil !== undefined;

export const moves = (task: TaskView) => task.kind === 'service' && !isHeld(task);

export const priceOf = ({ groups }: ClusterView, { instanceType }: HostView) =>
  groups.flatMap(({ types }) => types).find(({ name }) => name === instanceType)?.price ?? 0;

/** The instances of the view and what they cost an hour. */
export const sizeOf = (view: ClusterView): LowerBound => ({
  count: view.hosts.length,
  cost: view.hosts.reduce((sum, host) => sum + priceOf(view, host), 0),
});

/** The view once some instances are gone, with the tasks on them. */
export function without(gone: ReadonlySet<string>, view: ClusterView): ClusterView {
  const hosts = view.hosts.filter(({ id }) => !gone.has(id));
  const groups = view.groups.map((group) => ({ ...group, desired: hosts.length }));
  return { ...view, hosts, groups, tasks: view.tasks.filter(({ host }) => !gone.has(host)) };
}
