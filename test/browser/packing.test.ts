import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DESKTOP, type Opened, screenshot, VIEWS } from './chromium.ts';
import { PACKINGS, writePackings } from './clusters.ts';
import { faintTexts, groundOf, tooWide } from './in-page.ts';
import { pagesOf } from './pages.ts';

const { open, photograph } = pagesOf(writePackings);

describe.each(PACKINGS)('the picture of %s', (name) => {
  describe.each(VIEWS)('in $name', (view) => {
    let opened: Opened;
    beforeAll(async () => {
      opened = await photograph(name, view);
    });
    afterAll(() => opened.close());

    it('asks nobody for anything, and nothing is wrong with it', () => {
      expect(opened.requests).toEqual([]);
      expect(opened.complaints).toEqual([]);
    });

    it('has no text too faint to read', async () => {
      expect(await faintTexts(opened.page)).toEqual([]);
    });

    it('does not reach beyond the width of the screen', async () => {
      expect(await tooWide(opened.page)).toEqual({ scrolls: false, beyond: [] });
    });

    it('takes the ground of the system', async () => {
      const ground = view.colorScheme === 'dark' ? 'rgb(18, 23, 29)' : 'rgb(255, 255, 255)';
      expect(await groundOf(opened.page)).toBe(ground);
    });
  });
});

describe('an instance', () => {
  it.each(VIEWS)('says under the pointer why it stays, in $name', async (view) => {
    const { page, close } = await open('packing', view);
    const box = page.getByLabel(/protected-from-scale-in/).first();
    await box.scrollIntoViewIfNeeded();

    await (view.width < 500 ? box.tap() : box.hover());

    expect(await page.locator('#tip').textContent()).toContain('is protected from scale-in in prod-hosts');
    await screenshot(page, `packing-${view.name}-hover`, false);
    expect(await tooWide(page)).toEqual({ scrolls: false, beyond: [] });
    expect(await faintTexts(page)).toEqual([]);
    await close();
  });

  it('is reached with the Tab key and the arrow keys, and left with Escape', async () => {
    const { page, close } = await open('packing', DESKTOP);
    const tip = page.locator('#tip');

    await page.keyboard.press('Tab');
    const first = await tip.textContent();
    await page.keyboard.press('ArrowRight');
    const second = await tip.textContent();
    await page.keyboard.press('ArrowLeft');

    expect(first).toContain('i-0');
    expect(second).not.toBe(first);
    expect(await tip.textContent()).toBe(first);
    await page.keyboard.press('Escape');
    expect(await tip.isVisible()).toBe(false);
    await close();
  });

  it('that goes is lit where it was, too', async () => {
    const { page, close } = await open('packing', DESKTOP);

    await page
      .locator('.host.goes')
      .first()
      .hover({ position: { x: 8, y: 8 } });

    expect(await page.locator('.host.lit').count()).toBe(2);
    expect(await page.locator('.host.gone.lit').count()).toBe(1);
    await close();
  });
});

describe('a task that moves', () => {
  it('says from where to where, and is lit in both panels', async () => {
    const { page, close } = await open('packing', DESKTOP);

    await page.locator('.now .moves').first().hover();

    expect(await page.locator('#tip p').first().textContent()).toMatch(/moves from i-\w+ to i-\w+$/);
    expect(await page.locator('.now .moves.lit').count()).toBe(1);
    expect(await page.locator('.after .moves.lit').count()).toBe(1);
    await close();
  });
});

describe('a thousand instances', () => {
  it('are small until somebody wants them larger', async () => {
    const { page, close } = await open('thousand', DESKTOP);
    const box = page.locator('.host').first();
    const small = await box.boundingBox();

    await page.getByRole('button', { name: 'Larger boxes' }).click();

    expect((await box.boundingBox())?.height).toBeGreaterThan(2 * (small?.height ?? 0));
    await screenshot(page, 'thousand-larger', false);
    await close();
  });
});

describe('the picture in the docs', () => {
  it('shows a cluster before and after, and why an instance goes', async () => {
    const { page, close } = await open('packing', DESKTOP);
    await page.setViewportSize({ width: DESKTOP.width, height: 990 });
    await page.locator('.cluster').evaluate((cluster) => cluster.scrollIntoView({ block: 'start' }));

    await page
      .locator('.now .host.goes')
      .first()
      .hover({ position: { x: 8, y: 8 } });

    expect(await page.locator('#tip').textContent()).toContain('goes (underused)');
    await screenshot(page, 'docs-packing', false);
    await close();
  });
});
