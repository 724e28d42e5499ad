import type { LifecycleHook } from '@aws-sdk/client-auto-scaling';
import { mapConcurrent } from '../../lib/aws/batch.ts';
import { type AwsClients, createClients } from '../../lib/aws/clients.ts';
import { isClusterNotFound } from '../../lib/aws/errors.ts';
import { type EpochMs, MINUTE, SECOND } from '../../lib/clock.ts';
import type { Heard } from '../../lib/draining/notice.ts';
import type { ClusterPolicy, DrainingPolicy } from '../../lib/draining/policy.ts';
import { createDrainer } from '../../lib/draining/reconcile.ts';
import type { DrainRecord } from '../../lib/draining/record.ts';
import { partitionOf } from '../../lib/draining/route.ts';
import { type HookView, hookKey, type Snapshot } from '../../lib/draining/snapshot.ts';
import { containerInstanceArn, type GroupName, instanceId } from '../../lib/ids.ts';
import { createMemoryJournal } from '../../lib/journal/memory.ts';
import type { Account } from '../account.ts';
import { type Copied, copyRecords, fullTick } from '../dry-run.ts';
import { type Check, underMode, unread } from './check.ts';
import { checkLimits, checkUntouched, standingOf } from './draining-rest.ts';
import { checkTrigger, clusterTriggers, type Scene, type Trigger } from './draining-triggers.ts';
import { type ClusterView, exampleOf, readCluster } from './draining-view.ts';
import { checksOf } from './entries.ts';

/** Ghosts and tasks whose end nobody announced are looked for so often. */
const SWEEP_EVERY = 5 * MINUTE;
const CONCURRENT_CLUSTERS = 2;

/** What draining would do now, what each trigger would lead to, and what it leaves alone. Never throws. */
export async function checkDraining(account: Account, policy: DrainingPolicy): Promise<Check[]> {
  const clients = createClients(account.clientOptions);
  const found = await mapConcurrent(policy.clusters, CONCURRENT_CLUSTERS, async (one) => {
    const { cluster } = one;
    try {
      const view = await readCluster(clients, one, account.clock.now());
      const now = await checkNow(account, clients, one);
      return [...now, ...checkCluster(one, view, account.clock.now())];
    } catch (error) {
      const check = unread('draining.now', cluster, error);
      if (!isClusterNotFound(error)) return [check];
      const sentence = `There is no cluster ${cluster} in this account and Region. Correct its name in draining.clusters, or create it.`;
      return [{ ...check, verdict: 'refused' as const, sentence }];
    }
  });
  return underMode(policy, 'draining', found.flat());
}

/** The records of a cluster that are open, and how events find them. */
export const drainRecords = (policy: Pick<ClusterPolicy, 'cluster'>): Copied<DrainRecord, Heard> => ({
  keys: (store) => store.open(partitionOf(policy)),
  aliases: ({ key, state: { containerInstance } }) => [
    `instance/${key.id}`,
    ...(containerInstance === undefined ? [] : [containerInstance]),
  ],
});

/** One tick of the function itself, in mode observe and over copies of the records. */
async function checkNow(account: Account, clients: AwsClients, policy: ClusterPolicy): Promise<Check[]> {
  const clock = fullTick(account.clock, SWEEP_EVERY);
  const store = await copyRecords({ store: account.store, clock }, drainRecords(policy));
  const journal = createMemoryJournal();
  const observing = { mode: 'observe', clusters: [policy] } as const;
  const drainer = createDrainer({ policy: observing, clients, store, control: store, journal, clock });
  const failure = await drainer
    .tick({ id: 'plan', remainingMs: () => MINUTE }, () => undefined)
    .then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
  const { cluster } = policy;
  const checks = checksOf(journal.entries, {
    section: 'draining.now',
    subjectOf: ({ subject }) =>
      subject === undefined || subject === cluster ? cluster : `${cluster}/${subject}`,
  });
  if (checks.length > 0) return checks;
  if (failure) return [unread('draining.now', cluster, failure.error)];
  const sentence = 'No instance waits for a hook of the policy, and no ghost is registered.';
  const base = { section: 'draining.now', subject: cluster, change: null, remarks: [] } as const;
  return [{ ...base, verdict: 'idle', reason: 'nothing-to-do', sentence }];
}

