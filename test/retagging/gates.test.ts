import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../lib/clock.ts';
import { evaluateGates } from '../../lib/retagging/gates.ts';
import type { Gates } from '../../lib/retagging/policy.ts';
import type { TagRecord } from '../../lib/retagging/record.ts';
import type { RunningView, ScanView, TagSnapshot } from '../../lib/retagging/snapshot.ts';
import {
  anImage,
  aRecord,
  aRule,
  aSnapshot,
  counts,
  digest,
  minutes,
  scanGate,
  staging,
} from './situations.ts';

const image = anImage('a', 0, ['v1']);

function gated(
  gates: Partial<Gates>,
  facts: Partial<TagSnapshot> = {},
  at = 60,
  record: Partial<TagRecord> = {},
) {
  return evaluateGates(image, aRule({ gates }), aRecord(record), aSnapshot([image], facts), minutes(at));
}
const scans = (scan: ScanView) => ({ scans: new Map([[image.digest, scan]]) });
const shut = (reason: string, outcome = 'refused') => ({ open: false, finding: { reason, outcome } });

it('without gates every image passes', () => {
  expect(gated({})).toEqual({ open: true });
});

describe('age', () => {
  const gates = { minAgeMs: 60 * MINUTE };
  it('passes at the minimum', () => {
    expect(gated(gates, {}, 60)).toEqual({ open: true });
  });
  it('is looked at again when it is reached, and reads nothing before', () => {
    const result = gated({ ...gates, scan: scanGate, signature: true }, {}, 59);
    expect(result).toMatchObject({ ...shut('too-young', 'held'), lookAt: minutes(60) });
  });
});

describe('scan', () => {
  const gates = { scan: scanGate };

  it('has to be read first', () => {
    expect(gated(gates)).toEqual({ needs: [{ kind: 'scan', digest: image.digest }] });
  });

  it.each([
    [counts(), { open: true }],
    [counts({ high: 99 }), { open: true }],
    [counts({ critical: 1 }), shut('findings-exceed')],
    [{ kind: 'pending', why: 'The scan is IN_PROGRESS.' } as const, shut('scan-pending', 'held')],
  ])('%o', (scan, expected) => {
    expect(gated(gates, scans(scan))).toMatchObject(expected);
  });

  it('says which severity is above what', () => {
    const most = { ...scanGate.most, high: 2 };
    const result = gated({ scan: { ...scanGate, most } }, scans(counts({ critical: 1, high: 2, medium: 4 })));
    expect(result).toMatchObject({
      finding: { sentence: expect.stringContaining('critical 1 (at most 0).') },
    });
  });

  it('allows as many as the rule says', () => {
    const most = { ...scanGate.most, high: 2 };
    expect(gated({ scan: { ...scanGate, most } }, scans(counts({ high: 2 })))).toEqual({ open: true });
    expect(gated({ scan: { ...scanGate, most } }, scans(counts({ high: 3 })))).toMatchObject(
      shut('findings-exceed'),
    );
  });

  it.each([
    'FAILED',
    'UNSUPPORTED_IMAGE',
    'FINDINGS_UNAVAILABLE',
    'SCAN_ELIGIBILITY_EXPIRED',
    'LIMIT_EXCEEDED',
  ])('retagging edge 13: %s is never taken for no findings', (status) => {
    const scan: ScanView = { kind: 'no-result', why: `The scan is ${status}.` };
    expect(gated(gates, scans(scan))).toMatchObject(shut('scan-without-result'));
  });

  it('retagging edge 13: a rule may allow images without a result, and no others', () => {
    const lenient = { scan: { ...scanGate, withoutResult: 'allow' } as const };
    expect(gated(lenient, scans({ kind: 'no-result', why: 'UNSUPPORTED_IMAGE' }))).toEqual({ open: true });
    expect(gated(lenient, scans({ kind: 'pending', why: 'IN_PROGRESS' }))).toMatchObject(
      shut('scan-pending', 'held'),
    );
    expect(gated(lenient, scans(counts({ critical: 1 })))).toMatchObject(shut('findings-exceed'));
  });
});

describe('signature', () => {
  const gates = { signature: true };
  const signed = (is: boolean) => ({ signed: new Map([[image.digest, is]]) });
  it.each([
    [{}, { needs: [{ kind: 'signature' }] }],
    [signed(true), { open: true }],
    [signed(false), shut('not-signed')],
  ])('%o', (facts, expected) => {
    expect(gated(gates, facts)).toMatchObject(expected);
  });

  it('is looked for every minute while it may still come', () => {
    expect(gated(gates, signed(false), 5)).toMatchObject({ lookAt: minutes(6) });
    expect(gated(gates, signed(false), 10)).not.toHaveProperty('lookAt');
  });
});

describe('running elsewhere', () => {
  const gates = { running: staging };
  const view = (runs: boolean, since: number | null): { running: RunningView } => ({
    running: {
      runs: new Map([[image.digest, runs]]),
      healthySince: since === null ? null : minutes(since),
      why: 'The deployment is IN_PROGRESS.',
    },
  });
  it.each([
    [view(true, 30), { open: true }],
    [view(true, 31), { ...shut('not-running-there', 'held'), lookAt: minutes(61) }],
    [view(false, 0), shut('not-running-there', 'held')],
    [view(true, null), shut('not-running-there', 'held')],
  ])('%o', (facts, expected) => {
    expect(gated(gates, facts)).toMatchObject(expected);
  });

  it('is asked for each digest', () => {
    const other = { running: { runs: new Map([[digest('b'), true]]), healthySince: minutes(0), why: '' } };
    expect(gated(gates, other)).toEqual({ needs: [{ kind: 'running', digest: image.digest }] });
  });
});

describe('approval', () => {
  const approvals = (letter: string) => ({ approvals: [{ digest: digest(letter), by: 'ada', at: 0 }] });

  it('is of one digest', () => {
    expect(gated({ approval: true }, {}, 60, approvals('a'))).toEqual({ open: true });
    expect(gated({ approval: true }, {}, 60, approvals('b'))).toMatchObject(
      shut('waiting-for-approval', 'held'),
    );
  });

  it('is not asked for while another gate is closed, nor before they are known', () => {
    const gates = { approval: true, scan: scanGate };
    expect(gated(gates)).toHaveProperty('needs');
    expect(gated(gates, scans(counts({ critical: 1 })))).toMatchObject(shut('findings-exceed'));
    expect(gated(gates, scans(counts()))).toMatchObject(shut('waiting-for-approval', 'held'));
  });
});

it('a closed gate spares reading the others', () => {
  const gates = { scan: scanGate, signature: true, running: staging };
  expect(gated(gates, scans(counts({ critical: 1 })))).toMatchObject(shut('findings-exceed'));
  expect(gated(gates, scans(counts()))).toEqual({
    needs: [
      { kind: 'signature', digest: image.digest },
      { kind: 'running', digest: image.digest },
    ],
  });
});
