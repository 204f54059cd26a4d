// What every page can do before, and without, the wasm.
const page = document.documentElement;
const seen = (path) => location.origin + path;

document.cookie = `zone=${-new Date().getTimezoneOffset()}; path=/; max-age=31536000; samesite=lax`;

addEventListener('click', (event) => {
  const on = (selector) => event.target.closest?.(selector);
  // Night becomes morning, morning night.
  if (on('.theme')) {
    const light = matchMedia('(prefers-color-scheme: light)').matches;
    const now = page.dataset.theme || (light ? 'morning' : 'night');
    page.dataset.theme = now === 'night' ? 'morning' : 'night';
    document.cookie = `theme=${page.dataset.theme}; path=/; max-age=31536000; samesite=lax`;
  }
  // What is quoted is shown where it stands, if it is loaded.
  const quote = on('a.quote');
  const quoted = quote && document.getElementById(quote.hash.slice(1));
  if (quoted) {
    event.preventDefault();
    event.stopPropagation();
    quoted.scrollIntoView({ block: 'center' });
    quoted.focus({ preventScroll: true });
  }
  // Who has left an old place for the newest comes back to that.
  const latest = on('.to-latest');
  if (latest) history.replaceState(history.state, '', latest.href);
  // A long message unfolds, and stays so when its line is drawn anew.
  const fold = on('.fold');
  if (fold) {
    const message = fold.closest('article');
    open.add(place(message, '.fold'));
    message.focus({ preventScroll: true });
    unfold(message);
  }
  // Past the bar and the lists, into the page itself.
  if (on('.skip')) {
    event.preventDefault();
    event.stopPropagation();
    const main = document.getElementById('main');
    main.tabIndex = -1;
    main.focus();
  }
  const copies = on('[data-copies]');
  if (copies) {
    const field = document.getElementById(copies.dataset.copies);
    field.select();
    navigator.clipboard?.writeText(field.value);
  }
}, true);

// What was opened in which message.
const open = new Set();
const place = (message, what) => location.pathname + message.id + what;
function unfold(message) {
  message.classList.add('whole');
  message.querySelector('.fold')?.remove();
}

// A line that is drawn anew, because somebody reacted to it say, keeps the focus that it had.
let reading = '';
addEventListener('focusin', (event) => (reading = event.target.closest?.('article[data-seq]')?.id));
addEventListener('pointerdown', () => (reading = ''), true);
new MutationObserver(() => {
  if (reading && document.activeElement === document.body) document.getElementById(reading)?.focus({ preventScroll: true });
  for (const closed of open.size ? document.querySelectorAll('.fold, .why:not([open])') : []) {
    const message = closed.closest('article');
    if (!open.has(place(message, closed.dataset.message || '.fold'))) continue;
    if (closed.dataset.message) closed.open = true;
    else unfold(message);
  }
}).observe(page, { childList: true, subtree: true });

// Why an AI spoke, and what others made of the same message, is asked for when somebody wants to know.
addEventListener('toggle', async (event) => {
  const why = event.target;
  if (!why.matches('.why')) return;
  const article = why.closest('article');
  const here = place(article, why.dataset.message);
  if (!why.open) return open.delete(here);
  open.add(here);
  if (why.childElementCount > 1) return;
  const body = new URLSearchParams({ channel: article.dataset.channel, message: why.dataset.message });
  const answer = await fetch('/api/messages/decisions', { method: 'POST', body, headers: { accept: 'application/json' } }).catch(() => null);
  const told = await answer?.json().catch(() => null);
  const add = (text) => why.appendChild(Object.assign(document.createElement('p'), { textContent: text }));
  if (!answer?.ok) return add(told?.message || page.dataset.sorry);
  if (!told.length) add(page.dataset.nobody);
  for (const one of told) {
    add([one.reason, one.cause].filter(Boolean).join(' — '));
    for (const source of one.recalled || []) {
      // What a document says stands in no channel.
      const place = `/rooms/${source.channel}?at=${source.seq}#m${source.seq}`;
      const link = source.channel
        ? Object.assign(document.createElement('a'), { href: place, rel: 'external', className: 'quote' })
        : Object.assign(document.createElement('span'), { className: 'quote' });
      link.append(Object.assign(document.createElement('b'), { textContent: source.author }), ' ', source.text);
      add(`${one.name} ${page.dataset.recalled} `).append(link);
    }
  }
}, true);

