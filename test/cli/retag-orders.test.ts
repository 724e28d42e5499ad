import { describe, expect, it } from 'vitest';
import { registry, retaggingFile, stable } from './retagging.ts';

const CLEAN = '{ scan: { critical: 0 } }';
const SCANNING = [{ name: 'web', scanning: 'basic' }] as const;
const file = retaggingFile(stable());

describe('stevedore promote', () => {
  it('gives the tag to an image, and the journal has who did it', async () => {
    const { run, push, on, journal } = registry();
    const digest = await push('v1');

    const { code, out, err } = await run(
      'promote',
      'web',
      'v1',
      '--to',
      'stable',
      '--policy',
      file,
      '--by',
      'ada',
    );

    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(on('stable')).toBe(digest);
    expect(out).toMatch(
      /^acted {5}web:stable: from nothing to sha256:.* by order by ada\. \(promoted\)\nDone\.\n$/,
    );
    expect(journal.entries).toMatchObject([
      {
        reason: 'promoted',
        subject: 'web:stable',
        calls: ['ECR:PutImage'],
        cause: { eventId: expect.stringMatching(/^order-\d+$/), detailType: 'Stevedore Retag Order' },
        facts: { digest, orderedBy: 'ada' },
      },
    ]);
  });

  it('takes a digest too, and remembers what the tag was on', async () => {
    const { run, push, on, record } = registry();
    const first = await push('v1');
    await push('v2');
    await run('promote', 'web', 'v2', '--to', 'web:stable', '--policy', file);

    const { code } = await run(
      'promote',
      'web',
      first,
      '--to',
      'web:stable',
      '--policy',
      file,
      '--by',
      'ada',
    );

    expect(code).toBe(0);
    expect(on('stable')).toBe(first);
    expect(await record()).toMatchObject({ history: [{}], current: { by: 'order by ada' } });
  });

  it('is done when the tag is there already', async () => {
    const { run, push, calls } = registry();
    await push('v1');
    await run('promote', 'web', 'v1', '--to', 'stable', '--policy', file);
    const puts = calls('PutImage');

    const { code, out } = await run('promote', 'web', 'v1', '--to', 'stable', '--policy', file);

    expect(code).toBe(0);
    expect(out).toContain('(already-there)');
    expect(calls('PutImage')).toBe(puts);
  });

  it('is refused by a gate, and done past it only if that is said', async () => {
    const { run, push, on } = registry({ repositories: SCANNING });
    const gated = retaggingFile(stable(CLEAN));
    const digest = await push('v1', { scan: { findings: { CRITICAL: 3 } } });
    const promote = ['promote', 'web', 'v1', '--to', 'stable', '--policy', gated] as const;

    const refused = await run(...promote);
    expect(refused.code).toBe(3);
    expect(refused.out).toMatch(/refused .*critical.*\(findings-exceed\)/);
    expect(refused.out).toContain('the order is over');
    expect(on('stable')).toBeUndefined();

    const forced = await run(...promote, '--skip-gates');
    expect(forced.code).toBe(0);
    expect(forced.out).toContain('past the gates');
    expect(on('stable')).toBe(digest);
  });

  it('that is refused is not taken for done since the rule promotes another image in the same pass', async () => {
    const { run, push, on } = registry({ repositories: SCANNING });
    const eager = retaggingFile(
      `{ web: { promotions: { stable: { from: main, to: [stable], on: [push], gates: ${CLEAN} } } } }`,
    );
    const bad = await push('v1', { scan: { findings: { CRITICAL: 1 } } });
    const good = await push('main', { scan: { afterMs: [1_000, 1_000] } });

    const { code, out } = await run('promote', 'web', bad, '--to', 'stable', '--policy', eager);

    expect(code).toBe(3);
    expect(on('stable')).toBe(good);
    expect(out).toMatch(/\(findings-exceed\)\nacted .*\(promoted\)\nNot done; the order is over/);
  });

  it('is refused for an image that is not there', async () => {
    const { run, push } = registry();
    await push('v1');

    const { code, out } = await run('promote', 'web', 'v9', '--to', 'stable', '--policy', file);

    expect(code).toBe(3);
    expect(out).toContain('web has no image v9');
  });

  it('changes nothing under a policy in mode observe, and that is not done', async () => {
    const { run, push, on } = registry();
    await push('v1');
    const observing = retaggingFile(stable(), 'observe');

    const { code, out } = await run('promote', 'web', 'v1', '--to', 'stable', '--policy', observing);

    expect(code).toBe(3);
    expect(out).toMatch(/^observed {2}Mode observe/);
    expect(on('stable')).toBeUndefined();
  });
});

