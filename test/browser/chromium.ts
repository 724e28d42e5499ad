import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';

/** Git ignores it; a CI run may keep it. */
export const SCREENSHOTS = join(import.meta.dirname, '..', '..', '.build', 'screenshots');

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const USUAL = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Where Chromium is: by the environment, where systems put it, or where Playwright has put its own. */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | undefined {
  if (env.CHROMIUM !== undefined) return existsSync(env.CHROMIUM) ? env.CHROMIUM : undefined;
  return [...USUAL, chromium.executablePath()].find((path) => path !== '' && existsSync(path));
}

export const HOW_TO_GET_ONE =
  'No Chromium was found. Install one (apt-get install -y chromium, brew install --cask chromium, or npx playwright-core install chromium), or say where it is: CHROMIUM=/path/to/chrome npm run test:browser.';

/** @throws when there is none, with how to get one */
export async function launch(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error(HOW_TO_GET_ONE);
  mkdirSync(SCREENSHOTS, { recursive: true });
  return chromium.launch({ executablePath, args: FLAGS });
}

export interface View {
  readonly name: string;
  readonly colorScheme: 'light' | 'dark';
  readonly width: number;
}

export const DESKTOP: View = { name: 'light', colorScheme: 'light', width: 1280 };

export const VIEWS: readonly View[] = [
  DESKTOP,
  { name: 'dark', colorScheme: 'dark', width: 1280 },
  { name: 'phone', colorScheme: 'light', width: 375 },
  { name: 'phone-dark', colorScheme: 'dark', width: 375 },
];

export interface Opened {
  readonly page: Page;
  /** What the page asked of anybody, its own file apart. */
  readonly requests: string[];
  /** Errors and warnings of its scripts and of the browser about it. */
  readonly complaints: string[];
  readonly close: () => Promise<void>;
}

/** Opens a file as somebody does who was sent it: without a network. */
export async function openFile(browser: Browser, file: string, view: View): Promise<Opened> {
  const context = await browser.newContext({
    viewport: { width: view.width, height: 800 },
    colorScheme: view.colorScheme,
    hasTouch: view.width < 500,
    offline: true,
  });
  await context.addInitScript({ path: join(import.meta.dirname, 'in-page.js') });
  const page = await context.newPage();
  const requests: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => {
    if (request.url() !== `file://${file}`) requests.push(request.url());
  });
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`file://${file}`);
  return { page, requests, complaints, close: () => context.close() };
}

export const screenshot = (page: Page, name: string, fullPage = true) =>
  page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage });
