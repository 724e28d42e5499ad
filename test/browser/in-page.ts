import type { Page } from 'playwright-core';

// in-page.js, typed.

/** What WCAG 2.2 asks for at level AA (success criterion 1.4.3). */
const LEGIBLE = 4.5;

/** Texts whose contrast with the ground that they stand on is below 4.5. */
export const faintTexts = (page: Page) =>
  page.evaluate<{ readonly text: string; readonly ratio: number }[]>(`inPage.faintTexts(${LEGIBLE})`);

export const tooWide = (page: Page) =>
  page.evaluate<{ readonly scrolls: boolean; readonly beyond: readonly string[] }>('inPage.tooWide()');

export const groundOf = (page: Page) => page.evaluate<string>('inPage.ground()');

export const longestNote = (page: Page) =>
  page.evaluate<{ readonly plot: string; readonly sentence: string; readonly at: number }>(
    'inPage.longestNote()',
  );
