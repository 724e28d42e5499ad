import { describe, expect, it } from 'vitest';
import { clusterName, serviceName } from '../../lib/ids.ts';
import { type ActionOutcome, settleTag } from '../../lib/retagging/outcome.ts';
import type { Intent, TagRecord } from '../../lib/retagging/record.ts';
import { aRecord, aRule, digest, minutes, pointed, type RuleChanges, reasons, START } from './situations.ts';

const intent: Intent = {
  kind: 'promotion',
  digest: digest('b'),
  pushedAt: minutes(2),
  sourceTag: 'v2',
  copy: false,
  rejects: false,
  at: minutes(59),
  by: 'web/stable',
};
const rollback: Intent = { ...intent, kind: 'rollback', rejects: true, sourceTag: null, by: 'order by ada' };
const call = 'ECR:PutImage';
const error = { code: 'aws-unexpected', sentence: 'ECR said no.' };
const done: ActionOutcome = { result: 'done', call, digest: digest('b') };

function settled(outcome: ActionOutcome, record: Partial<TagRecord> = {}, rule: RuleChanges = {}) {
  const before = aRecord({ current: pointed('a', 1), intent, ...record });
  return settleTag(before, aRule(rule), outcome, minutes(60));
}

describe('a write that was done', () => {
  it('makes history of what the tag was on', () => {
    const candidates = [
      { digest: digest('b'), tag: 'v2', at: START },
      { digest: digest('c'), tag: 'v3', at: START },
    ];
    const { record, findings } = settled(done, { candidates, conflict: { current: digest('a'), at: START } });
    expect(record).toEqual(
      aRecord({
        current: { digest: digest('b'), pushedAt: minutes(2), at: minutes(60), by: 'web/stable' },
        history: [pointed('a', 1)],
        candidates: candidates.slice(1),
      }),
    );
    expect(findings).toEqual([]);
  });

  it('keeps each digest once in the history, and 20 of them', () => {
    const history = [...'bcdefghijklmnopqrstuvwx'].map((letter) => pointed(letter, 1));
    const { record } = settled(done, { history });
    expect(record.history).toHaveLength(20);
    expect(record.history.at(-1)).toEqual(pointed('a', 1));
    expect(record.history.filter((one) => one.digest === digest('b'))).toEqual([]);
  });

  it('of the same digest, after a deletion, makes none', () => {
    const { record } = settled(done, { intent: { ...intent, kind: 'healing' }, current: pointed('b', 2) });
    expect(record.history).toEqual([]);
  });

  it('is followed by deployments, where the rule says so, and not after a healing', () => {
    const deploy = [{ cluster: clusterName('prod'), service: serviceName('web') }];
    const healing = { intent: { ...intent, kind: 'healing' as const } };
    expect(settled(done, {}, { deploy }).record.deploying).toEqual({
      digest: digest('b'),
      services: ['prod/web'],
      since: minutes(60),
    });
    expect(settled(done, healing, { deploy }).record.deploying).toBeUndefined();
    expect(settled(done).record.deploying).toBeUndefined();
  });

  it('says what was copied first', () => {
    expect(reasons(settled({ ...done, copied: '3 layers, 40 MB' }))).toEqual(['copied']);
  });

  it('is not good when ECR names another digest: retagging edge 9', () => {
    const { record, findings } = settled({ ...done, digest: digest('x') });
    expect(record.current?.digest).toBe(digest('x'));
    expect(reasons({ findings })).toEqual(['digest-mismatch']);
  });
});

describe('a rollback that was done', () => {
  it('rejects what was left, and nothing pushed before that is promoted', () => {
    const { record } = settled(done, { intent: rollback, current: pointed('c', 3) });
    expect(record).toMatchObject({ rejected: [digest('c')], newerThan: minutes(3) });
  });

  it('makes what it goes to welcome again', () => {
    const { record } = settled(done, { intent: rollback, rejected: [digest('b'), digest('d')] });
    expect(record.rejected).toEqual([digest('d'), digest('a')]);
  });

  it('is forgotten once something newer than what was left is promoted, but for the digest', () => {
    const rejected = [digest('x')];
    const older = settled(done, { rejected, newerThan: minutes(3) }).record;
    const newer = settled(done, { rejected, newerThan: minutes(1) }).record;
    expect(older.newerThan).toBe(minutes(3));
    expect(newer).not.toHaveProperty('newerThan');
    expect(newer.rejected).toEqual(rejected);
  });
});

describe('what else may come of a write', () => {
  it('retagging edge 7: there already is as good as done', () => {
    const { record, findings } = settled({ result: 'already', call });
    expect(record).toEqual(settled(done).record);
    expect(reasons({ findings })).toEqual(['already-there']);
  });

  it('retagging edge 7: a conflict is remembered with what the tag is on, and the intent is given up', () => {
    const { record, findings } = settled({ result: 'conflict', call, error });
    expect(record).toMatchObject({
      current: pointed('a', 1),
      conflict: { current: digest('a'), at: minutes(60) },
    });
    expect(record.intent).toBeUndefined();
    expect(reasons({ findings })).toEqual(['tag-immutable']);
  });

  it('retagging edge 5: a source tag that moved is looked at once more', () => {
    const { record, findings, lookAt } = settled({ result: 'moved', call, error });
    expect(record.intent).toBeUndefined();
    expect(lookAt).toBe(minutes(60));
    expect(reasons({ findings })).toEqual(['source-tag-moved']);
  });

  it('an image that is gone is no candidate any more', () => {
    const candidates = [{ digest: digest('b'), tag: 'v2', at: START }];
    const { record, findings, lookAt } = settled({ result: 'gone', call, error }, { candidates });
    expect(record).toEqual(aRecord({ current: pointed('a', 1) }));
    expect(lookAt).toBe(minutes(61));
    expect(reasons({ findings })).toEqual(['image-gone']);
  });

  it.each([
    [{ result: 'refused', call, error }, 'action-refused'],
    [{ result: 'refused', call, error: { ...error, code: 'aws-access-denied' } }, 'access-denied'],
    [{ result: 'refused', call, error, reason: 'copy-too-large' }, 'copy-too-large'],
  ] as const)('%o is decided afresh', (outcome, reason) => {
    const { record, findings } = settled(outcome);
    expect(record).toEqual(aRecord({ current: pointed('a', 1) }));
    expect(reasons({ findings })).toEqual([reason]);
  });

  it.each([
    ['aws-throttled', 'throttled'],
    ['aws-unavailable', 'acting-failed'],
  ])('%s keeps the intent for another try', (code, reason) => {
    const { record, findings, lookAt } = settled({ result: 'retry', call, error: { ...error, code } });
    expect(record.intent).toEqual(intent);
    expect(lookAt).toBe(minutes(61));
    expect(reasons({ findings })).toEqual([reason]);
  });

  it('nothing without an intent', () => {
    const record = aRecord();
    expect(settleTag(record, aRule(), done, START)).toEqual({ record, findings: [] });
  });
});
