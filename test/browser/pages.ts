import { rmSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { launch, type Opened, openFile, screenshot, type View } from './chromium.ts';

interface Written {
  readonly folder: string;
  readonly fileOf: (name: string) => string;
}

/** Has a browser, and what `write` writes, for the tests of the file that calls it. Both go with the last of them. */
export function pagesOf(write: () => Written | Promise<Written>) {
  let browser: Browser;
  let written: Written;
  beforeAll(async () => {
    browser = await launch();
    written = await write();
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    if (written !== undefined) rmSync(written.folder, { recursive: true });
  });

  const open = (name: string, view: View): Promise<Opened> => openFile(browser, written.fileOf(name), view);
  return {
    open,
    /** Opens it and keeps two pictures: all of it, and what the screen shows first. */
    async photograph(name: string, view: View): Promise<Opened> {
      const opened = await open(name, view);
      await screenshot(opened.page, `${name}-${view.name}`);
      await screenshot(opened.page, `${name}-${view.name}-top`, false);
      return opened;
    },
  };
}
