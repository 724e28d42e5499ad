import { MINUTE } from '../../../lib/clock.ts';
import { tile, tiles } from '../../report/frame.ts';
import { escapeHtml } from '../../report/html.ts';
import { type Comparison, momentOf, nounOf, type Rival } from '../compare.ts';

const DAY_MINUTES = 24 * 60;

/** The policy's own figures in large. */
export function headline(comparison: Comparison): string {
  const { rivals, load, policy } = comparison;
  const own = rivals[0];
  if (own === undefined) return '';
  const noun = nounOf(policy);
  const minutes = load.values.length;
  const { shortMinutes, taskHours, changes, worstFlap, worstFlapAt } = own.figures;
  const fixed = rivals.find(({ key }) => key === 'fixed-peak')?.figures.taskHours;
  return tiles('Figures of the policy', [
    tile(`${whole(shortMinutes)} min`, 'under-provisioned', `${percent(shortMinutes / minutes)} of the time`),
    tile(
      whole(taskHours),
      `${noun}-hours`,
      fixed === undefined ? '' : `${against(taskHours, fixed)} fixed, never short`,
    ),
    tile(whole(changes), 'changes', `${((changes * DAY_MINUTES) / minutes).toFixed(1)} a day`),
    tile(
      whole(worstFlap),
      'worst flap',
      worstFlapAt === null
        ? 'nothing out and in within 30 min'
        : `${noun}s out and in again within 30 min, by ${minuteText(momentOf(load, worstFlapAt))}`,
    ),
  ]);
}

/** All rivals side by side. */
export function figuresTable(comparison: Comparison): string {
  const noun = nounOf(comparison.policy);
  const names = [
    'under-provisioned',
    'load not served',
    `${noun}-hours`,
    'changes',
    'worst flap',
    'most at once',
  ];
  const head = ['', ...names].map((name) => `<th scope="col">${name}</th>`).join('');
  const rows = comparison.rivals.map((rival) => row(rival, names));
  return `<section class="figures"><table>
<thead><tr>${head}</tr></thead>
<tbody>${rows.join('\n')}</tbody>
</table></section>`;
}

function row({ title, figures, key }: Rival, names: readonly string[]): string {
  const cells = [
    `${whole(figures.shortMinutes)} min`,
    figures.unservedPercent === null ? 'waits' : percent(figures.unservedPercent / 100),
    whole(figures.taskHours),
    whole(figures.changes),
    whole(figures.worstFlap),
    whole(figures.most),
  ].map((cell, index) => `<td data-name="${names[index] ?? ''}">${cell}</td>`);
  return `<tr${key === 'policy' ? ' class="own"' : ''}><th scope="row">${escapeHtml(title)}</th>${cells.join('')}</tr>`;
}

const whole = (value: number) => Math.round(value).toLocaleString('en-GB');

function percent(share: number): string {
  const value = 100 * share;
  return `${value === 0 ? '0' : value < 0.01 ? '<0.01' : value.toFixed(value < 1 ? 2 : 1)} %`;
}

function against(value: number, other: number): string {
  if (other === 0) return 'against 0';
  const share = Math.round((100 * (value - other)) / other);
  return `${share > 0 ? '+' : share < 0 ? '\u2212' : '\u00b1'}${Math.abs(share)} % against`;
}

const minuteText = (at: number) => new Date(at - (at % MINUTE)).toISOString().slice(0, 16).replace('T', ' ');
