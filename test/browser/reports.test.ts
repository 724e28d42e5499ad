import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DESKTOP, type Opened, screenshot, VIEWS } from './chromium.ts';
import { faintTexts, groundOf, longestNote, tooWide } from './in-page.ts';
import { pagesOf } from './pages.ts';
import { REPORTS, writeReports } from './reports.ts';

const { open, photograph } = pagesOf(writeReports);

describe.each(REPORTS)('the report %s', (name) => {
  describe.each(VIEWS)('in $name', (view) => {
    let opened: Opened;
    beforeAll(async () => {
      opened = await photograph(name, view);
    });
    afterAll(() => opened.close());

    it('asks nobody for anything', () => {
      expect(opened.requests).toEqual([]);
    });

    it('makes the browser complain about nothing', () => {
      expect(opened.complaints).toEqual([]);
    });

    it('has no text too faint to read', async () => {
      expect(await faintTexts(opened.page)).toEqual([]);
    });

    it('does not reach beyond the width of the screen', async () => {
      expect(await tooWide(opened.page)).toEqual({ scrolls: false, beyond: [] });
    });

    it('takes the ground of the system', async () => {
      expect(await groundOf(opened.page)).toBe(
        view.colorScheme === 'dark' ? 'rgb(18, 23, 29)' : 'rgb(255, 255, 255)',
      );
    });
  });
});

describe.each(REPORTS)('the curves of %s', (name) => {
  it.each(VIEWS)('say the decision in full under the pointer, in $name', async (view) => {
    const { page, close } = await open(name, view);
    const { plot, at, sentence } = await longestNote(page);
    const box = page.locator(`.plot[data-plot="${plot}"]`).last();
    await box.scrollIntoViewIfNeeded();
    const place = await box.boundingBox();
    const tip = page.locator('#tip');

    await page.mouse.move(
      (place?.x ?? 0) + at * (place?.width ?? 0) + 1,
      (place?.y ?? 0) + (place?.height ?? 0) / 2,
    );

    expect(await tip.isVisible()).toBe(true);
    expect(await tip.textContent()).toContain(sentence);
    await screenshot(page, `${name}-${view.name}-hover`, false);
    expect(await tooWide(page)).toEqual({ scrolls: false, beyond: [] });
    expect(await faintTexts(page)).toEqual([]);
    await close();
  });

  it('are walked through with the arrow keys, and left with Escape', async () => {
    const { page, close } = await open(name, DESKTOP);
    const { plot } = await longestNote(page);
    const box = page.locator(`.plot[data-plot="${plot}"]`).last();
    const tip = page.locator('#tip');

    await box.focus();
    await page.keyboard.press('ArrowRight');
    const first = await tip.textContent();
    await page.keyboard.press('ArrowRight');
    const second = await tip.textContent();
    await page.keyboard.press('ArrowLeft');

    expect(second).not.toBe(first);
    expect(await tip.textContent()).toBe(first);
    await page.keyboard.press('Escape');
    expect(await tip.isVisible()).toBe(false);
    await close();
  });
});

describe('the picture in the README', () => {
  it('shows why a drain is held', async () => {
    const { page, close } = await open('simulate-drain', DESKTOP);
    await page.setViewportSize({ width: DESKTOP.width, height: 720 });
    await page
      .getByRole('heading', { name: 'Timeline' })
      .evaluate((heading) => heading.scrollIntoView({ block: 'start' }));
    const {
      x = 0,
      y = 0,
      width = 0,
    } = (await page.locator('.plot[data-plot^="i-"]').first().boundingBox()) ?? {};

    // Four of forty minutes.
    await page.mouse.move(x + width * (4.17 / 40), y + 20);

    expect(await page.locator('#tip').textContent()).toContain('drain-blocked');
    await screenshot(page, 'readme', false);
    await close();
  });
});
