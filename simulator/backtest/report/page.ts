import { utc } from '../../../lib/clock.ts';
import type { Scale } from '../../report/curves.ts';
import { htmlPage, plotBox, timeAxis } from '../../report/frame.ts';
import { escapeHtml } from '../../report/html.ts';
import { type Comparison, momentOf, nounOf, type Rival } from '../compare.ts';
import { describeModel } from '../load-model.ts';
import { figuresTable, headline } from './figures.ts';
import { playback } from './playback.ts';
import { capacityPath, lackPath, loadPath, shortBands, topOf } from './plot.ts';

const DAY_MINUTES = 24 * 60;

/** A self-contained HTML page about a comparison: nothing is loaded from anywhere. `trace` is the trace's name. */
export function reportPage(comparison: Comparison, trace: string): string {
  const { policy, load, model, remarks } = comparison;
  const minutes = load.values.length;
  const notes = [...describeModel(model, nounOf(policy)), ...remarks, START];
  return htmlPage({
    title: `Back-test of ${policy.target.id}`,
    subtitle: `${trace}, ${utc(load.startsAt)} to ${utc(momentOf(load, minutes))}`,
    playback: playback(comparison),
    body: `${headline(comparison)}
${figuresTable(comparison)}
${section('The whole trace', 'all', comparison, { from: 0, to: minutes })}
${minutes > 2 * DAY_MINUTES ? section(...worstDay(comparison)) : ''}
<section>
<h2>What this assumes</h2>
<ul>${notes.map((note) => `<li>${escapeHtml(note)}</li>`).join('\n')}</ul>
</section>`,
  });
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
  const scale: Scale = { from, to, top: topOf(load, model, all, from, to) };
  const path = loadPath(load, model, scale);
  const panels = rivals.map((rival, index) => panel(rival, comparison, scale, id, index === 0 ? path : null));
  const noun = nounOf(policy);
  return `<section>
<h2>${escapeHtml(title)}</h2>
<p class="legend"><span class="key load">load, in ${noun}s that it needs</span> <span class="key capacity">${noun}s that serve</span> <span class="key short">under-provisioned</span></p>
${panels.join('\n')}
</section>`;
}

/** One rival's curve. The load is the same in every panel of a section: drawn once, used again. */
function panel(rival: Rival, comparison: Comparison, scale: Scale, id: string, path: string | null): string {
  const { load, model } = comparison;
  const { title, played, key } = rival;
  const { from, to, top } = scale;
  const drawn =
    path === null ? `<use href="#load-${id}"/>` : `<path id="load-${id}" class="need" d="${path}"/>`;
  const box = plotBox({
    plot: key,
    label: `${title}: load and capacity over time. Left and right arrow keys go through its decisions.`,
    from,
    to,
    top,
    drawing: `<path class="band" d="${shortBands(played, scale)}"/>
${drawn}
<path class="lack" d="${lackPath(played, load, model, scale)}"/>
<path class="capacity" d="${capacityPath(played, scale)}"/>`,
  });
  return `<figure class="${key === 'policy' ? 'own' : 'rival'}">
<figcaption><b>${escapeHtml(title)}</b> ${escapeHtml(captionOf(rival, scale))}</figcaption>
${box}
${timeAxis(momentOf(load, from), momentOf(load, to))}
</figure>`;
}

function captionOf({ played }: Rival, { from, to }: Scale): string {
  const short = played.short.subarray(from, to).reduce((sum, one) => sum + one, 0);
  const changes = played.notes.filter(
    (note) => note.from !== note.to && note.minute >= from && note.minute < to,
  );
  return `${short.toLocaleString('en-GB')} min under-provisioned, ${changes.length.toLocaleString('en-GB')} changes`;
}
