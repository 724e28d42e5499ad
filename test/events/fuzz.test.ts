import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseEvent } from '../../events/index.ts';
import { toArrivals } from '../../functions/drain-notices.ts';
import type { Arrival } from '../../lib/draining/notice.ts';
import type { ClusterPolicy } from '../../lib/draining/policy.ts';
import { clusterName, groupName } from '../../lib/ids.ts';
import { sample, sampleNames, setAt } from './samples.ts';

const prod: ClusterPolicy = {
  cluster: clusterName('prod'),
  groups: [{ name: groupName('prod-hosts'), hooks: ['stevedore-drain'] }],
  triggers: { spotInterruption: true, rebalance: true, maintenanceLeadMs: 0, directTermination: true },
  deadlineMs: 1,
  atDeadline: 'continue',
  stopGraceMs: 1,
  standaloneTasks: { kind: 'wait' },
  spotStopLeadMs: null,
  limits: { draining: { kind: 'count', value: 1 }, keepActive: { kind: 'count', value: 1 } },
  settleMs: 1,
  ghosts: { terminatedAfterMs: null, stoppedAfterMs: null },
};

/** Everything that `raw` comes to, the way a handler does it. */
function arrivalsOf(raw: unknown): readonly Arrival[] {
  return parseEvent(raw).events.flatMap((event) => {
    if (event.kind === 'schedule-tick') return [];
    const mapping = toArrivals(event, { mode: 'act', clusters: [prod] });
    return 'ignored' in mapping ? [] : mapping.arrivals;
  });
}

/** What must hold of an arrival, wherever it came from. */
function isSound({ notice, subject, cause }: Arrival): boolean {
  const times = notice.kind === 'maintenance' ? [notice.at, notice.startAt] : [notice.at];
  const known = subject.cluster === undefined || subject.cluster === 'prod';
  const named =
    subject.by === 'instance'
      ? /^i-[0-9a-z]+$/.test(subject.instanceId)
      : /^arn:[^:]+:ecs:.*:container-instance\//.test(subject.arn);
  return times.every(Number.isFinite) && known && named && cause.eventId !== '' && cause.detailType !== '';
}

/** The paths of all fields of an event, the deepest too. */
function pathsIn(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [
    [...path, name],
    ...pathsIn(inner, [...path, name]),
  ]);
}

const anything = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom(undefined, Number.NaN, 'Thu, 99 Foo 2026', '__proto__'),
);

const mutated = fc.constantFrom(...sampleNames).chain((name) =>
  fc
    .array(fc.tuple(fc.constantFrom(...pathsIn(sample(name))), anything), { minLength: 1, maxLength: 4 })
    .map((changes) => {
      const event = sample(name);
      for (const [path, value] of changes) setAt(event, path, value);
      return event;
    }),
);

// The fields without which an event of the kind means nothing; each is text, a flag or a number.
const envelopeFields = ['id', 'time', 'account', 'region', 'detail'];
const required: Readonly<Record<string, readonly string[]>> = {
  'lifecycle-terminate': [
    'LifecycleActionToken',
    'AutoScalingGroupName',
    'LifecycleHookName',
    'EC2InstanceId',
  ],
  'spot-interruption': ['instance-id', 'instance-action'],
  'rebalance-recommendation': ['instance-id'],
  'instance-state-change': ['instance-id', 'state'],
  'health-scheduled-change': ['eventArn', 'service', 'eventTypeCode', 'eventTypeCategory'],
  'container-instance-state-change': [
    'clusterArn',
    'containerInstanceArn',
    'status',
    'agentConnected',
    'version',
  ],
  'task-state-change': ['taskArn', 'clusterArn', 'lastStatus', 'desiredStatus', 'version'],
  'drain-order': ['verb', 'instanceId', 'by'],
  'service-action': ['eventName'],
  'deployment-state-change': ['deploymentId', 'eventName'],
  'failover-order': ['verb', 'cluster', 'service', 'by'],
  'ecr-image-action': ['result', 'repository-name', 'image-digest', 'action-type'],
  'ecr-image-scan': ['scan-status', 'repository-name', 'image-digest'],
  'inspector-scan': ['scan-status', 'repository-name', 'image-digest'],
  'retag-order': ['verb', 'repository', 'tag', 'by'],
};

const crippled = fc.constantFrom(...Object.keys(required)).chain((name) => {
  const paths = [...envelopeFields, ...(required[name] ?? []).map((field) => `detail.${field}`)];
  const wrong = fc.constantFrom(undefined, null, -1, '', [], [{}], {});
  return fc.record({ name: fc.constant(name), path: fc.constantFrom(...paths), value: wrong });
});

describe('whatever comes in', () => {
  it('never throws on any JSON, and always says something', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true }), (raw) => {
        const { events, rejected } = parseEvent(raw);
        expect(events).toEqual([]);
        expect(rejected.length).toBeGreaterThan(0);
      }),
      { numRuns: 2_000 },
    );
  });

  it('never throws on a message of any text, and takes none for an instance', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), fc.boolean(), (text, topic) => {
        const record = topic
          ? { EventSource: 'aws:sns', Sns: { Message: text } }
          : { eventSource: 'aws:sqs', body: text };
        expect(arrivalsOf({ Records: [record] })).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });

  it('never throws on a real event with some fields replaced, and lets only sound arrivals through', () => {
    let arrived = 0;
    fc.assert(
      fc.property(mutated, (raw) => {
        const arrivals = arrivalsOf(raw);
        arrived += arrivals.length;
        expect(arrivals.filter((arrival) => !isSound(arrival))).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
    // Most replaced fields are ones that nobody reads: that none arrived would mean that nothing was tested.
    expect(arrived).toBeGreaterThan(100);
  });

  it('never makes an arrival of an event that lacks what it needs', () => {
    fc.assert(
      fc.property(crippled, ({ name, path, value }) => {
        const event = sample(name);
        setAt(event, path.split('.'), value);
        expect(arrivalsOf(event)).toEqual([]);
        expect(parseEvent(event).rejected).toMatchObject([
          { why: expect.stringMatching(/malformed|foreign|unknown/) },
        ]);
      }),
      { numRuns: 2_000 },
    );
  });
});
