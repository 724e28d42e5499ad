import { beforeAll, describe, expect, it } from 'vitest';
import { readScenario } from '../../cli/simulate/load.ts';
import { runOf } from '../../cli/simulate/run.ts';
import { parsePolicy } from '../../lib/policy/load.ts';
import { lacking, stepArea, stepLine, summed } from '../../simulator/report/curves.ts';
import { runPage } from '../../simulator/report/run/page.ts';
import type { Run } from '../../simulator/report/run/run.ts';
import { buildStage } from '../../simulator/scenario-file/build.ts';
import { playScenario } from '../../simulator/scenario-file/play.ts';
import { POLICY, SCENARIO } from './simulating.ts';

const loaded = parsePolicy(POLICY, 'shop.policy.yml');
if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
const { policy } = loaded;
const spec = readScenario(() => SCENARIO, 'shop.yml');

let run: Run;
let page: string;
beforeAll(async () => {
  run = runOf(await playScenario(spec, policy), spec, 'a <file> & "more".yml');
  page = runPage(run);
});

describe('the report of a simulated run', () => {
  it('loads nothing from anywhere', () => {
    expect(page).not.toMatch(/\b(src|srcset|action|href)\s*=|@import|url\(|https?:|<link|<iframe/i);
    expect(page).toContain(`default-src 'none'`);
  });

  it('writes names of files and titles as text, not as HTML', () => {
    expect(page).toContain('<h1>Two hosts &lt;go&gt;</h1>');
    expect(page).toContain('a &lt;file&gt; &amp; &quot;more&quot;.yml');
    expect(page).not.toContain('<go>');
  });

  it('has the figures before the curves', () => {
    const top = page.slice(0, page.indexOf('<svg'));
    expect(top).toContain('<b class="value">2</b><span>drains</span>');
    expect(top).toContain('<b class="value">0</b><span>tasks lost</span>');
  });

  it('has a row for each group, instance, service, load and metric', () => {
    const rows = [...page.matchAll(/data-plot="([^"]+)"/g)].map(([, plot = '']) =>
      plot.replace(/^i-\w+/, 'ID'),
    );
    expect(rows).toEqual([
      'steps',
      'group/shop-ecs',
      ...['ID', 'ID', 'ID', 'ID'],
      'service/shop/web',
      'load/shop/web',
      'service/shop/node-exporter',
      'metric/CPUUtilization of shop/web',
    ]);
  });

  it('keeps every notable decision for the pointer, with the instance that it is about', () => {
    const text = /<script type="application\/json" id="playback">(.*)<\/script>/.exec(page)?.[1] ?? '';
    const { plots } = JSON.parse(text);
    const notable = run.journal.filter(({ weight }) => weight === 'notable');
    expect(notable.length).toBeGreaterThan(5);
    for (const { subject = '', at, outcome, reason, sentence, capability } of notable) {
      const note = [at - run.observation.startsAt, `${outcome}, ${reason}`, sentence, capability];
      expect(plots[subject].notes).toContainEqual(note);
    }
  });

  it('lists what happened and every decision, routine ones at first hidden', () => {
    const journal = run.journal.map((entry, index) =>
      index === 1 ? { ...entry, weight: 'routine' as const } : entry,
    );
    const entries = runPage({ ...run, journal }).matchAll(/<li [^>]*data-weight="(\w+)"( hidden)?/g);
    expect([...entries].map(([, weight, hidden]) => [weight, hidden === undefined])).toEqual(
      journal.map((_, index) => (index === 1 ? ['routine', false] : ['notable', true])),
    );
    expect(page).toContain('<b>shop-ecs is scaled from 4 to 2 instances</b>');
  });
});

describe('what is seen of a world', () => {
  it('changes nothing in it', async () => {
    const { world, deployment } = buildStage({ ...spec, events: [] }, policy);
    await world.runFor(spec.lengthMs);
    const watched = await playScenario({ ...spec, events: [] }, policy);

    expect(watched.stage.deployment.journal).toEqual(deployment.journal);
    expect(watched.stage.world.recording.calls).toEqual(world.recording.calls);
  });

  it('is each state of an instance, to five seconds', () => {
    const [first] = run.observation.instances;
    expect(first?.state.map(([, state]) => state)).toEqual(['active', 'draining', 'unreachable', 'gone']);
    expect(first?.state.every(([at]) => (at - run.observation.startsAt) % 5_000 === 0)).toBe(true);
    expect(first?.tasks.at(-1)?.[1]).toBe(0);
  });

  it('is how many instances a group wants and has', () => {
    const [group] = run.observation.groups;
    expect(group?.desired.map(([, count]) => count)).toEqual([4, 2]);
    expect(group?.active.at(0)?.[1]).toBe(4);
    expect(group?.active.at(-1)?.[1]).toBe(2);
  });

  it('is each minute of a metric, with its alarms', () => {
    const [cpu] = run.observation.metrics;
    expect(cpu?.values.length).toBeGreaterThan(5);
    expect(cpu?.alarms).toMatchObject([{ name: 'web-busy', sign: '>', threshold: 90 }]);
  });
});

describe('curves', () => {
  const scale = { from: 0, to: 4, top: 4 };

  it('hold the last value that began before them', () => {
    expect(
      stepLine(
        [
          [-2, 1],
          [-1, 2],
          [2, 4],
        ],
        scale,
      ),
    ).toBe('M0 50H500V0H1000');
  });

  it('have holes where nothing is known', () => {
    expect(
      stepArea(
        [
          [0, null],
          [1, 4],
          [2, null],
        ],
        scale,
      ),
    ).toBe('M250 100V0H500V100Z');
  });

  it('lack where the one is above the other', () => {
    const wanted = [
      [0, 2],
      [2, 3],
    ] as const;
    const there = [
      [0, 2],
      [1, 1],
      [3, 3],
    ] as const;
    expect(lacking(wanted, there, scale)).toEqual([
      { from: 1, to: 2, low: 1, high: 2 },
      { from: 2, to: 3, low: 1, high: 3 },
    ]);
  });

  it('add up', () => {
    const sum = summed([
      [
        [0, 1],
        [2, 2],
      ],
      [[1, 5]],
    ]);
    expect(sum).toEqual([
      [0, 1],
      [1, 6],
      [2, 7],
    ]);
  });
});
