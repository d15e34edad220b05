// Two articles side by side: what they share, what was changed between, and why they are linked.

const MARKS = ['quotation', 'furniture', 'stock'];
/** Between two shared passages, what is longer than this was written anew, not changed. */
const CHANGED_CHARACTERS = 120;
/** So few words in place of so few others are one change, if there is a number, a date or a name among them. */
const REPLACED_WORDS = 5;

function sideBySide(place, found, query) {
  const id = core.story.id[place];
  const at = (name) => found.articles.findIndex((article) => article.id === name);
  const [a, b] = [at(query.a), at(query.b)];
  if (a < 0 || b < 0) return missing('article', a < 0 ? query.a : query.b);
  const articles = [found.articles[a], found.articles[b]];
  const pair = pairBetween(found, a, b);
  const runs = pair ? runsOf(pair) : [];
  const changes = changesBetween(articles, runs);
  const go = (first, second) => { location.hash = route(['story', id], { a: first, b: second }); };
  const choose = (label, side) => el('label', {}, el('span', {}, label), el('select', {
    onchange: (event) => (side ? go(query.a, event.target.value) : go(event.target.value, query.b)),
  }, found.articles.map((article, number) => el('option', { value: article.id, selected: number === (side ? b : a), disabled: number === (side ? a : b) },
    calm(`${outletName(article.outlet)}: ${article.title || article.id} (${article.id})`).slice(0, 110)))));
  const panes = articles.map((article, side) => pane(article, side, runs, changes[side]));
  follow(panes, runs.length);
  return {
    title: 'Side by side',
    body: [
      el('p', { class: 'crumbs' }, el('a', { href: '#/stories' }, 'Stories'), ' / ', el('a', { href: route(['story', id]) }, headline(core.story.title[place], id)), ' / side by side'),
      el('h1', {}, 'Side by side'),
      el('div', { class: 'filters pairing' }, choose('Left', 0), el('button', { type: 'button', onclick: () => go(query.b, query.a) }, '⇄ Swap'), choose('Right', 1)),
      why(pair, articles),
      changed(changes),
      el('ul', { class: 'legend marks' },
        [['run', 'shared prose'], ['run quotation', 'shared quotation'], ['quotation', 'quotation'], ['furniture', 'site furniture'], ['stock', 'stock context'], ['changed', 'changed']]
          .map(([name, label]) => el('li', {}, el('span', { class: `sample ${name}` }, label)))),
      runs.length ? el('p', { class: 'note screen' }, 'Click a shared passage to bring its counterpart beside it. With the keyboard: ↑ and ↓ go from passage to passage, Enter to the counterpart.') : null,
      el('div', { class: 'panes' }, panes.map(({ node }) => node)),
    ],
  };
}

function runsOf(pair) {
  const runs = [];
  for (let i = 0; i < pair.spans.length; i += 4) runs.push([pair.spans.slice(i, i + 2), pair.spans.slice(i + 2, i + 4)]);
  return runs.sort((x, y) => x[0][0] - y[0][0]);
}

/** The stretches of a text, in order, each with what holds there: the run, the kind, whether it was changed. */
function stretches(article, runs, changes, { start, end }) {
  const layers = [
    ...runs.map(([from, to, number]) => [from, to, 'run', number]),
    ...article.marks.map(([from, to, kind]) => [from, to, 'mark', MARKS[kind]]),
    ...changes.map(({ start: from, end: to, what }) => [from, to, 'changed', what]),
  ].filter(([from, to]) => from < end && to > start);
  const cuts = [...new Set([start, end, ...layers.flatMap(([from, to]) => [Math.max(start, from), Math.min(end, to)])])].sort((x, y) => x - y);
  return cuts.slice(1).map((to, place) => {
    const from = cuts[place];
    const over = layers.filter(([low, high]) => low <= from && high >= to);
    const layer = (name) => over.find(([, , kind]) => kind === name)?.[3];
    return { from, to, run: layer('run'), mark: layer('mark'), changed: layer('changed') };
  });
}

