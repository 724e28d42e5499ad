import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../lib/root.ts';
import { HEIGHT, ticksOf, WIDTH } from './curves.ts';
import { escapeHtml } from './html.ts';
import type { Playback } from './playback.ts';

const asset = (name: string) => readFileSync(join(ROOT, 'simulator', 'report', name), 'utf8');

export interface PageParts {
  readonly title: string;
  readonly subtitle: string;
  /** HTML. */
  readonly body: string;
  /** What curves are explained by; a page without curves has none. */
  readonly playback?: Playback;
  /** Files beside this one that the page needs besides report.css and, for curves, hover.js. */
  readonly styles?: readonly string[];
  readonly scripts?: readonly string[];
}

/** A self-contained HTML page: nothing is loaded from anywhere, and its policy forbids it too. */
export function htmlPage({ title, subtitle, body, playback, styles = [], scripts = [] }: PageParts): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>
${['report.css', ...styles].map(asset).join('')}</style>
</head>
<body>
<header>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(subtitle)}</p>
</header>
${body}
<div id="tip" role="status" hidden></div>
${playback === undefined ? '' : playbackScript(playback)}<script>
${[...(playback === undefined ? [] : ['hover.js']), ...scripts].map(asset).join('\n')}</script>
</body>
</html>
`;
}

const playbackScript = (playback: Playback) =>
  `<script type="application/json" id="playback">${JSON.stringify(playback).replaceAll('<', '\\u003c')}</script>\n`;

/** One figure in large. */
export const tile = (value: string, name: string, remark: string) =>
  `<div><b class="value">${escapeHtml(value)}</b><span>${escapeHtml(name)}</span><small>${escapeHtml(remark)}</small></div>`;

export const tiles = (label: string, all: readonly string[]) =>
  `<section class="tiles" aria-label="${escapeHtml(label)}">${all.join('')}</section>`;

export interface PlotParts {
  /** Its key in the playback. */
  readonly plot: string;
  readonly label: string;
  readonly from: number;
  readonly to: number;
  /** SVG elements in a box of WIDTH x HEIGHT. */
  readonly drawing: string;
  /** The top of its scale; without one it has no ticks. */
  readonly top?: number;
  /** HTML elements over it. */
  readonly over?: string;
  readonly kind?: string;
}

/** A plot that can be pointed at and walked through with the arrow keys. */
export function plotBox({ plot, label, from, to, drawing, top, over = '', kind = '' }: PlotParts): string {
  const grid = top === undefined ? '' : gridOf(top);
  return `<div class="plot${kind === '' ? '' : ` ${kind}`}" tabindex="0" role="img" aria-label="${escapeHtml(label)}" data-plot="${escapeHtml(plot)}" data-from="${from}" data-to="${to}">
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">
${grid}${drawing}
</svg>
${top === undefined ? '' : ticks(top)}${over}<i class="cursor" hidden></i>
</div>`;
}

const gridOf = (top: number) =>
  `<path class="grid" d="${ticksOf(top)
    .map((tick) => `M0 ${HEIGHT - (HEIGHT * tick) / top}H${WIDTH}`)
    .join('')}"/>\n`;

function ticks(top: number): string {
  const labels = ticksOf(top).map((tick) => `<span style="bottom:${(100 * tick) / top}%">${tick}</span>`);
  return `<div class="ticks" aria-hidden="true">${labels.join('')}</div>`;
}

const MINUTES = [1, 2, 5, 10, 15, 30, 60, 180, 360, 720, 1440, 2880, 10_080, 40_320];
const MINUTE_MS = 60_000;
/** A label further to the right than this, in percent, has no room on a narrow screen. */
const LAST_ROOM = 87;

/** Labels of a time axis on whole minutes, hours or days, every second one hidden on a narrow screen. */
export function timeAxis(fromMs: number, toMs: number): string {
  const length = toMs - fromMs;
  const minutes = MINUTES.find((size) => length / (size * MINUTE_MS) <= 9) ?? length / MINUTE_MS;
  const step = minutes * MINUTE_MS;
  const labels: string[] = [];
  for (let at = Math.ceil(fromMs / step) * step; at < toMs; at += step) {
    const text = new Date(at).toISOString();
    const label = minutes < 1440 ? text.slice(11, 16) : text.slice(5, 10);
    const left = ((at - fromMs) / length) * 100;
    labels.push(`<span${left > LAST_ROOM ? ' class="last"' : ''} style="left:${left}%">${label}</span>`);
  }
  return `<div class="times" aria-hidden="true">${labels.join('')}</div>`;
}