function checkCluster(policy: ClusterPolicy, view: ClusterView, now: EpochMs): Check[] {
  const standing = standingOf(view);
  const sceneOf = (group: GroupName | undefined): Scene => {
    const example = group === undefined ? undefined : exampleOf(view, group);
    const snapshot = { ...(example?.snapshot ?? SOMEBODY), hooks: hookViews(view) };
    // Without an instance the policy alone decides; none that is going already shows what a trigger does.
    const isFit = example === undefined || example.active;
    return {
      id: example?.id ?? NOBODY,
      snapshot: isFit ? snapshot : { ...snapshot, ...active(snapshot) },
      standing,
      policy,
      now,
    };
  };
  const hooks = policy.groups.flatMap(({ name, hooks }) =>
    hooks.map((hook) => checkHook(policy, view, name, hook, sceneOf(name))),
  );
  const home = policy.groups.find(({ name }) => exampleOf(view, name) !== undefined)?.name;
  const triggers = clusterTriggers(policy, now).map((one) => checkTrigger(one, sceneOf(home)));
  return [checkLimits(policy, standing), ...hooks, ...triggers, ...checkUntouched(policy, view)];
}

const NOBODY = instanceId('an instance');
const SOMEBODY: Snapshot = {
  instance: { arn: containerInstanceArn('none'), status: 'ACTIVE', agentConnected: true, runningTasks: 1 },
};

const active = ({ instance }: Snapshot): Snapshot =>
  instance === undefined || instance === 'gone' ? SOMEBODY : { instance: { ...instance, status: 'ACTIVE' } };

function hookViews({ hooks }: ClusterView): ReadonlyMap<string, HookView | 'missing'> {
  const known = [...hooks].flatMap(([group, own = []]) =>
    own.map(({ LifecycleHookName = '', HeartbeatTimeout = 3_600 }) => {
      const heartbeatTimeoutMs = HeartbeatTimeout * SECOND;
      return [hookKey(group, LifecycleHookName), { heartbeatTimeoutMs }] as const;
    }),
  );
  return new Map(known);
}

function checkHook(
  policy: ClusterPolicy,
  { hooks }: ClusterView,
  group: GroupName,
  hook: string,
  scene: Scene,
): Check {
  const subject = `${policy.cluster}/${group} ${hook}`;
  const own = hooks.get(group);
  const found = own?.find(({ LifecycleHookName }) => LifecycleHookName === hook);
  if (found === undefined) return missingHook(subject, group, hook, own);
  const { now } = scene;
  const trigger: Trigger = { subject, notice: { kind: 'hook', group, hook, token: 'example', at: now } };
  const check = checkTrigger(trigger, scene);
  const byDefault = `If nobody answered it, its default result ${found.DefaultResult ?? 'ABANDON'} would hold.`;
  return { ...check, remarks: [...check.remarks, byDefault] };
}

function missingHook(
  subject: string,
  group: GroupName,
  hook: string,
  own: readonly LifecycleHook[] | undefined,
): Check {
  const others = own?.map(({ LifecycleHookName }) => LifecycleHookName).join(', ');
  const sentence =
    own === undefined
      ? `There is no Auto Scaling group ${group} in this account and Region. Correct its name in the policy file, or create it.`
      : `Group ${group} has no terminate hook ${hook} (it has ${others || 'none'}), so that its instances go without being drained. Add it: aws autoscaling put-lifecycle-hook --auto-scaling-group-name ${group} --lifecycle-hook-name ${hook} --lifecycle-transition autoscaling:EC2_INSTANCE_TERMINATING --heartbeat-timeout 600 --default-result CONTINUE`;
  const base = { section: 'draining.triggers', subject, change: null, remarks: [] } as const;
  return { ...base, verdict: 'refused', reason: 'hook-missing', sentence };
}
