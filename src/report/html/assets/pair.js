// Two articles side by side: what they share, what was changed between, and why they are linked.

const MARKS = ['quotation', 'furniture', 'stock'];
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
  }, found.articles.map((article, number) => el('option', { value: article.id, selected: number === (side ? b : a), disabled: number === (side ? a : b) && a !== b },
    // What is cut off where the field is narrow is the headline.
    [outletName(article.outlet).slice(0, 60), article.id, (article.title ?? '').slice(0, 120)].filter(Boolean).map(calm).join(' · ')))));
  const panes = articles.map((article, side) => pane(id, article, side, runs, changes[side]));
  follow(panes, runs.length);
  return {
    title: 'Side by side',
    body: [
      el('p', { class: 'crumbs' }, el('a', { href: '#/stories' }, 'Stories'), ' / ', el('a', { href: route(['story', id]) }, headline(core.story.title[place], id)), ' / side by side'),
      el('h1', {}, 'Side by side'),
      el('div', { class: 'filters pairing' }, choose('Left', 0), el('button', { type: 'button', onclick: () => go(query.b, query.a) }, '⇄ Swap'), choose('Right', 1)),
      why(pair, articles, found),
      changed(changes),
      el('ul', { class: 'legend marks' },
        [['run', 'shared prose'], ['run quotation', 'shared quotation'], ['quotation', 'quotation'], ['furniture', 'site furniture'], ['stock', 'stock context'], ['changed', 'changed']]
          .map(([name, label]) => el('li', {}, el('span', { class: `sample ${name}` }, label)))),
      runs.length ? el('p', { class: 'note screen' }, 'Click a shared passage to bring its counterpart beside it. With the keyboard: in a text, n and p (or Tab) go to its passages; on a passage, ↑ and ↓ go to the next and the one before, Enter to the counterpart.') : null,
      el('div', { class: 'panes' }, panes.map(({ node }) => node)),
    ],
  };
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

function pane(id, article, side, runs, changes) {
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
          const label = el('span', { class: 'no', 'aria-hidden': 'true', 'data-no': run + 1 });
          if (!beforeWord(line, label)) mark.append(label);
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
      el('p', { class: 'muted' }, foreign(article.id), ' · ', el('a', { href: sourcesLink(id, article) }, 'all it shares'), article.url ? [' · ', outward(article.url, 'web page')] : null,
        article.agency === null ? null : [' · ', foreign(core.agencies[article.agency]), article.basis ? `, ${BASIS[article.basis] ?? article.basis}` : '']),
    ), text);
  return { node, text, first };
}

/** Puts the number of a passage that begins inside a word, as the 10 of 04:10, in front of that word; says if it did. */
function beforeWord(line, label) {
  // Two passages may meet inside a word, too.
  const holder = line.lastChild?.localName === 'mark' ? line.lastChild : line;
  const last = holder.lastChild;
  const begun = last?.localName === 'span' ? /(?:\p{N}[\p{N}.,:’'/-]*|[\p{L}\p{M}]{1,20}[’'-])$/u.exec(last.textContent) : null;
  if (!begun) return false;
  const rest = last.cloneNode(false);
  rest.textContent = begun[0];
  last.textContent = last.textContent.slice(0, begun.index);
  holder.append(label, rest);
  return true;
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
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      const run = runOf(event);
      const order = [...first.keys()];
      const letter = { n: 1, p: -1 }[event.key];
      // Between passages the arrows scroll the text.
      const step = letter ?? (run === null ? undefined : { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key]);
      if (step) {
        // From the text itself, to the passage that was last gone to.
        const next = run === null ? order.find((number) => first.get(number).tabIndex === 0) : order[order.indexOf(run) + step];
        if (next !== undefined) { focus(side, next); show(next, side); }
      } else if (run !== null && (event.key === 'Enter' || event.key === ' ')) {
        show(run, side);
        focus(1 - side, run);
      } else {
        return;
      }
      event.preventDefault();
    });
  });
}

/** Why there is no pair of two articles of one story. */
function unpaired([a, b], found) {
  if (a.id === b.id) return 'This is one article on both sides. Choose another one to compare it with.';
  if (a.class !== null && a.class === b.class) return 'These two were not compared with one another: they are of one large class of near-duplicates, in which each article is compared with the longest.';
  if (found.pairs_left_out) return `Passages of these two are not in this report. The story has ${number(found.pairs.length + found.pairs_left_out)} pairs, and kept are those with the article it is measured against and those that give an article its kind.`;
  return 'They share no passage. They are of one story by their links with others.';
}

