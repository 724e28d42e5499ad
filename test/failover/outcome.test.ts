import { describe, expect, it } from 'vitest';
import { HOUR } from '../../lib/clock.ts';
import { settleService } from '../../lib/failover/outcome.ts';
import { aRecord, aView, decide, later } from './situations.ts';

const call = 'ECS:UpdateService';
const suspect = aRecord({ phase: { name: 'suspect', since: later(-HOUR), why: 'no capacity' } });
const intending = () => decide({ record: suspect, view: aView({ running: 8 }) }).next;
const reasonsOf = ({ findings }: ReturnType<typeof settleService>) => findings.map(({ reason }) => reason);

describe('a flip that was sent to ECS', () => {
  it('and done is known by its deployment, and by the revision that was pinned', () => {
    const outcome = { result: 'done' as const, call, deploymentId: 'ecs-svc/2', taskDefinition: 'web:8' };
    const { record, findings } = settleService(intending(), outcome);

    expect(record.written).toMatchObject({ deploymentId: 'ecs-svc/2', taskDefinition: 'web:8' });
    expect(record).not.toHaveProperty('before');
    expect(findings).toEqual([]);
  });

  it.each([
    ['aws-access-denied', 'access-denied'],
    ['aws-other', 'action-refused'],
  ])('and refused (%s) is as if it had never been decided', (code, reason) => {
    const outcome = { result: 'refused' as const, call, error: { code, sentence: 'No.' } };
    const settled = settleService(intending(), outcome);

    expect(settled.record).toMatchObject({ phase: suspect.phase, opened: [] });
    for (const gone of ['original', 'written', 'before']) expect(settled.record).not.toHaveProperty(gone);
    expect(reasonsOf(settled)).toEqual([reason]);
  });

  it('and throttled is an open intention still, which the next look carries out', () => {
    const error = { code: 'aws-throttled', sentence: 'Rate exceeded.' };
    const settled = settleService(intending(), { result: 'retry', call, error });

    expect(settled.record).toEqual(intending());
    expect(reasonsOf(settled)).toEqual(['throttled']);
    const again = decide({ record: settled.record, view: aView({ running: 8 }) });
    expect(again.action).toEqual(decide({ record: suspect, view: aView({ running: 8 }) }).action);
  });
});