describe('stevedore rollback', () => {
  /** `stable` was on v1, and is on v2. */
  async function promoted() {
    const one = registry();
    const first = await one.push('v1');
    await one.run('promote', 'web', 'v1', '--to', 'stable', '--policy', file);
    const second = await one.push('v2');
    await one.run('promote', 'web', 'v2', '--to', 'stable', '--policy', file);
    return { ...one, first, second };
  }

  it('moves the tag to the image before, and deletes nothing', async () => {
    const { run, on, world, calls, first, second, record } = await promoted();

    const { code, out } = await run('rollback', 'web', 'stable', '--policy', file, '--by', 'ada');

    expect(code).toBe(0);
    expect(out).toContain('(rolled-back)');
    expect(on('stable')).toBe(first);
    expect(on('v2')).toBe(second);
    expect(world.ecr.repository('web').images.size).toBe(2);
    expect(calls('BatchDeleteImage')).toBe(0);
    expect(await record()).toMatchObject({ rejected: [second] });
  });

  it('goes to the digest that it names, or says that it is not there', async () => {
    const { run, on, first, push } = await promoted();
    await push('v3');
    await run('promote', 'web', 'v3', '--to', 'stable', '--policy', file);
    const nowhere = `sha256:${'0'.repeat(64)}`;

    const refused = await run('rollback', 'web', 'stable', '--to', nowhere, '--policy', file);
    const done = await run('rollback', 'web', 'stable', '--to', first, '--policy', file);

    expect(refused).toMatchObject({ code: 3, out: expect.stringContaining('(nothing-to-roll-back-to)') });
    expect(done.code).toBe(0);
    expect(on('stable')).toBe(first);
  });

  it('is forgotten by a release', async () => {
    const { run, record } = await promoted();
    await run('rollback', 'web', 'stable', '--policy', file);

    const { code, out } = await run('release', 'web', 'stable', '--policy', file, '--by', 'ada');

    expect(code).toBe(0);
    expect(out).toContain('ada has released');
    expect(await record()).toMatchObject({ rejected: [] });
  });

  it('would go back, says a dry run', async () => {
    const { run, on, second, record } = await promoted();
    const before = await record();

    const { code, out } = await run('rollback', 'web', 'stable', '--dry-run', '--policy', file);

    expect(code).toBe(0);
    expect(out).toContain('(rolled-back)\nThis would be done.\nNothing was changed or stored.\n');
    expect(on('stable')).toBe(second);
    expect(await record()).toEqual(before);
  });
});

describe('stevedore approve', () => {
  it('opens the gate for an order that waits for it', async () => {
    const { run, push, on, record } = registry();
    const gated = retaggingFile(stable('{ approval: true }'));
    const digest = await push('v1');

    const waiting = await run('promote', 'web', 'v1', '--to', 'stable', '--policy', gated);
    expect(waiting).toMatchObject({ code: 3, out: expect.stringContaining('(waiting-for-approval)') });
    expect(waiting.out).toContain('Waiting: the order stays');
    expect(on('stable')).toBeUndefined();

    const { code, out } = await run('approve', 'web', 'stable', digest, '--policy', gated, '--by', 'grace');
    expect(code).toBe(0);
    expect(out).toContain(`grace has approved ${digest}`);
    expect(on('stable')).toBe(digest);
    expect(await record()).toMatchObject({ approvals: [{ digest, by: 'grace' }] });
  });
});

describe('a dry run', () => {
  it('says what would be done, and stores, journals and changes nothing', async () => {
    const { run, push, on, record, journal, store, calls } = registry();
    await push('v1');

    const { code, out } = await run('promote', 'web', 'v1', '--to', 'stable', '--dry-run', '--policy', file);

    expect(code).toBe(0);
    expect(out).toMatch(
      /^observed {2}.*\(promoted\)\nThis would be done\.\nNothing was changed or stored\.\n$/,
    );
    expect(on('stable')).toBeUndefined();
    expect(calls('PutImage')).toBe(0);
    expect(await record()).toBeUndefined();
    expect(journal.entries).toEqual([]);
    expect(await store.claim('retagging/web', 'other', 0, 1)).toBe(true);
  });

  it('goes by what is remembered, such as an approval', async () => {
    const { run, push } = registry();
    const gated = retaggingFile(stable('{ approval: true }'));
    const digest = await push('v1');
    const dry = ['promote', 'web', 'v1', '--to', 'stable', '--dry-run', '--policy', gated] as const;

    const before = await run(...dry);
    await run('approve', 'web', 'stable', digest, '--policy', gated);
    const after = await run(...dry);

    expect(before).toMatchObject({ code: 3, out: expect.stringContaining('The order would wait') });
    expect(after).toMatchObject({ code: 0, out: expect.stringContaining('This would be done') });
  });
});
