import { describe, expect, it } from 'vitest';
import { createMapping } from '../../functions/retag-notices.ts';
import { MINUTE } from '../../lib/clock.ts';
import type { PromotionRule } from '../../lib/retagging/policy.ts';
import { edited, only } from '../events/samples.ts';
import { aRule, scanGate, staging } from '../retagging/situations.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

/** The records that an event goes to, or the reason why it goes to none. */
function mapped(
  sample: string,
  detail: Readonly<Record<string, unknown>>,
  rules: readonly PromotionRule[] = [aRule()],
): readonly string[] | string {
  const changes = Object.entries(detail).map(([name, value]) => [`detail.${name}`, value] as const);
  const event = only(edited(sample, Object.fromEntries(changes)));
  if (event.kind === 'schedule-tick') return 'tick';
  const mapping = createMapping({ mode: 'act', reconcileEveryMs: 15 * MINUTE, rules })(event);
  return 'ignored' in mapping ? mapping.ignored.reason : mapping.arrivals.flatMap(({ records }) => records);
}

const abroad = aRule({ id: 'web/abroad', destination: { ...aRule().destination, region: 'us-east-1' } });
const action = (tag: string | undefined, more: Readonly<Record<string, unknown>> = {}) => ({
  'repository-name': 'web',
  'image-digest': DIGEST,
  'image-tag': tag,
  ...more,
});

describe('an image action', () => {
  it.each([
    ['of a source tag goes to all its destinations', action('v1'), ['web:stable', 'web:stable@us-east-1']],
    ['of a destination tag goes to it, in this Region alone', action('stable'), ['web:stable']],
    ['of another tag is left aside', action('main'), 'tag-not-in-policy'],
    ['of no tag is left aside', action(undefined), 'tag-not-in-policy'],
    [
      'of another repository is left aside',
      action('v1', { 'repository-name': 'api' }),
      'repository-not-in-policy',
    ],
    ['that failed is left aside', action('v1', { result: 'FAILURE' }), 'image-action-failed'],
    [
      'that deletes a destination tag goes to it',
      action('stable', { 'action-type': 'DELETE' }),
      ['web:stable'],
    ],
    [
      'that deletes a source tag is left aside',
      action('v1', { 'action-type': 'DELETE' }),
      'tag-not-in-policy',
    ],
  ])('%s', (_, detail, records) => {
    expect(mapped('ecr-image-action', detail, [aRule(), abroad])).toEqual(records);
  });

  it('that may be a signature goes to the rules that ask for one', () => {
    const signed = aRule({ gates: { signature: true } });
    expect(mapped('ecr-image-action', action(undefined), [signed])).toEqual(['web:stable']);
    const tag = `${DIGEST.replace(':', '-')}.sig`;
    expect(mapped('ecr-image-action', action(tag), [signed])).toEqual(['web:stable']);
    expect(mapped('ecr-image-action', action(tag), [aRule()])).toBe('tag-not-in-policy');
  });
});

describe('a scan', () => {
  const detail = { 'repository-name': 'web', 'image-digest': DIGEST };

  it('goes to the rules of the repository that go by scans', () => {
    const off = { triggers: { scan: false } };
    const byGate = aRule({ ...off, gates: { scan: scanGate } });
    expect(mapped('ecr-image-scan', detail, [byGate])).toEqual(['web:stable']);
    expect(mapped('ecr-image-scan', detail, [aRule()])).toEqual(['web:stable']);
    expect(mapped('ecr-image-scan', detail, [aRule(off)])).toBe('repository-not-in-policy');
  });
});

describe('a deployment', () => {
  const rules = [aRule({ gates: { running: staging } })];
  const of = (arn: string, eventName: string) => {
    const event = only(
      edited('deployment-state-change', { resources: [arn], 'detail.eventName': eventName }),
    );
    if (event.kind === 'schedule-tick') return 'tick';
    const mapping = createMapping({ mode: 'act', reconcileEveryMs: 15 * MINUTE, rules })(event);
    return 'ignored' in mapping ? mapping.ignored.reason : mapping.arrivals.flatMap(({ records }) => records);
  };
  const arn = (path: string) => `arn:aws:ecs:us-east-1:111122223333:service/${path}`;

  it.each([
    ['staging/web', 'SERVICE_DEPLOYMENT_COMPLETED', ['web:stable']],
    // An ARN of the short format names no cluster.
    ['web', 'SERVICE_DEPLOYMENT_COMPLETED', ['web:stable']],
    ['prod/web', 'SERVICE_DEPLOYMENT_COMPLETED', 'deployment-not-in-policy'],
    ['staging/web', 'SERVICE_DEPLOYMENT_FAILED', 'deployment-not-in-policy'],
  ])('of %s that is %s goes to %j', (path, name, records) => {
    expect(of(arn(path), name)).toEqual(records);
  });
});

describe('an order', () => {
  const order = { repository: 'web', tag: 'stable', image: 'v1' };

  it.each([
    ['without a Region is for the tag of this one', order, ['web:stable']],
    ['with a Region is for the tag there', { ...order, region: 'us-east-1' }, ['web:stable@us-east-1']],
    ['for another Region is for none', { ...order, region: 'us-west-2' }, 'tag-not-in-policy'],
    ['for a source tag is for none', { ...order, tag: 'v1' }, 'tag-not-in-policy'],
    ['to promote nothing is incomplete', { ...order, image: undefined }, 'order-incomplete'],
    ['to approve nothing is incomplete', { ...order, verb: 'approve', image: undefined }, 'order-incomplete'],
  ])('%s', (_, detail, records) => {
    expect(mapped('retag-order', detail, [aRule(), abroad])).toEqual(records);
  });

  it('without a Region finds a tag that is in another one alone', () => {
    expect(mapped('retag-order', order, [abroad])).toEqual(['web:stable@us-east-1']);
  });
});

it('what is about hosts is for others', () => {
  expect(mapped('spot-interruption', {})).toBe('other-capability');
});