function pane(article, side, runs, changes) {
  const text = el('div', { class: 'text', tabindex: 0, role: 'region', lang: article.lang, 'aria-label': `Text of ${calm(outletName(article.outlet))}, ${side ? 'right' : 'left'}` });
  const first = new Map();
  const order = runs.map((run, number) => [...run[side], number]).sort((x, y) => x[0] - y[0]);
  const shown = rounded(article.text, order);
  for (const paragraph of paragraphs(article.text)) {
    const line = el('p', { dir: 'auto' });
    let open = null;
    for (const { from, to, run, mark, changed: what } of stretches(article, shown, changes, paragraph)) {
      const classes = [mark, what ? 'changed' : null].filter(Boolean).join(' ');
      const piece = el('span', { class: classes || null, title: what ? `changed ${what}` : mark ?? null }, calm(article.text.slice(from, to)));
      if (run === undefined) {
        open = null;
        line.append(piece);
        continue;
      }
      if (open?.run !== run) {
        const mark = el('mark', { class: 'run', 'data-run': run });
        if (!first.has(run)) {
          put(mark, { role: 'button', 'aria-roledescription': 'shared passage', tabindex: first.size ? -1 : 0 });
          mark.append(el('span', { class: 'no', 'aria-hidden': 'true', 'data-no': run + 1 }));
          first.set(run, mark);
        }
        open = { run, mark };
        line.append(mark);
      }
      open.mark.append(piece);
    }
    text.append(line);
  }
  const node = el('article', { class: 'pane', 'aria-label': side ? 'Right article' : 'Left article' },
    el('header', {}, el('p', {}, outletLink(article.outlet), ' · ', date(article.published), article.author ? [' · ', foreign(article.author.slice(0, 120))] : null),
      el('h2', { class: 'serif', dir: 'auto' }, headline(article.title, article.id)),
      el('p', { class: 'muted' }, foreign(article.id), article.url ? [' · ', outward(article.url, 'web page')] : null,
        article.agency === null ? null : [' · ', foreign(core.agencies[article.agency]), article.basis ? `, ${BASIS[article.basis] ?? article.basis}` : '']),
    ), text);
  return { node, text, first };
}

/** Passages that are clicked or entered show their counterparts. */
function follow(panes, count) {
  const show = (run, from) => {
    for (const { text } of panes) for (const mark of text.querySelectorAll('.run')) mark.classList.toggle('now', Number(mark.dataset.run) === run);
    const [here, there] = [panes[from].first.get(run), panes[1 - from].first.get(run)];
    if (!here || !there) return;
    const [ours, theirs] = [panes[from].text, panes[1 - from].text];
    const height = here.getBoundingClientRect().top - ours.getBoundingClientRect().top;
    theirs.scrollTop += there.getBoundingClientRect().top - theirs.getBoundingClientRect().top - height;
    announce(`Passage ${run + 1} of ${count}`);
  };
  const focus = (side, run) => {
    const mark = panes[side].first.get(run);
    if (!mark) return;
    for (const other of panes[side].first.values()) other.tabIndex = -1;
    mark.tabIndex = 0;
    mark.focus();
  };
  panes.forEach(({ text, first }, side) => {
    const runOf = (event) => { const mark = event.target.closest?.('.run'); return mark ? Number(mark.dataset.run) : null; };
    text.addEventListener('click', (event) => { const run = runOf(event); if (run !== null) { focus(side, run); show(run, side); } });
    text.addEventListener('keydown', (event) => {
      const run = runOf(event);
      if (run === null) return;
      const order = [...first.keys()];
      const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
      if (step) {
        const next = order[order.indexOf(run) + step];
        if (next !== undefined) { focus(side, next); show(next, side); }
      } else if (event.key === 'Enter' || event.key === ' ') {
        show(run, side);
        focus(1 - side, run);
      } else {
        return;
      }
      event.preventDefault();
    });
  });
}

