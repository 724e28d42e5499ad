import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MINUTE, utc } from '../../../lib/clock.ts';
import { type Comparison, momentOf, nounOf, type Rival } from '../compare.ts';
import { describeModel } from '../load-model.ts';
import { figuresTable, headline } from './figures.ts';
import { escapeHtml } from './html.ts';
import { playback } from './playback.ts';
import {
  capacityPath,
  HEIGHT,
  lackPath,
  loadPath,
  shortBands,
  ticksOf,
  topOf,
  WIDTH,
  type Window,
} from './plot.ts';

const asset = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8');
const DAY_MINUTES = 24 * 60;

/** A self-contained HTML page about a comparison: nothing is loaded from anywhere. `trace` is the trace's name. */
export function reportPage(comparison: Comparison, trace: string): string {
  const { policy, load, model, remarks } = comparison;
  const title = `Back-test of ${policy.target.id}`;
  const minutes = load.values.length;
  const range = `${utc(load.startsAt)} to ${utc(momentOf(load, minutes))}`;
  const notes = [...describeModel(model, nounOf(policy)), ...remarks, START];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>
${asset('report.css')}</style>
</head>
<body>
<header>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(trace)}, ${escapeHtml(range)}</p>
</header>
${headline(comparison)}
${figuresTable(comparison)}
${section('The whole trace', 'all', comparison, { from: 0, to: minutes })}
${minutes > 2 * DAY_MINUTES ? section(...worstDay(comparison)) : ''}
<section>
<h2>What this assumes</h2>
<ul>${notes.map((note) => `<li>${escapeHtml(note)}</li>`).join('\n')}</ul>
</section>
<div id="tip" role="status" hidden></div>
<script type="application/json" id="playback">${JSON.stringify(playback(comparison)).replaceAll('<', '\\u003c')}</script>
<script>
${asset('hover.js')}</script>
</body>
</html>
`;
}

const START =
  'All start with what the first minute needs, within min and max; the fixed sizes are yardsticks and keep to neither.';

/** The day with the most under-provisioned minutes, or if there were none with the most changes. */
function worstDay(comparison: Comparison): [string, string, Comparison, { from: number; to: number }] {
  const { rivals, load } = comparison;
  const played = rivals[0]?.played;
  const days = Math.ceil(load.values.length / DAY_MINUTES);
  const score = Array.from({ length: days }, (_, day) => {
    const from = day * DAY_MINUTES;
    const shorts = played?.short.subarray(from, from + DAY_MINUTES).reduce((sum, one) => sum + one, 0) ?? 0;
    const changes = played?.notes.filter(
      (note) => note.from !== note.to && Math.floor(note.minute / DAY_MINUTES) === day,
    );
    return shorts * DAY_MINUTES + (changes?.length ?? 0);
  });
  const day = score.indexOf(Math.max(...score));
  const from = Math.max(0, Math.min(day * DAY_MINUTES, load.values.length - DAY_MINUTES));
  const moving = rivals.filter(({ figures }, index) => index === 0 || figures.changes > 0);
  const title = `The hardest 24 hours, from ${utc(momentOf(load, from))}`;
  return [title, 'day', { ...comparison, rivals: moving }, { from, to: from + DAY_MINUTES }];
}

function section(
  title: string,
  id: string,
  comparison: Comparison,
  { from, to }: { readonly from: number; readonly to: number },
): string {
  const { load, model, rivals, policy } = comparison;
  const all = rivals.map(({ played }) => played);
  const window: Window = { from, to, top: topOf(load, model, all, from, to) };
  const path = loadPath(load, model, window);
  const panels = rivals.map((rival, index) =>
    panel(rival, comparison, window, id, index === 0 ? path : null),
  );
  const noun = nounOf(policy);
  return `<section>
<h2>${escapeHtml(title)}</h2>
<p class="legend"><span class="key load">load, in ${noun}s that it needs</span> <span class="key capacity">${noun}s that serve</span> <span class="key short">under-provisioned</span></p>
${panels.join('\n')}
</section>`;
}

/** One rival's curve. The load is the same in every panel of a section: drawn once, used again. */
function panel(
  rival: Rival,
  comparison: Comparison,
  window: Window,
  id: string,
  path: string | null,
): string {
  const { load, model } = comparison;
  const { title, played, key } = rival;
  const drawn =
    path === null ? `<use href="#load-${id}"/>` : `<path id="load-${id}" class="need" d="${path}"/>`;
  const ticks = ticksOf(window.top).map(
    (tick) => `<span style="bottom:${(100 * tick) / window.top}%">${tick}</span>`,
  );
  const lines = ticksOf(window.top).map((tick) => `M0 ${HEIGHT - (HEIGHT * tick) / window.top}H${WIDTH}`);
  const label = `${title}: load and capacity over time. Left and right arrow keys go through its decisions.`;
  return `<figure class="${key === 'policy' ? 'own' : 'rival'}">
<figcaption><b>${escapeHtml(title)}</b> ${escapeHtml(captionOf(rival, window))}</figcaption>
<div class="plot" tabindex="0" role="img" aria-label="${escapeHtml(label)}" data-rival="${key}" data-from="${window.from}" data-to="${window.to}">
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">
<path class="grid" d="${lines.join('')}"/>
<path class="band" d="${shortBands(played, window)}"/>
${drawn}
<path class="lack" d="${lackPath(played, load, model, window)}"/>
<path class="capacity" d="${capacityPath(played, window)}"/>
</svg>
<div class="ticks" aria-hidden="true">${ticks.join('')}</div><i class="cursor" hidden></i>
</div>
<div class="times" aria-hidden="true">${times(comparison, window)}</div>
</figure>`;
}

function captionOf({ played }: Rival, { from, to }: Window): string {
  const short = played.short.subarray(from, to).reduce((sum, one) => sum + one, 0);
  const changes = played.notes.filter(
    (note) => note.from !== note.to && note.minute >= from && note.minute < to,
  );
  return `${short.toLocaleString('en-GB')} min under-provisioned, ${changes.length.toLocaleString('en-GB')} changes`;
}

const STEPS = [60, 180, 360, 720, DAY_MINUTES, 2 * DAY_MINUTES, 7 * DAY_MINUTES, 28 * DAY_MINUTES];

/** Labels of the time axis on whole hours or days, every second one hidden on a narrow screen. */
function times({ load }: Comparison, { from, to }: Window): string {
  const length = to - from;
  const step = STEPS.find((size) => length / size <= 9) ?? length;
  const offset = (load.startsAt / MINUTE + from) % step;
  const labels: string[] = [];
  for (let minute = from + ((step - offset) % step); minute < to; minute += step) {
    const at = new Date(momentOf(load, minute)).toISOString();
    const text = step < DAY_MINUTES ? at.slice(11, 16) : at.slice(5, 10);
    labels.push(`<span style="left:${((minute - from) / length) * 100}%">${text}</span>`);
  }
  return labels.join('');
}
