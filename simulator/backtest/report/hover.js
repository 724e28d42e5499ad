// Explains the minute under the pointer: what was needed, what ran, and the decision that holds there. The arrow keys go
// from decision to decision. Runs in the page, without anything else.
const { startsAt, noun, load, rivals } = JSON.parse(document.getElementById('playback').textContent);
const tip = document.getElementById('tip');
const plots = [...document.querySelectorAll('.plot')];
const MINUTE = 60_000;

/** The last entry at or before a minute of a list that is in order of its minutes. */
function lastAt(entries, minute) {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (entries[middle][0] <= minute) low = middle + 1;
    else high = middle;
  }
  return entries[low - 1];
}

const timeOf = (minute) => new Date(startsAt + minute * MINUTE).toISOString().slice(0, 16).replace('T', ' ');
const counted = (count) => `${count} ${noun}${count === 1 ? '' : 's'}`;

function explain(rival, minute) {
  const { title, running, short, notes } = rivals[rival];
  const [, needed] = lastAt(load, minute);
  const need = needed === null ? 'no value in the trace' : `load needs ${needed}`;
  const lines = [
    ['', `${timeOf(minute)} UTC, ${title}`],
    [
      lastAt(short, minute)[1] === 1 ? 'lacking' : '',
      `${need}, ${counted(lastAt(running, minute)[1])} serve`,
    ],
  ];
  const note = lastAt(notes, minute);
  if (note !== undefined) {
    const [at, from, to, reason, sentence] = note;
    const what = from === to ? 'held' : `${from} \u2192 ${to}`;
    lines.push(['', `${timeOf(at)} ${what}, ${reason}: ${sentence}`]);
  }
  return lines.map(([name, text]) => {
    const line = document.createElement('p');
    line.className = name;
    line.textContent = text;
    return line;
  });
}

function show(plot, minute) {
  const { rival, from, to } = plot.dataset;
  const share = (minute - from) / (to - from);
  for (const other of plots) {
    const cursor = other.querySelector('.cursor');
    cursor.hidden = other.dataset.from !== from || other.dataset.to !== to;
    cursor.style.left = `${100 * share}%`;
  }
  tip.replaceChildren(...explain(rival, minute));
  tip.hidden = false;
  const box = plot.getBoundingClientRect();
  const room = document.documentElement.clientWidth - tip.offsetWidth - 12;
  const left = box.left + share * box.width + 14;
  const beside = left > room ? box.left + share * box.width - tip.offsetWidth - 14 : left;
  tip.style.left = `${Math.max(12, Math.min(beside, room)) + window.scrollX}px`;
  tip.style.top = `${box.bottom + window.scrollY + 6}px`;
  plot.dataset.minute = minute;
}

function hide() {
  tip.hidden = true;
  for (const cursor of document.querySelectorAll('.cursor')) cursor.hidden = true;
}

for (const plot of plots) {
  const from = Number(plot.dataset.from);
  const to = Number(plot.dataset.to);
  const point = (event) => {
    const box = plot.getBoundingClientRect();
    const minute = Math.floor(from + ((event.clientX - box.left) / box.width) * (to - from));
    show(plot, Math.min(to - 1, Math.max(from, minute)));
  };
  plot.addEventListener('pointerdown', point);
  plot.addEventListener('pointermove', point);
  plot.addEventListener('pointerleave', (event) => {
    if (event.pointerType === 'mouse') hide();
  });
  plot.addEventListener('blur', hide);
  plot.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') return hide();
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    event.preventDefault();
    const here = Number(plot.dataset.minute ?? from - 1);
    const within = rivals[plot.dataset.rival].notes.map(([at]) => at).filter((at) => at >= from && at < to);
    const next =
      event.key === 'ArrowRight' ? within.find((at) => at > here) : within.findLast((at) => at < here);
    if (next !== undefined) show(plot, next);
  });
}
