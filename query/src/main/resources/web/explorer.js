'use strict';
// Concept ids are whatever was sent: they enter the page as text alone, never as markup.
const $ = id => document.getElementById(id);
const measures = ['strength', 'confidence', 'lift', 'npmi', 'cosine', 'jaccard', 'llr', 'pmi'];
let measure = 'strength';
let horizon = '';
let horizons = [];

async function ask(path, parameters = {}) {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== ''));
  const token = sessionStorage.getItem('token');
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  const response = await fetch(path + (query.size ? '?' + query : ''), { headers });
  const body = await response.json();
  if (response.status === 401) askForToken(token !== null);
  if (!response.ok) throw new Error(body.detail || response.statusText);
  return body;
}

// A token is kept for as long as this tab is open, and is known to this page alone.
function askForToken(wasGiven) {
  sessionStorage.removeItem('token');
  $('refused').hidden = !wasGiven;
  $('start').hidden = true;
  $('concept').hidden = true;
  $('access').hidden = false;
  $('token').focus();
}

function element(tag, text, className) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function number(value) {
  if (value === null || value === undefined) return '–';
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.001 || size >= 1e7)) return value.toExponential(2);
  return value.toLocaleString('en', { maximumFractionDigits: size < 10 ? 3 : 1 });
}

function bar(id, score, max, why) {
  const item = element('li');
  const cue = element('button', id, 'cue');
  cue.type = 'button';
  cue.addEventListener('click', () => { location.hash = encodeURIComponent(id); });
  const progress = element('progress');
  progress.max = 1;
  progress.value = max > 0 && score > 0 ? score / max : 0;
  progress.setAttribute('aria-hidden', 'true');
  cue.append(progress);
  item.append(cue, element('span', number(score), 'score'));
  if (why) {
    const button = element('button', 'why', 'why');
    button.type = 'button';
    button.addEventListener('click', why);
    item.append(button);
  }
  return item;
}

function choices(nav, values, current, choose) {
  nav.replaceChildren(...values.map(value => {
    const button = element('button', value);
    button.type = 'button';
    button.setAttribute('aria-pressed', String(value === current));
    button.addEventListener('click', () => { choose(value); show(); });
    return button;
  }));
}

async function showConcept(id) {
  const answer = await ask(`/v1/concepts/${encodeURIComponent(id)}/associations`, { k: 30, measure, horizon });
  $('name').textContent = id;
  $('as-of').textContent = `as of ${answer.asOf.replace('T', ' ').replace('Z', '')} UTC, measures count ${answer.trials}`;
  choices($('measures'), measures, measure, value => { measure = value; });
  choices($('horizons'), horizons.length > 1 ? horizons : [], horizon || horizons.at(-1), value => { horizon = value; });
  const max = Math.max(0, ...answer.associations.map(a => a.score ?? 0));
  $('associations').replaceChildren(...answer.associations.map(a => bar(a.concept, a.score, max, () => explain(id, a.concept))));
}

async function explain(from, to) {
  try {
    const answer = await ask('/v1/associations', { from, to });
    const panel = $('explanation');
    panel.replaceChildren(element('h2', `${from} and ${to}`));
    for (const h of answer.horizons) {
      panel.append(element('p', `half-life ${h.horizon}: fired ${number(h.marginals.from)} and ${number(h.marginals.to)}, in `
        + `${number(h.episodes)} episodes (decayed); trials are ${answer.trials}`, 'quiet'));
      const table = element('table');
      const head = element('tr');
      head.append(element('th', ''), element('th', 'there'), element('th', 'and back'));
      table.append(head);
      for (const name of ['strength', 'row', 'column', 'total', 'saturated', ...measures.slice(1)]) {
        const row = element('tr');
        row.append(element('th', name), element('td', number(h.forward[name])), element('td', number(h.backward[name])));
        table.append(row);
      }
      panel.append(table);
    }
    panel.hidden = false;
    panel.scrollIntoView({ behavior: 'smooth', block: 'nearest' });
  } catch (problem) {
    fail(problem);
  }
}

async function showStart() {
  const { concepts } = await ask('/v1/concepts', { k: 20 });
  const max = Math.max(0, ...concepts.map(c => c.activation));
  $('concepts').replaceChildren(...concepts.map(c => bar(c.concept, c.activation, max)));
}

async function showStatus() {
  const status = await ask('/v1/status');
  horizons = status.settings['half-lives'].split(',');
  const { counts } = status;
  $('status').textContent = `${counts.episodes.toLocaleString('en')} episodes · ${counts.concepts.toLocaleString('en')} concepts · `
    + `${counts.associations.toLocaleString('en')} associations${status.ready ? '' : ' · catching up'}`;
}

function fail(problem) {
  if (!$('access').hidden) return;
  $('problem').textContent = problem.message;
  $('problem').hidden = false;
}

async function show() {
  const id = decodeURIComponent(location.hash.slice(1));
  $('problem').hidden = true;
  $('explanation').hidden = true;
  $('concept').hidden = !id;
  $('start').hidden = Boolean(id);
  try {
    await showStatus();
    await (id ? showConcept(id) : showStart());
  } catch (problem) {
    fail(problem);
  }
}

$('query').addEventListener('input', async event => {
  try {
    const { concepts } = await ask('/v1/concepts', { prefix: event.target.value, k: 12 });
    $('completions').replaceChildren(...concepts.map(c => {
      const option = element('option');
      option.value = c.concept;
      return option;
    }));
  } catch (problem) {
    fail(problem);
  }
});
$('search').addEventListener('submit', event => {
  event.preventDefault();
  if ($('query').value) location.hash = encodeURIComponent($('query').value);
});
$('access').addEventListener('submit', event => {
  event.preventDefault();
  if (!$('token').value) return;
  sessionStorage.setItem('token', $('token').value.trim());
  $('token').value = '';
  $('access').hidden = true;
  show();
});
addEventListener('hashchange', show);
show();