// Whoever does something is there: said now and then, so that who does nothing counts as away.
let said = 0;
for (const sign of ['pointermove', 'pointerdown', 'keydown', 'wheel', 'visibilitychange']) {
  addEventListener(sign, () => {
    if (!page.dataset.alive || document.hidden || Date.now() - said < 60_000) return;
    said = Date.now();
    fetch('/api/people/active', { method: 'POST', headers: { accept: 'application/json' } }).catch(() => {});
  }, { capture: true, passive: true });
}

// How far one has read is told at once, and then once a second for all that comes meanwhile; whoever leaves tells the rest.
const read = new Map();
let telling = 0;
function tell() {
  telling = read.size && setTimeout(tell, 1_000);
  for (const [channel, up_to] of read) navigator.sendBeacon('/api/channels/read', new URLSearchParams({ channel, up_to }));
  read.clear();
}
new MutationObserver(() => {
  read.set(...page.dataset.read.split(' '));
  if (!telling) tell();
}).observe(page, { attributeFilter: ['data-read'] });
addEventListener('pagehide', tell);

// Forms that change what the stream then tells anyway are sent without leaving the page.
addEventListener('submit', async (event) => {
  const form = event.target;
  if (form.dataset.rehearses) return rehearse(event, form);
  if (form.matches('[data-teaches]')) return teach(event, form);
  if (form.dataset.uploads || form.matches('[data-saves]')) return exchange(event, form);
  const shows = form.dataset.shows;
  if (!shows && !(form.matches('[data-quietly]') && page.dataset.alive)) return;
  event.preventDefault();
  if (form.popover) form.hidePopover();
  const body = new URLSearchParams(new FormData(form, event.submitter));
  const answer = await fetch(form.action, { method: 'POST', body, headers: { accept: 'application/json' } }).catch(() => null);
  if (!answer?.ok) return refused(form, answer);
  if (!shows) return;
  // What is made is shown once, to be handed on.
  const field = form.querySelector('.link') || document.createElement('input');
  field.className = 'link';
  field.readOnly = true;
  field.setAttribute('aria-label', event.submitter?.textContent);
  field.value = seen((await answer.json())[shows]);
  form.append(field);
  field.select();
});

// An AI comes from a file, or becomes one.
async function exchange(event, form) {
  event.preventDefault();
  const fields = Object.fromEntries(new FormData(form));
  const uploaded = fields[form.dataset.uploads];
  if (uploaded) {
    const url = await new Promise((done) => {
      const reader = new FileReader();
      reader.onloadend = () => done(reader.result || '');
      reader.readAsDataURL(uploaded);
    });
    fields[form.dataset.uploads] = url.slice(url.indexOf(',') + 1);
  }
  const headers = { accept: 'application/json', 'content-type': 'application/json' };
  const answer = await fetch(form.action, { method: 'POST', body: JSON.stringify(fields), headers }).catch(() => null);
  if (!answer?.ok) return refused(form, answer);
  const made = await answer.json();
  if (uploaded) return location.assign(`/studio/${made}`);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([made.content], { type: 'application/json' }));
  link.download = made.name;
  link.click();
  URL.revokeObjectURL(link.href);
}

// Documents that an AI is to know are sent one after the other; what was wrong with one stands beside its name.
async function teach(event, form) {
  event.preventDefault();
  const told = form.querySelector('[role=status] ul');
  const files = [...form.files.files];
  form.files.value = '';
  told.replaceChildren();
  for (const file of files) {
    const line = told.appendChild(Object.assign(document.createElement('li'), { textContent: `${form.dataset.sending} ${file.name} …` }));
    const to = `${form.action}?${new URLSearchParams({ mind: form.mind.value, name: file.name })}`;
    const answer = await fetch(to, { method: 'POST', body: file, headers: { accept: 'application/json', 'content-type': 'application/octet-stream' } }).catch(() => null);
    if (answer?.ok) line.remove();
    else {
      const why = await answer?.json().catch(() => null);
      line.className = 'wrong';
      line.textContent = `${file.name}: ${why?.message || page.dataset.sorry}`;
    }
    await draw();
  }
}

