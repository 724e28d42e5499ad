import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../lib/clock.ts';
import type { HeardSignals } from '../../lib/failover/record.ts';
import { signalOf, withDeficit } from '../../lib/failover/signals.ts';
import type { ServiceView } from '../../lib/failover/snapshot.ts';
import { aRecord, aService, aView, hearing, later, START } from './situations.ts';

const usual = aService().signals;
const isSignal = (
  heard: Partial<HeardSignals>,
  view: Partial<ServiceView> = {},
  signals: Partial<typeof usual> = {},
) =>
  signalOf(
    aRecord({ heard: hearing(heard) }),
    aView(view),
    aService({ signals: { ...usual, ...signals } }),
    START,
  ) !== undefined;

const reclaimed = (...minutesAgo: number[]) =>
  minutesAgo.toSorted((a, b) => b - a).map((ago) => ({ task: `task/${ago}`, at: later(-ago * MINUTE) }));
/** Missing for six minutes, and said so by ECS. */
const short: Partial<HeardSignals> = { deficitSince: later(-6 * MINUTE) };
const missing = (messages: ServiceView['messages']): Partial<ServiceView> => ({ running: 8, messages });
const capacityUnavailableAt = later(-7 * MINUTE);

describe('what is a signal', () => {
  it.each<[string, boolean, () => boolean]>([
    ['nothing', false, () => isSignal({})],
    ['a Spot placement failure', true, () => isSignal({ spotFailureAt: START })],
    [
      'a Spot placement failure that the policy does not listen to',
      false,
      () => isSignal({ spotFailureAt: START }, {}, { placementFailure: false }),
    ],
    [
      'a Spot placement failure that was judged before',
      false,
      () => isSignal({ spotFailureAt: later(-MINUTE), judgedAt: later(-MINUTE) }),
    ],
    ['three interruptions within the window', true, () => isSignal({ interruptions: reclaimed(1, 5, 9) })],
    ['two interruptions', false, () => isSignal({ interruptions: reclaimed(1, 5) })],
    ['three, one too long ago', false, () => isSignal({ interruptions: reclaimed(1, 5, 11) })],
    [
      'three that were judged before',
      false,
      () => isSignal({ interruptions: reclaimed(1, 5, 9), judgedAt: later(-MINUTE / 2) }),
    ],
    [
      'three that the policy does not count',
      false,
      () => isSignal({ interruptions: reclaimed(1, 5, 9) }, {}, { interruptions: null }),
    ],
    [
      'tasks that are missing for long, without a word of capacity',
      false,
      () => isSignal(short, missing({})),
    ],
    [
      'failover edge 1: a message of the moment at which FARGATE had no capacity',
      false,
      () =>
        isSignal({ ...short, onDemandFailureAt: capacityUnavailableAt }, missing({ capacityUnavailableAt })),
    ],
  ])('%s: %s', (_, expected, signal) => {
    expect(signal()).toBe(expected);
  });

  it('failover edge 4: the event was lost, and the message of hours ago still holds', () => {
    expect(isSignal(short, missing({ capacityUnavailableAt: later(-5 * HOUR) }))).toBe(true);
  });

  it.each<[string, ServiceView['messages']]>([
    ['it was steady since', { capacityUnavailableAt, steadyAt: later(-MINUTE) }],
    ['its tasks fail to start since', { capacityUnavailableAt, impairedAt: later(-MINUTE) }],
  ])('failover edge 4: a message does not hold when %s', (_, messages) => {
    expect(isSignal(short, missing(messages))).toBe(false);
  });

  it('failover edge 4: tasks must be missing for as long as the policy says', () => {
    const brief = { deficitSince: later(-4 * MINUTE) };

    expect(isSignal(brief, missing({ capacityUnavailableAt }))).toBe(false);
    expect(isSignal(brief, missing({ capacityUnavailableAt }), { deficit: { forMs: 4 * MINUTE } })).toBe(
      true,
    );
    expect(isSignal(short, missing({ capacityUnavailableAt }), { deficit: null })).toBe(false);
  });
});

describe('the alarm of the policy', () => {
  const alarm = 'web-short';

  it('is a signal while it is in ALARM', () => {
    expect(isSignal({ alarmSince: START }, {}, { alarm })).toBe(true);
    expect(isSignal({ alarmSince: later(-HOUR), alarmOverAt: START }, {}, { alarm })).toBe(false);
  });

  it('that was judged counts again when tasks are missing', () => {
    const judged = { alarmSince: later(-HOUR), judgedAt: later(-MINUTE) };

    expect(isSignal(judged, {}, { alarm })).toBe(false);
    expect(isSignal(judged, { running: 9 }, { alarm })).toBe(true);
  });
});

describe('since when tasks are missing', () => {
  const before = aRecord({ heard: hearing(short) });

  it('is remembered from the first look', () => {
    expect(withDeficit(aRecord(), aView({ running: 9 }), START).heard.deficitSince).toBe(START);
    expect(withDeficit(before, aView({ running: 9 }), START)).toBe(before);
  });

  it('is forgotten once they are back', () => {
    expect(withDeficit(before, aView(), START).heard.deficitSince).toBeUndefined();
  });
});
