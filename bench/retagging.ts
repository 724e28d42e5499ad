import { MINUTE, SECOND } from '../lib/clock.ts';
import { parsePolicy } from '../lib/policy/load.ts';
import { deployPolicy } from '../simulator/deployment.ts';
import { createWorld } from '../simulator/world.ts';
import type { Figure } from './figure.ts';

const REPOSITORIES = 200;
const RULES = 50;
const TAGS = 100;
const PUSHES = 50;

type Progress = (done: number, of: number) => void;

/** What retagging costs in calls: for one image, for a fleet of repositories, and in a storm of pushes. */
export async function measureRetagging(onProgress: Progress): Promise<Figure[]> {
  const one = await retagOnce();
  onProgress(1, 10);
  const many = await reconcileMany();
  onProgress(4, 10);
  const storm = await pushStorm();
  onProgress(1, 1);
  return [...one, ...many, ...storm];
}

/** A push, and a look at which nothing is to do. */
async function retagOnce(): Promise<Figure[]> {
  const { world } = deployed("    app: { promotions: { live: { from: 'build-*', to: [live] } } }\n");
  world.ecr.addRepository({ name: 'app' });
  world.ecr.push('app', { tag: 'build-1' });
  await world.runFor(7 * MINUTE);
  world.ecr.push('app', { tag: 'build-2' });
  await world.runFor(3 * SECOND);
  const [, promotion] = world.recording.invocations
    .slice(-4)
    .map(({ id }) => world.recording.calls.filter((call) => call.invocation === id && call.service === 'ECR'))
    .toSorted((a, b) => a.length - b.length)
    .slice(-2);
  const count = (operation: string) => world.recording.callCounts.get(`ECR:${operation}`) ?? 0;
  const [reads, puts] = [count('DescribeImages'), count('PutImage')];
  await world.runFor(10 * MINUTE);
  return [
    {
      name: 'ECR calls for a retag by an event',
      value: promotion?.length ?? Number.NaN,
      unit: 'calls',
      atMost: 3,
      note: `${promotion?.map(({ operation }) => operation).join(', ')}; the event of the retag itself reads once more`,
    },
    {
      name: 'reads of a repository in a comparison that finds nothing to do',
      value: (count('DescribeImages') - reads) / 2,
      unit: 'calls',
      atMost: 1,
      note: 'every five minutes; two more for all repositories together',
    },
    {
      name: 'tags written while nothing is to do',
      value: count('PutImage') - puts,
      unit: 'writes',
      atMost: 0,
    },
  ];
}

/** A tick that compares every tag: 200 repositories with 50 rules each. */
async function reconcileMany(): Promise<Figure[]> {
  const rules = times(RULES).map((n) => `r${n}: { from: 'b${n}-*', to: [t${n}] }`);
  const names = times(REPOSITORIES).map((n) => `app-${n}`);
  const lines = names.map((name) => `    ${name}: { promotions: { ${rules.join(', ')} } }\n`);
  const { world } = deployed(lines.join(''));
  for (const name of names) {
    world.ecr.addRepository({ name });
    for (const n of times(3)) world.ecr.push(name, { tag: `b${n}-1` });
  }
  await world.runFor(9 * MINUTE);
  const before = new Map(world.recording.callCounts);
  const since = world.now();
  await world.runFor(5 * MINUTE);
  const reads =
    (world.recording.callCounts.get('ECR:DescribeImages') ?? 0) - (before.get('ECR:DescribeImages') ?? 0);
  const longest = Math.max(
    ...world.recording.invocations
      .filter(({ startedAt }) => startedAt >= since)
      .map(({ durationMs }) => durationMs),
  );
  return [
    {
      name: '200 repositories with 50 rules: reads of each in a comparison',
      value: reads / REPOSITORIES,
      unit: 'calls',
      atMost: 1,
    },
    {
      name: '200 repositories with 50 rules: the longest invocation of a comparison, simulated',
      value: longest / SECOND,
      unit: 's',
      atMost: 5,
    },
  ];
}

/** 5,000 pushes under 100 source tags within ten seconds, each event delivered twice and late. */
async function pushStorm(): Promise<Figure[]> {
  const lines = times(10).map((repository) => {
    const rules = times(TAGS / 10).map((n) => `r${n}: { from: main-${n}, to: [live-${n}] }`);
    return `    app-${repository}: { promotions: { ${rules.join(', ')} } }\n`;
  });
  const { world } = deployed(lines.join(''), { duplicateRate: 1, deliveryMs: [100, 20_000] });
  const newest = new Map<string, string>();
  for (const repository of times(10)) world.ecr.addRepository({ name: `app-${repository}` });
  for (const push of times(PUSHES)) {
    world.after(push * 200, () => {
      for (const repository of times(10)) {
        for (const n of times(TAGS / 10)) {
          newest.set(
            `app-${repository}:live-${n}`,
            world.ecr.push(`app-${repository}`, { tag: `main-${n}` }),
          );
        }
      }
    });
  }
  await world.runFor(10 * MINUTE);
  const current = [...newest].filter(([id, digest]) => {
    const [name = '', tag = ''] = id.split(':');
    return world.ecr.repository(name).tags.get(tag)?.image.digest === digest;
  });
  const writes = world.recording.calls.filter(
    ({ operation, error }) => operation === 'PutImage' && error !== 'ThrottlingException',
  );
  return [
    {
      name: '10,000 late and doubled push events: tags on their newest image',
      value: current.length,
      unit: 'tags',
      atLeast: TAGS,
    },
    {
      name: '10,000 late and doubled push events: writes that moved no tag forward',
      value: writes.filter(({ error }) => error !== undefined).length + repeated(writes),
      unit: 'writes',
      atMost: 0,
      note: `${writes.length} writes for ${TAGS} tags and ${PUSHES * TAGS} images`,
    },
  ];
}

interface Write {
  readonly input: unknown;
}

/** Writes that gave a tag an image which it had before. */
function repeated(writes: readonly Write[]): number {
  const seen = new Map<string, Set<string>>();
  let again = 0;
  for (const { input } of writes) {
    const { repositoryName, imageTag, imageDigest } = input as Record<string, string>;
    const id = `${repositoryName}:${imageTag}`;
    const before = seen.get(id) ?? new Set();
    if (before.has(imageDigest ?? '')) again += 1;
    seen.set(id, before.add(imageDigest ?? ''));
  }
  return again;
}

const times = (count: number) => Array.from({ length: count }, (_, n) => n);

function deployed(repositories: string, bus = {}) {
  const world = createWorld({ seed: 5, bus });
  const text = `version: 1\nretagging:\n  scope: registry\n  repositories:\n${repositories}`;
  const loaded = parsePolicy(text, 'bench.yml');
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors.slice(0, 3)));
  return { world, deployment: deployPolicy(world, loaded.policy) };
}
