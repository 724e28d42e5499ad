// Says what an instance or a task is when somebody points at it, taps it or walks to it with the arrow keys, and lights it
// in the other panel too. Runs in the page, without anything else.
const tip = document.getElementById('tip');
let lit = [];

function linesOf(box, block) {
  const lines = box.getAttribute('aria-label').split('\n');
  return block === null ? lines : [block.dataset.tip, ...lines];
}

function light(box, block) {
  for (const one of lit) one.classList.remove('lit');
  const cluster = box.closest('.cluster');
  const same = (name, value) => [...cluster.querySelectorAll(`[data-${name}="${CSS.escape(value)}"]`)];
  lit = block?.dataset.task === undefined ? same('host', box.dataset.host) : same('task', block.dataset.task);
  for (const one of lit) one.classList.add('lit');
}

function show(box, block) {
  const lines = linesOf(box, block).map((text) => {
    const line = document.createElement('p');
    line.textContent = text;
    return line;
  });
  tip.replaceChildren(...lines);
  tip.hidden = false;
  light(box, block);
  const place = box.getBoundingClientRect();
  const room = document.documentElement.clientWidth - tip.offsetWidth - 12;
  const below = place.bottom + 6;
  const above = place.top - tip.offsetHeight - 6;
  const fits = below + tip.offsetHeight <= window.innerHeight || above < 0;
  tip.style.left = `${Math.max(12, Math.min(place.left, room)) + window.scrollX}px`;
  tip.style.top = `${(fits ? below : above) + window.scrollY}px`;
}

function hide() {
  tip.hidden = true;
  for (const one of lit) one.classList.remove('lit');
  lit = [];
}

function pointed(event) {
  const box = event.target.closest?.('.host') ?? null;
  if (box === null) return hide();
  show(box, event.target.closest('[data-tip]'));
}
document.addEventListener('pointerover', pointed);
document.addEventListener('pointerdown', pointed);

const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** One box of a panel is in the order of the Tab key; the arrow keys go on from there. */
for (const panel of document.querySelectorAll('.panel')) {
  const boxes = [...panel.querySelectorAll('.host')];
  if (boxes.length > 0) boxes[0].tabIndex = 0;
  const go = (from, to) => {
    if (to === undefined) return;
    from.tabIndex = -1;
    to.tabIndex = 0;
    to.focus();
  };
  panel.addEventListener('focusin', ({ target }) => {
    if (target.matches(':focus-visible')) show(target, null);
  });
  panel.addEventListener('focusout', hide);
  panel.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') return hide();
    const at = boxes.indexOf(event.target);
    const step = STEPS[event.key];
    if (step === undefined || at < 0) return;
    event.preventDefault();
    go(boxes[at], boxes[at + step]);
  });
}

for (const button of document.querySelectorAll('.larger')) {
  button.addEventListener('click', () => {
    const panels = button.closest('.cluster').querySelector('.panels');
    const isGrown = panels.classList.toggle('grown');
    button.setAttribute('aria-pressed', String(isGrown));
  });
}
