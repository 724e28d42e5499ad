import { escapeHtml } from '../html.ts';
import { counted } from '../run/run.ts';
import type { Block } from './blocks.ts';
import type { Palette } from './palette.ts';
import type { HostPicture, Picture } from './picture.ts';
import { blockInWords, hostInWords, shortId } from './words.ts';

type When = 'now' | 'after';

/** How boxes are drawn: with their tasks, or small where there are too many to look at each. */
export interface Drawing {
  readonly palette: Palette;
  readonly isSmall: boolean;
  /** The width of a vCPU, in rem. */
  readonly perVcpu: number;
}

/** More than these are drawn small. */
const MOST_LARGE = 150;
const WIDEST = 18;

export const drawingOf = ({ hosts }: Picture, palette: Palette): Drawing => {
  const isSmall = hosts.length > MOST_LARGE;
  const most = Math.max(1, ...hosts.map(({ vcpus }) => vcpus));
  return { palette, isSmall, perVcpu: Math.min(isSmall ? 0.45 : 2.3, WIDEST / most) };
};

/** The cluster at one of the two times: its instances by group and zone. */
export function panel(picture: Picture, when: When, drawing: Drawing): string {
  const { instances } = picture[when];
  const title = `${when === 'now' ? 'Now' : 'After'}: ${counted(instances, 'instance')}`;
  const shown = picture.hosts.filter(({ fate }) => when === 'after' || fate.kind !== 'new');
  const places = Map.groupBy(shown, ({ group, zone }) => `${group ?? 'in no group of the policy'}\n${zone}`);
  const rows = [...places].map(([place, hosts]) => {
    const [group = '', zone = ''] = place.split('\n');
    const there = hosts.filter((host) => host[when] !== undefined).length;
    return `<h4>${escapeHtml(zone)} <small>${escapeHtml(group)}, ${counted(there, 'instance')}</small></h4>
<ul class="hosts">${hosts.map((host) => box(host, when, drawing)).join('\n')}</ul>`;
  });
  return `<section class="panel ${when}" aria-label="${escapeHtml(`${picture.cluster}, ${when}`)}">
<h3>${title}</h3>
${rows.join('\n')}
</section>`;
}

function box(host: HostPicture, when: When, drawing: Drawing): string {
  const { id, vcpus, fate, instanceType } = host;
  const blocks = host[when];
  const kind = blocks === undefined ? 'gone' : fate.kind;
  const width = round(vcpus * drawing.perVcpu);
  const label = escapeHtml(hostInWords(host, when));
  const gradient = drawing.isSmall && blocks !== undefined ? `;--tasks:${gradientOf(blocks, drawing)}` : '';
  const open = `<li><button type="button" class="host ${kind}" data-host="${escapeHtml(id)}" style="--width:${width}rem${gradient}" aria-label="${label}" tabindex="-1">`;
  const head = `<b>${escapeHtml(shortId(id))}</b><small>${escapeHtml(instanceType)}</small>`;
  const stack = `<span class="stack">${drawing.isSmall ? '' : (blocks ?? []).map((one) => block(one, when, drawing)).join('')}</span>`;
  const foot = `<em>${kind === 'goes' ? escapeHtml(fate.reason) : kind}</em>`;
  return `${open}${drawing.isSmall ? '' : head}${stack}${drawing.isSmall ? '' : foot}</button></li>`;
}

/** A lower one has no room for its name. */
const LEAST_LABELLED = 0.1;

function block(one: Block, when: When, { palette }: Drawing): string {
  const { name, isDaemon, size, move, task } = one;
  const arrow = move === undefined ? '' : when === 'now' ? ' ↗' : ' ↙';
  const text = size < LEAST_LABELLED ? '' : `${escapeHtml(name)}${arrow}`;
  const kinds = [palette.classOf(name, isDaemon), ...(move === undefined ? [] : ['moves'])];
  const link = move === undefined ? '' : ` data-task="${escapeHtml(task)}"`;
  return `<i class="${kinds.join(' ')}" style="height:${round(size * 100)}%" data-tip="${escapeHtml(blockInWords(one))}"${link}>${text}</i>`;
}

/** The services of an instance from the bottom up, as one picture: a thousand instances have ten thousand tasks. */
function gradientOf(blocks: readonly Block[], { palette }: Drawing): string {
  let reached = 0;
  const stops = [...Map.groupBy(blocks, ({ name, isDaemon }) => palette.colorOf(name, isDaemon))].map(
    ([color, some]) => {
      const from = round(reached * 100);
      reached += some.reduce((sum, { size }) => sum + size, 0);
      return `${color} ${from}% ${round(reached * 100)}%`;
    },
  );
  return `linear-gradient(to top,${[...stops, `transparent ${round(reached * 100)}%`].join(',')})`;
}

const round = (value: number) => Math.round(value * 100) / 100;
