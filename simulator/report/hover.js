// Explains the time under the pointer: what the curves read there, and the decision that holds. The arrow keys go from
// decision to decision. Runs in the page, without anything else.
const { startsAt, unitMs, plots } = JSON.parse(document.getElementById('playback').textContent);
const tip = document.getElementById('tip');
const boxes = [...document.querySelectorAll('.plot')];
/** So near to a decision the pointer means it. In pixels. */
const NEAR = 7;
/** More decisions of one moment than this do not fit. */
const MOST_NOTES = 4;
/** Capabilities that the page's filters have taken away. */
const hidden = new Set();

/** The last entry at or before a time of a list that is in order of its times. */
function lastAt(entries, time) {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (entries[middle][0] <= time) low = middle + 1;
    else high = middle;
  }
  return entries[low - 1];
}

function timeOf(time) {
  const text = new Date(startsAt + time * unitMs).toISOString();
  return unitMs < 60_000 ? text.slice(11, 19) : text.slice(0, 16).replace('T', ' ');
}

const notesOf = (plot) => plots[plot].notes.filter(([, , , capability]) => !hidden.has(capability));

function reading({ text, one, none, points }, time) {
  const value = lastAt(points, time)?.[1] ?? null;
  if (value === null) return none ?? text.replace('{}', '0');
  return value === 1 && one !== undefined ? one : text.replace('{}', value);
}

/** The last decision up to a time, with those of the same moment. */
function notesAt(plot, time) {
  const notes = notesOf(plot);
  const last = lastAt(notes, time);
  if (last === undefined) return [];
  const moment = notes.filter(([at]) => at <= last[0] && last[0] - at < 2_000 / unitMs);
  return unitMs < 60_000 ? moment.slice(-MOST_NOTES) : [last];
}

function explain(plot, time) {
  const { title, readings, lacking } = plots[plot];
  const isLacking = lacking !== undefined && lastAt(lacking, time)?.[1] === 1;
  const lines = [['', `${timeOf(time)} UTC, ${title}`]];
  if (readings.length > 0)
    lines.push([isLacking ? 'lacking' : '', readings.map((each) => reading(each, time)).join(', ')]);
  for (const [at, head, sentence] of notesAt(plot, time))
    lines.push(['note', `${timeOf(at)} ${head}: ${sentence}`]);
  return lines.map(([name, text]) => {
    const line = document.createElement('p');
    line.className = name;
    line.textContent = text;
    return line;
  });
}

/** A line at this time in every plot of the same stretch. */
function point(from, to, time) {
  for (const other of boxes) {
    const cursor = other.querySelector('.cursor');
    cursor.hidden = other.dataset.from !== String(from) || other.dataset.to !== String(to);
    cursor.style.left = `${(100 * (time - from)) / (to - from)}%`;
  }
}

function show(box, time) {
  const from = Number(box.dataset.from);
  const to = Number(box.dataset.to);
  const share = (time - from) / (to - from);
  point(from, to, time);
  tip.replaceChildren(...explain(box.dataset.plot, time));
  tip.hidden = false;
  const place = box.getBoundingClientRect();
  const room = document.documentElement.clientWidth - tip.offsetWidth - 12;
  const left = place.left + share * place.width + 14;
  const beside = left > room ? place.left + share * place.width - tip.offsetWidth - 14 : left;
  const below = place.bottom + 6;
  const above = place.top - tip.offsetHeight - 6;
  const fits = below + tip.offsetHeight <= window.innerHeight || above < 0;
  tip.style.left = `${Math.max(12, Math.min(beside, room)) + window.scrollX}px`;
  tip.style.top = `${(fits ? below : above) + window.scrollY}px`;
  box.dataset.time = time;
}

function hide() {
  tip.hidden = true;
  for (const cursor of document.querySelectorAll('.cursor')) cursor.hidden = true;
}

for (const box of boxes) {
  const from = Number(box.dataset.from);
  const to = Number(box.dataset.to);
  const { plot } = box.dataset;
  const follow = (event) => {
    const place = box.getBoundingClientRect();
    const perPixel = (to - from) / place.width;
    const time = Math.floor(from + (event.clientX - place.left) * perPixel);
    const near = notesOf(plot)
      .map(([at]) => at)
      .filter((at) => unitMs < 60_000 && Math.abs(at - time) <= NEAR * perPixel)
      .sort((a, b) => Math.abs(a - time) - Math.abs(b - time))[0];
    show(box, Math.min(to - 1, Math.max(from, near ?? time)));
  };
  box.addEventListener('pointerdown', follow);
  box.addEventListener('pointermove', follow);
  box.addEventListener('pointerleave', (event) => {
    if (event.pointerType === 'mouse') hide();
  });
  box.addEventListener('blur', hide);
  box.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') return hide();
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    event.preventDefault();
    const here = Number(box.dataset.time ?? from - 1);
    const within = notesOf(plot)
      .map(([at]) => at)
      .filter((at) => at >= from && at < to);
    const next =
      event.key === 'ArrowRight' ? within.find((at) => at > here) : within.findLast((at) => at < here);
    if (next !== undefined) show(box, next);
  });
}
