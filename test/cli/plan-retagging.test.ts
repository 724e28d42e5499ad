import { describe, expect, it } from 'vitest';
import { compileText } from '../../cli/policy-file.ts';
import { MINUTE } from '../../lib/clock.ts';
import { aimsOf, partitionOf } from '../../lib/retagging/dependencies.ts';
import { newTagRecord } from '../../lib/retagging/intake.ts';
import type { RetaggingRecord } from '../../lib/retagging/repository-record.ts';
import { createMemoryStore } from '../../lib/state/memory.ts';
import type { RecordStore } from '../../lib/state/store.ts';
import type { RepositorySpec } from '../../simulator/ecr/specs.ts';
import { createWorld } from '../../simulator/world.ts';
import { type Besides, policyFile, runPlan } from './planning.ts';

/** The destination of the promotion below. */
const [STABLE] = [
  ...aimsOf(
    compileText(
      "version: 1\nretagging: { repositories: { web: { promotions: { stable: { from: 'v*', to: [stable] } } } } }",
      'test',
    ).runtime.retagging,
  ).values(),
];

/** A repository `web`, and the promotion of `v*` to `stable` in it. */
async function registry(spec: Partial<RepositorySpec> = {}) {
  const world = createWorld({ throttling: false });
  world.ecr.addRepository({ name: 'web', ...spec });
  const push = async (tag: string) => {
    const digest = world.ecr.push('web', { tag, content: tag });
    await world.runFor(10 * MINUTE);
    return digest;
  };
  return {
    world,
    push,
    async plan(
      rest = '',
      { repository = 'web', mode = 'act', ...besides }: Besides & { repository?: string; mode?: string } = {},
    ) {
      const rule = `{ from: 'v*', to: [stable], ${rest} }`;
      const yaml = `version: 1\nretagging: { mode: ${mode}, repositories: { ${repository}: { promotions: { stable: ${rule} } } } }\n`;
      const args = ['--policy', policyFile(yaml), '--stack', 'none', '--json'];
      const { code, out, err } = await runPlan(world, args, undefined, besides);
      const { checks } = JSON.parse(out) as { checks: readonly { section: string; subject: string }[] };
      const of = (section: string) => checks.filter((check) => check.section === `retagging.${section}`);
      return { code, err, of };
    },
  };
}

describe('stevedore plan of a promotion', () => {
  it('says which image would be promoted now, and promotes none', async () => {
    const { world, push, plan } = await registry();
    const digest = await push('v1');

    const { code, of } = await plan();

    expect(code).toBe(3);
    expect(of('now')).toMatchObject([
      {
        subject: 'web:stable',
        verdict: 'pending',
        reason: 'promoted',
        change: { from: 'nothing', to: digest.slice(0, 'sha256:'.length + 12) },
      },
    ]);
    const writes = [...world.recording.callCounts.keys()].filter(
      (call) => !/:(Describe|List|Get|BatchGet)/.test(call),
    );
    expect(writes).toEqual([]);
  });

  it.each<[string, string, string, string]>([
    ['a gate keeps shut', 'gates: { minAge: 1h }', 'waits', 'too-young'],
    ['nobody has approved', 'gates: { approval: true }', 'waits', 'waiting-for-approval'],
    ['moves by order only', 'on: []', 'idle', 'nothing-to-do'],
  ])('says why not, of one that %s', async (_, rest, verdict, reason) => {
    const { push, plan } = await registry();
    await push('v1');

    const { of } = await plan(rest);

    expect(of('now')).toMatchObject([{ subject: 'web:stable', verdict, reason }]);
  });

  it('goes by the records of the deployment', async () => {
    const { world, push, plan } = await registry();
    const digest = await push('v1');
    const store = createMemoryStore<never, never>(world.clock);
    const records: RecordStore<RetaggingRecord, never> = store;
    const fresh = await plan('', { store });
    if (STABLE === undefined) throw new Error('The policy has no destination.');
    const { rule, destination } = STABLE;
    const key = { partition: partitionOf('web'), id: destination.id };
    const rolledBack = { ...newTagRecord(rule, destination), rejected: [digest] };
    await records.append(key, [], { create: rolledBack });

    const { of } = await plan('', { store });

    expect(fresh.of('now')).toMatchObject([{ verdict: 'pending' }]);
    expect(of('now')).toMatchObject([{ verdict: 'refused', reason: 'rejected-before' }]);
  });

  it('only journals it in mode observe', async () => {
    const { push, plan } = await registry();
    await push('v1');

    const { code, of } = await plan('', { mode: 'observe' });

    expect(code).toBe(0);
    expect(of('now')).toMatchObject([{ verdict: 'idle', reason: 'promoted' }]);
  });
});

describe('stevedore plan of what retagging never touches', () => {
  it('names tags that cannot be moved, and all that the policy does not name', async () => {
    const { push, plan } = await registry({ mutability: 'IMMUTABLE' });
    await push('v1');

    const { of } = await plan();

    expect(of('never')).toMatchObject([
      { subject: 'web', verdict: 'untouched', reason: 'tag-immutable' },
      { subject: 'all else', verdict: 'untouched' },
    ]);
  });

  it('refuses a repository that does not exist', async () => {
    const { plan } = await registry();

    const { of } = await plan('', { repository: 'gone' });

    expect(of('never')).toMatchObject([{ subject: 'gone', verdict: 'refused' }, {}]);
  });
});
