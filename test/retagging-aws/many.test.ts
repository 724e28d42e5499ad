import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../lib/clock.ts';
import { repositoryName } from '../../lib/ids.ts';
import type { PromotionRule, TagSource } from '../../lib/retagging/policy.ts';
import { aRule } from '../retagging/situations.ts';
import { createRetaggingRig, type RetaggingRig } from './rig.ts';

/** Rule number `n` of a repository gives `stable-N` to the newest of its source. */
function numbered(repository: string, n: number, source: TagSource): PromotionRule {
  const name = repositoryName(repository);
  return aRule({
    id: `${repository}/stable-${n}`,
    repository: name,
    source,
    destination: { repository: name, region: null, tags: [`stable-${n}`] },
  });
}

const times = (count: number) => Array.from({ length: count }, (_, n) => n);

describe('10,000 deliveries of 5,000 pushes, twice and in any order, for 100 tags', () => {
  const repositories = times(10).map((n) => `app-${n}`);
  const exact = (n: number): TagSource => ({ kind: 'exact', tag: `main-${n}` });
  const rules = repositories.flatMap((name) => times(10).map((n) => numbered(name, n, exact(n))));
  const PUSHES = 50;

  it('retagging edge 6: end on the newest image with one write for each tag', async () => {
    const rig = createRetaggingRig({ rules });
    const newest = new Map<string, string>();
    const events: unknown[] = [];
    for (const count of times(PUSHES)) {
      rig.clock.advance(SECOND);
      for (const { repository, id } of rules) {
        const tag = `main-${id.slice(id.lastIndexOf('-') + 1)}`;
        const digest = rig.world.push(repository, `${id} ${count}`, [tag]);
        newest.set(id, digest);
        const event = rig.pushed(digest, tag, { 'repository-name': repository });
        events.push(event, event);
      }
    }
    expect(events).toHaveLength(10_000);
    await Promise.all(shuffled(events).map((event) => rig.send(event)));
    await rig.tick();
    for (const { id, repository, destination } of rules) {
      const [tag = ''] = destination.tags;
      expect(rig.world.repository(repository).tagged(tag), id).toBe(newest.get(id));
    }
    expect(rig.puts()).toBe(100);
  }, 60_000);
});

/** The same each time, and unlike the order in which they were pushed. */
function shuffled<T>(items: readonly T[]): T[] {
  const [mixed = []] = fc.sample(fc.shuffledSubarray([...items], { minLength: items.length }), {
    numRuns: 1,
    seed: 42,
  });
  return mixed;
}

describe('pushes while others are handled', () => {
  const glob: TagSource = { kind: 'glob', pattern: 'v*' };

  it('end on the newest, go never back, and write at most once for each push', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(3), { minLength: 1, maxLength: 20 }), async (pauses) => {
        const rig = createRetaggingRig({ rules: [numbered('web', 0, glob)] });
        const written: number[] = [];
        const order: string[] = [];
        const handled: Promise<void>[] = [];
        for (const [count, pause] of pauses.entries()) {
          rig.clock.advance(SECOND);
          const digest = rig.world.push('web', `image ${count}`, [`v${count}`]);
          order.push(digest);
          handled.push(rig.send(rig.pushed(digest, `v${count}`)));
          for (let turn = 0; turn < pause * 20; turn += 1) await Promise.resolve();
        }
        await Promise.all(handled);
        for (const { imageDigest } of rig.world.inputs('ECR:PutImage')) {
          written.push(order.indexOf(String(imageDigest)));
        }
        expect(rig.world.repository('web').tagged('stable-0')).toBe(order.at(-1));
        expect(written).toEqual(written.toSorted((a, b) => a - b));
        expect(new Set(written).size).toBe(written.length);
      }),
      { numRuns: 50 },
    );
  });
});

describe('200 repositories with 50 rules each', () => {
  const repositories = times(200).map((n) => `app-${n}`);
  const source = (n: number): TagSource => ({ kind: 'glob', pattern: `r${n}-*` });
  let rig: RetaggingRig;

  beforeAll(async () => {
    rig = createRetaggingRig({
      rules: repositories.flatMap((name) => times(50).map((n) => numbered(name, n, source(n)))),
    });
    for (const name of repositories) {
      for (const n of times(50)) rig.world.push(name, `${name} ${n}`, [`r${n}-1`, `stable-${n}`]);
    }
    await rig.tick();
  }, 60_000);

  // The time limit is the figure: what Lambda is to take for it.
  it('are compared within 5 s, with one read for each repository and no write', async () => {
    const calls = rig.world.calls.length;
    const entries = rig.journal.entries.length;
    await rig.tick(15 * MINUTE);
    const made = Map.groupBy(rig.world.names(calls), (name) => name);
    expect(made.get('ECR:DescribeImages')).toHaveLength(200);
    expect(made.get('ECR:DescribeRepositories')).toHaveLength(2);
    expect(made.get('ECR:DescribePullThroughCacheRules')).toHaveLength(1);
    expect(rig.world.calls.length - calls).toBeLessThanOrEqual(200 + 3 + 5);
    expect(rig.puts()).toBe(0);
    // Nothing has changed, and nothing is said of it.
    expect(rig.journal.entries.length).toBe(entries);
  }, 5_000);

  it('are left alone by the ticks in between', async () => {
    const calls = rig.world.calls.length;
    await rig.tick();
    expect(rig.world.names(calls).filter((name) => name === 'ECR:DescribeImages')).toEqual([]);
  }, 5_000);

  it('find the one push whose event was lost', async () => {
    rig.clock.advance(MINUTE);
    const digest = rig.world.push('app-77', 'lost', ['r7-2']);
    await rig.tick(15 * MINUTE);
    expect(rig.world.repository('app-77').tagged('stable-7')).toBe(digest);
    expect(rig.puts()).toBe(1);
  }, 5_000);
});
