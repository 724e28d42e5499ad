import { expect, it } from 'vitest';
import { compilePolicy } from '../../lib/policy/compile.ts';
import { loadPolicy } from '../../lib/policy/load.ts';

it('the example of capacity is a policy that compiles', () => {
  const loaded = loadPolicy('examples/capacity.policy.yml', Date.UTC(2026, 10, 21, 14));

  if (!loaded.ok) throw new Error(loaded.errors.map(({ path }) => path).join(', '));
  const { capacity } = compilePolicy(loaded.policy).runtime;
  expect(capacity).toMatchObject({ mode: 'observe', clusters: [{ groups: ['shop-ecs', 'shop-spot'] }] });
});
