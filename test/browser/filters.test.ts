import type { Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DESKTOP, type Opened, screenshot } from './chromium.ts';
import { pagesOf } from './pages.ts';
import { writeReports } from './reports.ts';

const { open } = pagesOf(writeReports);
let opened: Opened;
beforeEach(async () => {
  opened = await open('simulate-drought', DESKTOP);
});
afterEach(() => opened.close());

const shown = (page: Page, selector: string) => page.locator(`${selector}:visible`).count();

describe('the filters of a run', () => {
  it('take a capability out of the timeline and the list', async () => {
    const { page } = opened;
    const before = await shown(page, '.mark[data-capability=retagging]');

    await page.getByRole('checkbox', { name: 'retagging' }).uncheck();

    expect(before).toBeGreaterThan(0);
    expect(await shown(page, '.mark[data-capability=retagging]')).toBe(0);
    expect(await shown(page, '.journal [data-capability=retagging]')).toBe(0);
    expect(await shown(page, '.journal [data-capability=failover]')).toBeGreaterThan(0);
  });

  it('show routine decisions only when asked', async () => {
    const { page } = opened;
    const before = await shown(page, '.journal [data-weight=routine]');

    await page.getByRole('checkbox', { name: 'routine ones' }).check();

    expect(before).toBe(0);
    expect(await shown(page, '.journal [data-weight=routine]')).toBeGreaterThan(0);
  });

  it('find a word, and say when there is none such', async () => {
    const { page } = opened;

    await page.getByRole('searchbox').fill('BREAKER-OPENED');
    expect(await shown(page, '.journal li')).toBe(1);
    await screenshot(page, 'simulate-drought-filtered');

    await page.getByRole('searchbox').fill('no such word');
    expect(await shown(page, '.journal li')).toBe(0);
    expect(await page.getByText('No decision is left').isVisible()).toBe(true);
  });
});
