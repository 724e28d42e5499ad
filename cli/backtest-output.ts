import Table from 'cli-table3';
import { MINUTE, utc } from '../lib/clock.ts';
import { durationText } from '../lib/policy/duration.ts';
import { type Comparison, momentOf, nounOf } from '../simulator/backtest/compare.ts';
import { describeModel } from '../simulator/backtest/load-model.ts';

/** The figures side by side, and what they rest on. */
export function asText(comparison: Comparison, trace: string, columns = 100): string {
  const { policy, load, model, rivals, remarks } = comparison;
  const noun = nounOf(policy);
  const table = new Table({
    head: ['', 'short', 'not served', `${noun}-hours`, 'changes', 'worst flap', 'most'],
    style: { head: [], border: [] },
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right', 'right'],
  });
  for (const { title, figures } of rivals) {
    const { shortMinutes, unservedPercent, taskHours, changes, worstFlap, most } = figures;
    table.push([
      title,
      `${shortMinutes} min`,
      unservedPercent === null ? 'waits' : `${unservedPercent.toFixed(2)} %`,
      taskHours.toFixed(0),
      String(changes),
      String(worstFlap),
      String(most),
    ]);
  }
  const length = load.values.length * MINUTE;
  const notes = [
    'Short: under-provisioned minutes. Worst flap: most that went out and in again within 30 minutes.',
    ...describeModel(model, noun),
    ...remarks,
  ];
  return [
    `${policy.target.id} on ${trace}: ${durationText(length)} from ${utc(load.startsAt)}`,
    table.toString(),
    ...notes.flatMap((note) => wrapped(note, Math.min(columns, 110))),
    '',
  ].join('\n');
}

/** For machines: the figures, the model and every change with its reason. */
export function asJson({ policy, load, model, rivals, remarks }: Comparison): string {
  const result = {
    target: policy.target.id,
    from: utc(load.startsAt),
    minutes: load.values.length,
    model,
    remarks,
    rivals: rivals.map(({ key, title, figures, played }) => ({
      key,
      title,
      ...figures,
      worstFlapAt: figures.worstFlapAt === null ? null : utc(momentOf(load, figures.worstFlapAt)),
      decisions: played.notes
        .filter(({ from, to }) => from !== to)
        .map(({ minute, ...decision }) => ({ at: utc(momentOf(load, minute)), ...decision })),
    })),
  };
  return `${JSON.stringify(result, null, 2)}\n`;
}

/** Lines of at most `width` characters, the first with a bullet. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '  -';
  for (const word of text.split(' ')) {
    if (line.length + 1 + word.length > width && line.trim() !== '-') {
      lines.push(line);
      line = '   ';
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}