function why(pair, [a, b]) {
  if (!pair) {
    return el('section', { class: 'panel', 'aria-labelledby': 'why' }, el('h2', { id: 'why' }, 'Why they are linked'),
      el('p', {}, 'These two were not compared with one another: in a large class of near-duplicates each article is compared with the longest. They are of one story by their links with others.'));
  }
  const [name, meaning] = RELATIONS[pair.relation] ?? [pair.relation, ''];
  const passages = pair.spans.length / 4;
  const sides = { a_in_b: 'The left one stands in the right one. ', b_in_a: 'The right one stands in the left one. ' }[pair.direction] ?? '';
  const whole = pair.sameSource && ['identical', 'near_duplicate', 'version'].includes(pair.relation);
  return el('section', { class: 'panel', 'aria-labelledby': 'why' },
    el('h2', { id: 'why' }, 'Why they are linked: ', el('em', {}, name)),
    el('p', {}, `${meaning.charAt(0).toUpperCase()}${meaning.slice(1)}. ${sides}`,
      whole ? 'Both are of one outlet: revisions rather than syndication. ' : '',
      `They share ${counted(pair.shared, 'word')} in ${counted(passages, 'passage')}, the longest of ${number(pair.longest)}; `,
      `${percent(pair.proseA)} of the left one’s prose stands in the right one and ${percent(pair.proseB)} of the right one’s in the left one. `,
      `What prose they share is worth ${number(Math.round(pair.bits))} bits beyond chance; a link wants ${number(Math.round(core.link_bits))}. `,
      pair.quotes > 0 ? `${percent(pair.quotes)} of the shared words are quotation.` : 'None of it is quotation.'),
    el('details', {}, el('summary', {}, 'Rule and figures'), el('dl', { class: 'facts figures-list' },
      el('dt', {}, 'rule'), el('dd', {}, foreign(pair.rule)),
      [['Jaccard similarity', pair.jaccard], ['containment of the left', pair.containmentA], ['containment of the right', pair.containmentB],
        ['prose of the left in the right', pair.proseA], ['prose of the right in the left', pair.proseB], ['evidence, bits', pair.bits],
        ['longest run, words', pair.longest], ['shared words', pair.shared], ['share of quotations', pair.quotes]]
        .map(([label, value]) => [el('dt', {}, label), el('dd', {}, decimals.format(value))]),
      el('dt', {}, 'same outlet'), el('dd', {}, pair.sameSource ? 'yes' : 'no'))));
}

function changed([ours, theirs]) {
  const pairs = ours.map((change, place) => [change, theirs[place]]).filter(([x, y]) => x.text && y.text);
  if (!pairs.length) return null;
  const shown = pairs.slice(0, 24);
  return el('section', { class: 'changes', 'aria-labelledby': 'changed' }, el('h2', { id: 'changed' }, 'Changed between shared passages'),
    el('ul', {}, shown.map(([x, y]) => el('li', {}, el('small', {}, x.what), ' ', el('del', {}, foreign(x.text)), ' → ', el('ins', {}, foreign(y.text)))),
      pairs.length > shown.length ? el('li', { class: 'muted' }, `and ${number(pairs.length - shown.length)} more`) : null));
}

/**
 * Numbers, names and dates that differ where both texts go on from the same passage to the same next one. Of either text a
 * list of equal length, entry for entry.
 */
