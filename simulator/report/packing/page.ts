import { htmlPage, tile, tiles } from '../frame.ts';
import { escapeHtml } from '../html.ts';
import { counted, whole } from '../run/run.ts';
import { paletteOf } from './palette.ts';
import { drawingOf, panel } from './panel.ts';
import { type Picture, savedPerMonth } from './picture.ts';
import { hostTable } from './table.ts';
import { percent } from './words.ts';

/** A self-contained HTML page of clusters as they are and as consolidation could leave them. */
export function packingPage(pictures: readonly Picture[], subtitle: string): string {
  return htmlPage({
    title: 'Packing: now, and after consolidation',
    subtitle,
    styles: ['packing.css'],
    scripts: ['packing.js'],
    body: `${pictures.map(clusterSection).join('\n')}
<section>
<h2>What this is</h2>
<ul>
<li>After is how far consolidation could go with the cluster as it is now, without time to wait and without budgets. The function goes there step by step, and decides each step anew.</li>
<li>A box is an instance, as wide as it has vCPUs. A block in it is a task, as high as the larger of its shares of the instance’s CPU and memory; the blocks of a box come to what is taken of the scarcer one. What is empty is free.</li>
<li>Where tasks go is where ECS would probably place them: it breaks ties by chance.</li>
<li>A month is 730 hours.</li>
</ul>
</section>`,
  });
}

function clusterSection(picture: Picture): string {
  const hasDaemons = picture.hosts.some(({ now }) => (now ?? []).some(({ isDaemon }) => isDaemon));
  const palette = paletteOf(picture.services, hasDaemons);
  const drawing = drawingOf(picture, palette);
  const larger = drawing.isSmall
    ? '<p><button type="button" class="larger" aria-pressed="false">Larger boxes</button></p>'
    : '';
  return `<section class="cluster">
<h2>Cluster ${escapeHtml(picture.cluster)}</h2>
${headline(picture)}
<p class="prices">${escapeHtml(picture.prices)}</p>
<p class="legend">${palette.legend}</p>
<p class="legend">${MARKS} Point at a box or a block, or walk through them with the arrow keys.</p>
${larger}
<div class="panels${drawing.isSmall ? ' small' : ''}">
${panel(picture, 'now', drawing)}
${panel(picture, 'after', drawing)}
</div>
${hostTable(picture)}
</section>`;
}

const MARKS = [
  ['goes', 'an instance that goes'],
  ['new', 'one that is launched'],
  ['moves', 'a task that moves'],
]
  .map(([kind, name]) => `<span class="key ${kind}">${name}</span>`)
  .join(' ');

function headline(picture: Picture): string {
  const { now, after, moves, hosts } = picture;
  const going = hosts.filter(({ fate }) => fate.kind === 'goes').length;
  const coming = hosts.filter(({ fate }) => fate.kind === 'new').length;
  const launched = coming === 0 ? '' : `, ${whole(coming)} launched instead`;
  const saved = savedPerMonth(picture);
  const share = (name: 'vcpus' | 'memoryMib', { totals }: typeof now) =>
    percent(totals[name].there > 0 ? totals[name].reserved / totals[name].there : 0);
  return tiles('Figures of the cluster', [
    tile(
      change(whole(now.instances), whole(after.instances)),
      'instances',
      `${whole(going)} can go${launched}`,
    ),
    tile(
      change(percent(now.totals.share), percent(after.totals.share)),
      'reserved',
      `CPU ${share('vcpus', now)} → ${share('vcpus', after)}, memory ${share('memoryMib', now)} → ${share('memoryMib', after)}`,
    ),
    tile(change(money(now.hourly), money(after.hourly)), 'an hour', 'the price of its instances'),
    tile(
      saved === undefined ? 'not known' : whole(Math.abs(saved)),
      saved !== undefined && saved < 0 ? 'more a month' : 'saved a month',
      saved === undefined ? 'a price is missing' : 'in the currency of the prices',
    ),
    tile(
      whole(moves),
      moves === 1 ? 'task moves' : 'tasks move',
      `of ${counted(taskCount(picture), 'task')}`,
    ),
  ]);
}

const taskCount = ({ hosts }: Picture) => hosts.reduce((sum, { now }) => sum + (now ?? []).length, 0);
const change = (from: string, to: string) => (from === to ? from : `${from} → ${to}`);
const money = (value: number | undefined) => value?.toFixed(2) ?? 'not known';
