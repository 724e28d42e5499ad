import { htmlPage, tile, tiles, timeAxis } from '../frame.ts';
import { escapeHtml } from '../html.ts';
import { groupRows } from './instances.ts';
import { journalSection } from './journal.ts';
import { metricRow } from './metrics.ts';
import { otherRows, pinsRow } from './others.ts';
import type { Row } from './rows.ts';
import { clockTime, counted, notable, type Run, secondsText, whole } from './run.ts';
import { serviceRows } from './services.ts';

/** A self-contained HTML page about a run: nothing is loaded from anywhere. */
export function runPage(run: Run): string {
  const { observation } = run;
  const pins = pinsRow(run);
  const groups = observation.groups.flatMap((group) => groupRows(run, group));
  const services = observation.services.flatMap((service) => serviceRows(run, service));
  const metrics = observation.metrics.map((metric) => metricRow(run, metric));
  const shown = new Set([
    ...observation.instances.map(({ id }) => id),
    ...observation.groups.map(({ name }) => `group/${name}`),
    ...observation.services.map(({ id }) => `service/${id}`),
  ]);
  const others = otherRows(run, shown);
  const rows = [pins, ...groups, ...services, ...metrics, ...others];
  return htmlPage({
    title: run.title,
    subtitle: run.subtitle,
    styles: ['run.css'],
    scripts: ['filters.js'],
    playback: {
      startsAt: observation.startsAt,
      unitMs: 1,
      plots: Object.fromEntries(rows.map(({ plot }) => plot)),
    },
    body: `${headline(run)}
${story(run)}
${filters(run)}
${section('Timeline', DECISION_KEYS, run, [pins])}
${section('Container instances', INSTANCE_KEYS, run, groups)}
${section('Services', SERVICE_KEYS, run, services)}
${section('Metrics and alarms', METRIC_KEYS, run, metrics)}
${section('Tags, breakers and others', DECISION_KEYS, run, others)}
${tables(run)}
<section>
<h2>What this is</h2>
<ul>${run.remarks.map((remark) => `<li>${escapeHtml(remark)}</li>`).join('\n')}</ul>
</section>
${journalSection(run)}`,
  });
}

function headline({ figures, observation }: Run): string {
  const { drains, lost, interrupted, belowMinutes, mostBelow, callsPerHour, updateServiceCalls } = figures;
  const all = figures.decisions.reduce((sum, { count }) => sum + count, 0);
  return tiles('Figures of the run', [
    tile(
      whole(lost),
      lost === 1 ? 'task lost' : 'tasks lost',
      interrupted === 0
        ? 'ended with their host before they had stopped'
        : `with their host; Fargate Spot took back ${whole(interrupted)} more`,
    ),
    tile(
      whole(drains.begun),
      drains.begun === 1 ? 'drain' : 'drains',
      drains.longestSeconds === null
        ? `${whole(drains.drained)} came to their end`
        : `${whole(drains.drained)} came to their end, the longest in ${secondsText(drains.longestSeconds)}`,
    ),
    tile(
      belowMinutes < 10 ? belowMinutes.toFixed(1) : whole(belowMinutes),
      'task-minutes below desired',
      mostBelow === null
        ? `of ${counted(observation.services.length, 'service')}`
        : `most of them ${mostBelow}`,
    ),
    tile(whole(updateServiceCalls), 'UpdateService calls', 'by Stevedore; each can be a deployment'),
    tile(whole(callsPerHour), 'AWS calls an hour', `of ${counted(figures.calls.length, 'operation')}`),
    tile(
      whole(all),
      'decisions',
      `for ${counted(figures.decisions.length, 'reason')}, routine ones not counted`,
    ),
  ]);
}

function story({ steps }: Run): string {
  const items = steps.map(({ at, what }) => `<li><time>${clockTime(at)}</time> ${escapeHtml(what)}</li>`);
  if (items.length === 0) return '';
  return `<section><h2>What happens to the world</h2>\n<ol class="story">${items.join('\n')}</ol></section>`;
}

function filters({ journal }: Run): string {
  const capabilities = [...new Set(notable(journal).map(({ capability }) => capability))].toSorted();
  const boxes = capabilities.map(
    (name) => `<label><input type="checkbox" name="capability" value="${name}" checked> ${name}</label>`,
  );
  return `<form class="filters" aria-label="Which decisions are shown" autocomplete="off">
<fieldset><legend>Decisions</legend>${boxes.join('')}
<label><input type="checkbox" name="routine"> routine ones in the list</label></fieldset>
<label class="search">Find <input type="search" name="text" placeholder="a reason, an instance, a service"></label>
</form>`;
}

const key = (name: string, text: string) => `<span class="key ${name}">${text}</span>`;
const DECISION_KEYS = ['acted', 'done', 'held', 'refused', 'failed']
  .map((name) => key(`mark ${name}`, name))
  .join(' ');
const INSTANCE_KEYS = [
  key('active', 'ACTIVE'),
  key('draining', 'DRAINING'),
  key('unreachable', 'agent disconnected or host ending'),
  key('pending-state', 'not yet registered'),
  key('tasks', 'tasks'),
].join(' ');
const SERVICE_KEYS = [
  key('wanted', 'desired'),
  key('there', 'running on instances or FARGATE'),
  key('spot', 'on FARGATE_SPOT'),
  key('pending', 'pending'),
  key('short', 'below desired, or not served'),
].join(' ');
const METRIC_KEYS = [key('capacity', 'metric'), key('threshold', 'threshold'), key('alarm', 'in ALARM')].join(
  ' ',
);

function section(title: string, keys: string, { observation }: Run, rows: readonly Row[]): string {
  if (rows.length === 0) return '';
  const axis = timeAxis(observation.startsAt, observation.endsAt);
  return `<section class="timeline">
<h2>${title}</h2>
<p class="legend">${keys}</p>
<div class="row axis">${axis}</div>
${rows.map(({ html }) => html).join('\n')}
</section>`;
}

function tables({ figures }: Run): string {
  const decisions = figures.decisions.map(({ capability, reason, count }) => [
    capability,
    reason,
    whole(count),
  ]);
  const calls = figures.calls.map(({ operation, count }) => [operation, whole(count)]);
  return `<section class="tables">
${table('Decisions by reason', ['capability', 'reason', 'times'], decisions)}
${table('AWS calls by operation', ['operation', 'calls'], calls)}
</section>`;
}

function table(title: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (row: readonly string[]) => row.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('');
  return `<div><h2>${title}</h2><table class="counts"><thead><tr>${head.map((name) => `<th scope="col">${name}</th>`).join('')}</tr></thead>
<tbody>${rows.map((row) => `<tr>${cells(row)}</tr>`).join('\n')}</tbody></table></div>`;
}