function changesBetween(articles, runs) {
  const changes = [[], []];
  const order = runs.map((_, number) => number).sort((x, y) => runs[x][1][0] - runs[y][1][0]);
  const next = new Map(order.map((number, place) => [number, order[place + 1]]));
  for (let number = 0; number + 1 < runs.length; number += 1) {
    if (next.get(number) !== number + 1) continue;
    const gaps = [0, 1].map((side) => [runs[number][side][1], runs[number + 1][side][0]]);
    if (gaps.some(([from, to]) => to - from > CHANGED_CHARACTERS || to <= from)) continue;
    const found = gaps.map(([from, to], side) => facts(articles[side], from, to));
    const before = changes[0].length;
    for (const what of ['number', 'date', 'name']) {
      const [left, right] = found.map((list) => list.filter((fact) => fact.what === what));
      const only = (these, those) => these.filter((fact) => !those.some((other) => other.key === fact.key));
      const [lost, won] = [only(left, right), only(right, left)];
      // Of three against two it cannot be said what became what.
      if (lost.length !== won.length) continue;
      changes[0].push(...lost);
      changes[1].push(...won);
    }
    const keys = found.map((list) => list.map(({ key }) => key).join());
    const whole = gaps.map(([from, to], side) => stretch(articles[side].text, from, to));
    if (changes[0].length === before && keys[0] !== keys[1] && whole.every(({ text }) => text && text.split(/\s+/).length <= REPLACED_WORDS)) {
      const { what } = [...found[0], ...found[1]].find((fact) => !found[0].includes(fact) || !found[1].some(({ key }) => key === fact.key));
      whole.forEach((stretch, side) => changes[side].push({ ...stretch, what }));
    }
  }
  return changes;
}

/** What stands between two places, without the blanks and marks around it. */
function stretch(text, from, to) {
  const inner = /[\p{L}\p{N}](?:.*[\p{L}\p{N}])?/su.exec(text.slice(from, to));
  return inner ? { start: from + inner.index, end: from + inner.index + inner[0].length, text: inner[0] } : { start: from, end: from, text: '' };
}

const calendars = new Map();
/** The names of months and days of the week in a language. */
function calendar(lang) {
  const tag = lang || 'en';
  if (!calendars.has(tag)) {
    const names = new Set();
    try {
      for (const style of ['long', 'short']) {
        for (let i = 0; i < 12; i += 1) names.add(new Intl.DateTimeFormat(tag, { month: style, day: 'numeric', timeZone: 'UTC' }).formatToParts(Date.UTC(2024, i, 7)).find(({ type }) => type === 'month').value.toLowerCase().replace(/\.$/, ''));
        for (let i = 0; i < 7; i += 1) names.add(new Intl.DateTimeFormat(tag, { weekday: style, timeZone: 'UTC' }).format(Date.UTC(2024, 0, 1 + i)).toLowerCase().replace(/\.$/, ''));
      }
    } catch {
      // A tag of no language: dates are then only what their numbers say.
    }
    calendars.set(tag, names);
  }
  return calendars.get(tag);
}

/** The numbers, dates and names in a stretch of text. A name is what has a capital inside a sentence. */
function facts(article, start, end) {
  const found = [];
  for (const match of article.text.slice(start, end).matchAll(/[\p{L}\p{N}][\p{L}\p{M}\p{N}]*(?:[.,:’'-][\p{L}\p{N}][\p{L}\p{M}\p{N}]*)*/gu)) {
    const [text] = match;
    const from = start + match.index;
    const key = text.toLowerCase();
    const begins = /(^|[.!?…:“”"«»\n]\s*)$/.test(article.text.slice(Math.max(0, from - 6), from)) && !/\p{N}$/u.test(article.text.slice(0, from));
    const what = calendar(article.lang).has(key) && (!/^\p{Ll}/u.test(text) || key.length > 3) ? 'date' : /\p{N}/u.test(text) ? 'number' : /^\p{Lu}/u.test(text) && !begins ? 'name' : null;
    if (!what) continue;
    const last = found.at(-1);
    if (last && what === 'name' && last.what === 'name' && /^[ -]$/.test(article.text.slice(last.end, from))) {
      found[found.length - 1] = { what, start: last.start, end: from + text.length, text: `${last.text} ${text}`, key: `${last.key} ${key}` };
    } else {
      found.push({ what, start: from, end: from + text.length, text, key });
    }
  }
  return found;
}
