import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../lib/clock.ts';
import { compare } from '../../simulator/backtest/compare.ts';
import { reportPage } from '../../simulator/backtest/report/page.ts';
import { capacityPath, lackPath, loadPath, shortBands } from '../../simulator/backtest/report/plot.ts';
import { shape } from '../../simulator/backtest/shapes.ts';
import { ticksOf } from '../../simulator/report/curves.ts';
import { aLoad, aModel, aStepIn, aStepPolicy, aTarget } from './builders.ts';

const load = shape('flash-crowd', { minutes: 3 * 24 * 60, base: 40, peak: 200, seed: 3 });
const model = aModel({ startUpMs: MINUTE, lagMs: MINUTE });
const comparison = compare(load, aTarget({ policies: [aStepPolicy(), aStepIn()] }), model);
const page = reportPage(comparison, 'a <trace> & "more".csv');

describe('the report', () => {
  it('loads nothing from anywhere', () => {
    expect(page).not.toMatch(/\b(src|srcset|action)\s*=|@import|url\(|https?:|<link|<iframe/i);
    expect(page.match(/href="[^"]*"/g)?.every((href) => href.startsWith('href="#'))).toBe(true);
    expect(page).toContain(`default-src 'none'`);
  });

  it('has the figures before the curves', () => {
    const { shortMinutes, changes } = comparison.rivals[0]?.figures ?? { shortMinutes: -1, changes: -1 };
    const top = page.slice(0, page.indexOf('<svg'));
    expect(top).toContain(`${shortMinutes.toLocaleString('en-GB')} min`);
    expect(top).toContain(`>${changes.toLocaleString('en-GB')}<`);
    for (const { title } of comparison.rivals) expect(top).toContain(title);
  });

  it('has a curve for each rival over the whole trace, and the hardest day of those that move', () => {
    expect(page.match(/<svg /g)).toHaveLength(5 + 3);
    expect(page).toContain('The hardest 24 hours');
  });

  it('keeps every decision with its reason for the pointer', () => {
    const text = /<script type="application\/json" id="playback">(.*)<\/script>/.exec(page)?.[1] ?? '';
    const { plots } = JSON.parse(text);
    const notes = comparison.rivals[0]?.played.notes ?? [];
    expect(plots.policy.notes).toEqual(
      notes.map(({ minute, from, to, reason, sentence }) => [
        minute,
        `${from === to ? 'held' : `${from} \u2192 ${to}`}, ${reason}`,
        sentence,
      ]),
    );
    expect(notes.length).toBeGreaterThan(0);
  });

  it('writes names of files as text, not as HTML', () => {
    expect(page).toContain('a &lt;trace&gt; &amp; &quot;more&quot;.csv');
  });

  it('states the model', () => {
    expect(page).toContain('One task serves 10 of the trace&#39;s unit at a time.');
    expect(page).toContain('AWS is a model of what it publishes.');
  });

  it('follows the light or dark of the system', () => {
    expect(page).toContain('prefers-color-scheme: dark');
  });
});

describe('curves', () => {
  const window = { from: 0, to: 4, top: 4 };
  const played = {
    running: Int32Array.of(1, 1, 2, 2),
    desired: Int32Array.of(1, 2, 2, 2),
    short: Uint8Array.of(0, 1, 1, 0),
    notes: [],
  };

  it('draw the capacity as steps', () => {
    expect(capacityPath(played, window)).toBe('M0 75H500V50H1000');
  });

  it('draw the load as an area with a hole where nothing is known', () => {
    expect(loadPath(aLoad(10, 40, Number.NaN, 20), aModel(), window)).toBe(
      'M0 100V75H250V0H500V100ZM750 100V50H1000V100Z',
    );
  });

  it('shade what is short over the whole height, and what is lacking between capacity and load', () => {
    expect(shortBands(played, window)).toBe('M250 0H750V100H250Z');
    expect(lackPath(played, aLoad(10, 30, 30, 10), aModel(), window)).toBe(
      'M250 75V25H500V75ZM500 50V25H750V50Z',
    );
  });

  it('make a single short minute of a month wide enough to be seen', () => {
    const short = new Uint8Array(43_200);
    short[21_600] = 1;
    const path = shortBands({ ...played, short }, { from: 0, to: short.length, top: 4 });
    expect(path).toBe('M500 0H500.7V100H500Z');
  });

  it.each([
    [1, [0, 1]],
    [4, [0, 1, 2, 3, 4]],
    [40, [0, 10, 20, 30, 40]],
    [130, [0, 50, 100]],
  ])('have whole numbers beside a scale up to %i', (top, ticks) => {
    expect(ticksOf(top)).toEqual(ticks);
  });
});
