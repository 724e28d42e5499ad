import { describe, expect, it } from 'vitest';
import { priceOf } from '../../lib/capacity/price-table.ts';

describe('the price of an hour', () => {
  it.each([
    ['m5.large', 0.096],
    ['m7i.large', 0.1008],
    ['t3.nano', 0.0052],
    ['t4g.medium', 0.0336],
    ['c7i-flex.4xlarge', 0.67832],
    ['r6i.32xlarge', 8.064],
    ['c5.9xlarge', 1.53],
    ['g4dn.xlarge', 0.526],
    ['g6.12xlarge', 4.6016],
  ])('of %s is the list price of us-east-1', (type, price) => {
    expect(priceOf(type, {})).toBeCloseTo(price, 5);
  });

  it('is that of the policy, where it has one', () => {
    expect(priceOf('m5.large', { 'm5.large': 0.115 })).toBe(0.115);
    expect(priceOf('x99.large', { 'x99.large': 1 })).toBe(1);
  });

  it('is not known for families and sizes that the table does not have', () => {
    for (const type of ['x99.large', 'm5.metal', 'm5', 'm5.0xlarge', '', 'g5.12xlarge']) {
      expect(priceOf(type, {})).toBeUndefined();
    }
  });
});
