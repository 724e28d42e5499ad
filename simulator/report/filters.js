// Which decisions are shown, in the timeline and in the list. Comes after hover.js, in the same script.
const form = document.querySelector('.filters');
const entries = [...document.querySelectorAll('.journal li')];

function filter() {
  const chosen = new FormData(form);
  const capabilities = new Set(chosen.getAll('capability'));
  const text = String(chosen.get('text')).trim().toLowerCase();
  hidden.clear();
  for (const box of form.querySelectorAll('[name=capability]')) if (!box.checked) hidden.add(box.value);
  for (const mark of document.querySelectorAll('.plot .mark'))
    mark.hidden = hidden.has(mark.dataset.capability);
  let shown = 0;
  for (const entry of entries) {
    const { capability, weight } = entry.dataset;
    // What happens to the world has no capability.
    const wanted =
      capability === undefined ||
      (capabilities.has(capability) && (weight === 'notable' || chosen.has('routine')));
    entry.hidden = !wanted || !entry.textContent.toLowerCase().includes(text);
    if (!entry.hidden) shown += 1;
  }
  document.getElementById('nothing').hidden = shown > 0;
}

form.addEventListener('input', filter);
form.addEventListener('submit', (event) => event.preventDefault());
// A reloaded page may have kept what was chosen.
filter();

// An entry of the list shows its time in the timeline.
const [first] = boxes;
for (const entry of first === undefined ? [] : entries) {
  const { from, to } = first.dataset;
  entry.addEventListener('pointerenter', () => point(Number(from), Number(to), Number(entry.dataset.at)));
  entry.addEventListener('pointerleave', hide);
}
