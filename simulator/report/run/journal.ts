import type { SimulatedEntry } from '../../deployment.ts';
import { escapeHtml } from '../html.ts';
import { clockTime, type Run } from './run.ts';

/** Beyond so many, routine entries are left out, and the page says so. */
const MOST_ROUTINE = 1_000;

/** What happened and every decision, in order of time. */
export function journalSection(run: Run): string {
  const { journal, steps, observation } = run;
  let routine = 0;
  const kept = journal.filter(({ weight }) => weight === 'notable' || ++routine <= MOST_ROUTINE);
  const items = [
    ...steps.map(({ at, what }, index) => ({
      at,
      html: stepItem(at - observation.startsAt, at, what, index + 1),
    })),
    ...kept.map((entry) => ({ at: entry.at, html: entryItem(entry, observation.startsAt) })),
  ].toSorted((a, b) => a.at - b.at);
  const left =
    routine > MOST_ROUTINE
      ? `<p>Of ${routine} routine decisions the first ${MOST_ROUTINE} are here; --json has all.</p>`
      : '';
  return `<section id="journal">
<h2>Decisions, each with its reason</h2>
<ol class="journal">
${items.map(({ html }) => html).join('\n')}
</ol>
<p id="nothing" hidden>No decision is left by these filters.</p>
${left}</section>`;
}

function stepItem(since: number, at: number, what: string, number: number): string {
  return `<li class="step" data-at="${since}"><time>${clockTime(at)}</time><div><b class="number">${number}</b> <b>${escapeHtml(what)}</b></div></li>`;
}

function entryItem(entry: SimulatedEntry, startsAt: number): string {
  const { at, capability, outcome, reason, sentence, subject, weight } = entry;
  const about = subject === undefined ? '' : ` <span class="subject">${escapeHtml(subject)}</span>`;
  return `<li data-at="${at - startsAt}" data-capability="${capability}" data-weight="${weight}"${weight === 'routine' ? ' hidden' : ''}><time>${clockTime(at)}</time><div><span class="badge ${outcome}">${outcome}</span> <code>${escapeHtml(reason)}</code>${about}<p>${escapeHtml(sentence)}</p></div></li>`;
}