// What is dropped where files are chosen is chosen.
addEventListener('dragover', (event) => event.target.closest?.('.drop') && event.preventDefault());
addEventListener('drop', (event) => {
  const field = event.target.closest?.('.drop')?.querySelector('input');
  if (!field || !event.dataTransfer.files.length) return;
  event.preventDefault();
  field.files = event.dataTransfer.files;
  field.form.requestSubmit();
});

// What it has read so far is drawn anew while something is on its way.
let drawing = 0;
async function draw() {
  clearTimeout(drawing);
  const answer = await fetch(location.href, { headers: { accept: 'text/html' } }).catch(() => null);
  const html = answer?.ok && new DOMParser().parseFromString(await answer.text(), 'text/html');
  const [now, anew] = [document, html].map((one) => one && one.getElementById('documents'));
  // Who stands on a button of the list is not taken off it.
  if (anew && !now.contains(document.activeElement)) now.replaceWith(anew);
  if (document.querySelector('#documents[data-works]')) drawing = setTimeout(draw, 2_000);
}

// A talk with an AI in the studio stands on this page alone: all of it is sent each time.
async function rehearse(event, form) {
  event.preventDefault();
  form.querySelector('.wrong')?.remove();
  const lines = form.querySelector('.lines');
  const button = form.querySelector('button');
  const add = (who, text) => {
    const line = lines.appendChild(document.createElement('p'));
    line.append(Object.assign(document.createElement('b'), { textContent: who }), ' ', text);
    line.dataset.text = text;
    line.dir = 'auto';
    line.scrollIntoView({ block: 'nearest' });
    return line;
  };
  const said = add(page.dataset.you, form.line.value);
  const body = new URLSearchParams({ mind: form.mind.value });
  [...lines.children].forEach((line, at) => body.append(`talk[${at}]`, line.dataset.text));
  form.line.value = '';
  button.disabled = true;
  lines.ariaBusy = 'true';
  const answer = await fetch(form.action, { method: 'POST', body, headers: { accept: 'application/json' } }).catch(() => null);
  button.disabled = false;
  lines.ariaBusy = 'false';
  if (answer?.ok) return add(form.dataset.rehearses, (await answer.json()).answer || '…');
  // What was not answered can be sent again.
  form.line.value = said.dataset.text;
  said.remove();
  refused(form, answer);
}

// Why it was refused stands where the other troubles do.
async function refused(form, answer) {
  const why = answer && (await answer.json().catch(() => null));
  const foot = document.querySelector('.foot') || form;
  const line = document.createElement('p');
  line.className = 'wrong';
  line.setAttribute('role', 'alert');
  line.textContent = why?.message || page.dataset.sorry;
  foot.prepend(line);
  setTimeout(() => line.remove(), 8000);
}

// From message to message by the arrow keys.
addEventListener('keydown', (event) => {
  const talk = event.target.closest?.('.talk');
  const here = event.target.closest?.('article');
  const up = event.key === 'ArrowUp';
  if (!talk || (event.target !== talk && event.target !== here) || !(up || event.key === 'ArrowDown')) return;
  const all = [...talk.querySelectorAll('article[data-seq]')];
  const next = here ? all[all.indexOf(here) + (up ? -1 : 1)] : all.at(-1);
  if (!next) return;
  event.preventDefault();
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: 'nearest' });
});

addEventListener('DOMContentLoaded', () => {
  if (document.querySelector('#documents[data-works]')) setTimeout(draw, 1_000);
  document.querySelectorAll('[data-absolute]').forEach((field) => (field.value = seen(field.dataset.absolute)));
  // The tab's icon has a lamp lit while its title counts something.
  const icon = document.querySelector('link[rel=icon]');
  const lit = () => {
    const wanted = document.title.startsWith('(') ? '/favicon-lit.svg' : '/favicon.svg';
    if (icon.getAttribute('href') !== wanted) icon.href = wanted;
  };
  new MutationObserver(lit).observe(document.head, { childList: true, characterData: true, subtree: true });
  if (location.hash) document.getElementById(location.hash.slice(1))?.classList.add('found');
});