function why(pair, [a, b], found) {
  if (!pair) {
    return el('section', { class: 'panel', 'aria-labelledby': 'why' }, el('h2', { id: 'why' }, a.id === b.id ? 'One article' : 'Not linked with one another'),
      el('p', {}, unpaired([a, b], found)));
  }
  const [name, meaning] = RELATIONS[pair.relation] ?? [pair.relation, ''];
  const passages = pair.spans.length / 4;
  const links = LINKS.includes(pair.relation);
  const sides = { a_in_b: 'The right one contains the left one. ', b_in_a: 'The left one contains the right one. ' }[pair.direction] ?? '';
  return el('section', { class: 'panel', 'aria-labelledby': 'why' },
    el('h2', { id: 'why' }, links ? 'Why they are linked: ' : 'Not linked with one another: ', el('em', {}, name)),
    el('p', {}, `${meaning.charAt(0).toUpperCase()}${meaning.slice(1)}. ${sides}`,
      pair.revision ? 'Both are of one outlet: revisions rather than syndication. ' : '',
      `They share ${counted(pair.shared, 'word')} in ${counted(passages, 'passage')}, the longest of ${number(pair.longest)}; `,
      `${percent(pair.proseA)} of the left one’s prose is in the right one, and ${percent(pair.proseB)} of the right one’s in the left one. `,
      pair.probability === null ? '' : `That one reuses what the other reports is ${sure(pair.probability)} sure. `,
      pair.quotes > 0 ? `${percent(pair.quotes)} of the shared words are quotation.` : 'None of it is quotation.'),
    waterfall(pair),
    el('details', {}, el('summary', {}, 'Rule and figures'), el('dl', { class: 'facts figures-list' },
      el('dt', {}, 'rule'), el('dd', {}, foreign(pair.rule)),
      [['Jaccard similarity', pair.jaccard], ['containment of the left', pair.containmentA], ['containment of the right', pair.containmentB],
        ['prose of the left in the right', pair.proseA], ['prose of the right in the left', pair.proseB], ['evidence, bits', pair.bits],
        ['longest run, words', pair.longest], ['shared words', pair.shared], ['share of quotations', pair.quotes]]
        .map(([label, value]) => [el('dt', {}, label), el('dd', {}, decimals.format(value))]),
      el('dt', {}, 'same outlet'), el('dd', {}, pair.sameSource ? 'yes' : 'no'))));
}

/** A probability in words; none is certain but that of equal texts. */
function sure(probability) {
  if (probability > 0.99 && probability < 1) return 'more than 99 %';
  return percent(probability);
}

/** What speaks for reuse and what against it, in bits, with a bar each. */
function waterfall(pair) {
  const weights = pair.weights.filter(([, bits]) => Math.abs(bits) >= 0.05).sort((x, y) => y[1] - x[1]);
  if (!weights.length) return null;
  const most = Math.max(...weights.map(([, bits]) => Math.abs(bits)));
  return el('details', { class: 'weights' }, el('summary', {}, 'What speaks for it, and what against'),
    el('p', { class: 'muted' }, 'Each bit doubles the odds that text was reused, or halves them.'),
    el('table', {}, el('tbody', {}, weights.map(([name, bits]) => {
      const width = Math.max(2, Math.round(Math.abs(bits) / most * 100));
      const bar = svg('svg', { viewBox: '0 0 100 8', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
        svg('rect', { x: 0, y: 0, width, height: 8, class: bits < 0 ? 'against' : 'for' }));
      return el('tr', {}, el('th', { scope: 'row' }, FEATURES[name] ?? name), el('td', { class: 'figure' }, `${bits < 0 ? '−' : '+'}${decimals.format(Math.abs(bits))}`), el('td', { class: 'bars' }, bar));
    }))));
}

function changed([ours, theirs]) {
  const pairs = ours.map((change, place) => [change, theirs[place]]).filter(([x, y]) => x.text && y.text);
  if (!pairs.length) return null;
  const shown = pairs.slice(0, 24);
  return el('section', { class: 'changes', 'aria-labelledby': 'changed' }, el('h2', { id: 'changed' }, 'Changed between shared passages'),
    el('ul', {}, shown.map(([x, y]) => el('li', {}, el('small', {}, x.what), ' ', el('del', {}, foreign(x.text)), ' → ', el('ins', {}, foreign(y.text)))),
      pairs.length > shown.length ? el('li', { class: 'muted' }, `and ${number(pairs.length - shown.length)} more`) : null));
}
