import { breakable, escapeHtml } from '../html.ts';
import { counted } from '../run/run.ts';
import type { Block } from './blocks.ts';
import type { HostPicture, Picture } from './picture.ts';
import { FATES, movesInWords, percent } from './words.ts';

/** More rows than these are shown on demand. */
const MOST_OPEN = 60;

/** Every instance, with what becomes of it and why: those that go first. */
export function hostTable({ hosts, cluster }: Picture): string {
  const rank = ({ fate }: HostPicture) => ['goes', 'new', 'stays'].indexOf(fate.kind);
  const rows = hosts.toSorted((a, b) => rank(a) - rank(b)).map(row);
  const names = ['Instance', ...CELLS.map(({ name }) => name)].map(
    (name) => `<th scope="col">${escapeHtml(name)}</th>`,
  );
  return `<details class="each"${hosts.length > MOST_OPEN ? '' : ' open'}>
<summary>Each of the ${counted(hosts.length, 'instance')}</summary>
<table class="figures" aria-label="${escapeHtml(`The instances of ${cluster}`)}">
<thead><tr>${names.join('')}</tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>
</details>`;
}

interface Cell {
  readonly name: string;
  readonly of: (host: HostPicture) => string;
}

const there = ({ now, after }: HostPicture): readonly Block[] => now ?? after ?? [];
const share = (blocks: readonly Block[], name: 'cpu' | 'memory', most: number) =>
  most > 0 ? percent(blocks.reduce((sum, one) => sum + one[name], 0) / most) : '–';

const CELLS: readonly Cell[] = [
  { name: 'Group', of: ({ group }) => group ?? 'none of the policy' },
  { name: 'Zone', of: ({ zone }) => zone },
  { name: 'Type', of: ({ instanceType }) => instanceType },
  { name: 'Tasks', of: (host) => String(there(host).length) },
  { name: 'CPU', of: (host) => share(there(host), 'cpu', host.vcpus * 1_024) },
  { name: 'Memory', of: (host) => share(there(host), 'memory', host.memoryMib) },
  { name: 'An hour', of: ({ price }) => price?.toFixed(4) ?? 'not known' },
];

function row(host: HostPicture): string {
  const { id, fate, now, after } = host;
  const cells = [...CELLS.map(({ name, of }) => `<td data-name="${name}">${breakable(of(host))}</td>`)];
  const moves = now === undefined ? movesInWords(after ?? [], 'after') : movesInWords(now, 'now');
  const why = [`${fate.reason}: ${fate.sentence}`, ...moves].map((line) => escapeHtml(line)).join('<br>');
  return `<tr class="${fate.kind}"><th scope="row">${breakable(id)} <span class="fate">${FATES[fate.kind]}</span></th>${cells.join('')}</tr>
<tr class="why"><td colspan="8">${why}</td></tr>`;
}
