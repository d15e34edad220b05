// One story: where it comes from, who took it up when, what each kept, and the text that most of them share.

const SHOWN_ROWS = 40;

async function story([id], query) {
  const place = storyPlace.get(id);
  if (place === undefined) return missing('story', id);
  const found = await details(place);
  if (query.a && query.b) return sideBySide(place, found, query);
  if (query.article) return sources(place, found, query);
  const articles = found.articles.map((article, number) => ({ ...article, number }));
  const members = articles.slice(0, found.members);
  const reference = members[found.reference];
  const start = Math.min(...members.map(dated).filter((value) => value !== null));
  const rows = sorted(members, (article) => (article === reference ? -Infinity : dated(article)), false);
  const langs = [...new Set(members.map((article) => article.lang).filter(Boolean))];
  return {
    title: core.story.title[place] ?? id,
    body: [
      el('p', { class: 'crumbs' }, el('a', { href: '#/stories' }, 'Stories'), ' / ', foreign(id)),
      el('h1', { class: 'serif' }, headline(core.story.title[place], id)),
      el('p', { class: 'lede' }, counted(members.length, 'article'), ' of ', counted(core.story.outlets[place].length, 'outlet'), ' · ',
        days(core.story.first[place], core.story.last[place]), langs.length ? ` · ${langs.map(language).join(', ')}` : ''),
      origin(id, found, articles, reference),
      articleTable(id, found, rows, reference),
      pickUps(rows, start),
      kernel(found, members, reference),
      roundUps(id, found, articles, reference),
    ],
  };
}

/** When it was published, if that can be true. */
function dated(article) {
  const value = seconds(article.published);
  return value !== null && !article.doubtful ? value : null;
}

function origin(id, found, articles, reference) {
  const known = found.origin;
  const agency = found.agency === null ? null : [el('dt', {}, 'Agency'), el('dd', {}, el('strong', {}, foreign(core.agencies[found.agency])),
    found.evidence ? [', said by ', evidence(id, found, articles)] : '')];
  const article = [el('strong', {}, outletLink(reference.outlet)), ' ', headline(reference.title, reference.id), ', ', date(reference.published)];
  if (found.copy_of !== null) {
    return el('section', { class: 'panel', 'aria-labelledby': 'origin' }, el('h2', { id: 'origin' }, 'Where it comes from'),
      el('dl', { class: 'facts' },
        el('dt', {}, 'Origin'), el('dd', {}, el('strong', {}, foreign(core.agencies[found.copy_of])), ', whose own copy is not in this scan'),
        el('dt', {}, core.story.leads[storyPlace.get(id)] ? 'First seen here' : 'A copy here'), el('dd', {}, article),
        known?.reasons.length ? [el('dt', {}, 'Why this one'), el('dd', {}, el('ul', {}, known.reasons.map((reason) => el('li', {}, foreign(reason)))))] : null,
        agency));
  }
  return el('section', { class: 'panel', 'aria-labelledby': 'origin' }, el('h2', { id: 'origin' }, 'Where it comes from'),
    el('dl', { class: 'facts' },
      el('dt', {}, known ? 'Likely origin' : 'Earliest here'),
      el('dd', {}, article, known ? el('span', { class: 'sure' }, ` (${sureness(known.confidence)})`) : ''),
      known ? [el('dt', {}, 'Reasons'), el('dd', {}, known.reasons.length ? el('ul', {}, known.reasons.map((reason) => el('li', {}, foreign(reason)))) : 'none stated')]
        : [el('dt', {}, 'Origin'), el('dd', {}, 'Not known. The earliest article is only what the others are measured against below.')],
      agency));
}

/** The words that name the agency, and the article that they stand in. */
function evidence(id, found, articles) {
  const [, words, name] = /^"(.*)" in (.+)$/s.exec(found.evidence) ?? [];
  const article = name && articles.find((other) => other.id === name);
  if (!article) return foreign(found.evidence);
  return [el('q', {}, foreign(words)), ' in ', el('a', { href: comparison(id, found, article) }, foreign(name))];
}

/** The page of an article beside the one it is measured against, else beside one that is linked with it. */
function comparison(id, found, article) {
  const paired = found.pairs.find((pair) => LINKS.includes(pair[2]) && (pair[0] === article.number || pair[1] === article.number));
  const other = found.articles[article.of ?? (paired ? (paired[0] === article.number ? paired[1] : paired[0]) : found.articles.findIndex((_, number) => number !== article.number))];
  const [left, right] = article.of === null ? [article, other] : [other, article];
  return route(['story', id], { a: left.id, b: right.id });
}

function pickUps(rows, start) {
  const times = rows.map(dated);
  const end = Math.max(...times.filter((value) => value !== null), start);
  const whole = end - start || 1;
  const item = (article, at) => el('li', {},
    outletLink(article.outlet),
    svg('svg', { class: 'track', 'aria-hidden': 'true', viewBox: '0 0 100 10', preserveAspectRatio: 'none' },
      svg('rect', { x: 0, y: 4.5, width: 100, height: 1, class: 'rest' }),
      at === null ? null : svg('rect', { x: 0, y: 4, width: ((at - start) / whole) * 98, height: 2, class: `f${article.kind}` }),
      at === null ? null : svg('rect', { x: ((at - start) / whole) * 98, y: 0, width: 2, height: 10, class: `f${article.kind}` })),
    el('span', { class: 'lag', title: date(article.published) }, at === null ? 'undated' : at === start ? date(article.published) : lag(article, at - start)));
  const items = rows.map((article, number) => item(article, times[number]));
  const kinds = KINDS.map((_, kind) => rows.filter((article) => article.kind === kind).length);
  const list = el('ol', { class: 'pickups' }, items.slice(0, SHOWN_ROWS));
  return el('section', { 'aria-labelledby': 'pickups' }, el('h2', { id: 'pickups' }, 'Who took it up, and when'),
    el('div', { class: 'bar-head' }, el('p', { class: 'note' }, start === Infinity ? 'None of the articles is dated.' : 'A line for each article: the longer it is, the later it came after the first. The colour is its kind.'), legend(kinds)), list,
    items.length > SHOWN_ROWS ? el('button', { type: 'button', onclick: (event) => { list.replaceChildren(...items); event.target.remove(); items[SHOWN_ROWS].querySelector('a')?.focus(); } },
      `Show all ${number(items.length)}`) : null);
}

function lag(article, behind) {
  if (!article.published.includes('T')) return behind < 86400 ? 'the same day' : `+${length(Math.floor(behind / 86400) * 86400)}`;
  return behind < 60 ? 'at once' : `+${length(behind)}`;
}

function articleTable(id, found, rows, reference) {
  const near = new Map(rows.filter((article) => article.of !== null).map((article) => [article, pairBetween(found, article.of, article.number)]));
  const share = (article, name) => (near.get(article) ? percent(name(near.get(article))) : '');
  const compare = (article) => comparison(id, found, article);
  // Asked for the rows of one page of the table at a time.
  const differs = (article) => {
    const pair = near.get(article);
    const words = pair && changesInWords(changesBetween([found.articles[article.of], article], runsOf(pair)));
    return words ? el('a', { href: compare(article) }, words) : '';
  };
  const columns = [
    { name: 'Article', heading: true, class: 'wide', cell: (article) => [
      el('a', { href: compare(article), class: 'headline' }, headline(article.title, article.id)),
      el('small', {}, foreign(article.id), ' · ', el('a', { href: sourcesLink(id, article) }, 'all it shares'), article.author ? [' · ', foreign(article.author.slice(0, 120))] : null, article.url ? [' · ', outward(article.url, 'web page')] : null)] },
    { name: 'Outlet', class: 'name', cell: (article) => outletLink(article.outlet) },
    { name: 'Published', class: 'date', cell: (article) => [date(article.published), article.doubtful ? el('small', {}, 'cannot be true') : null] },
    { name: 'Kind', class: 'of', cell: (article) => [kindBadge(article.kind), relationOf(article, near.get(article), found, reference)] },
    { name: 'Kept', class: 'num', cell: (article) => share(article, (pair) => pair.proseA) },
    { name: 'Cut', class: 'num', cell: (article) => share(article, (pair) => 1 - Math.round(pair.proseA * 100) / 100) },
    { name: 'Added', class: 'num', cell: (article) => share(article, (pair) => 1 - pair.proseB) },
    { name: 'Changed', class: 'changes-in', cell: differs },
    { name: 'Agency', class: 'by', only: () => rows.some(({ agency }) => agency !== null), cell: (article) => (article.agency === null ? '' : [foreign(core.agencies[article.agency]), article.basis ? el('small', {}, BASIS[article.basis] ?? foreign(article.basis)) : null]) },
  ];
  const csv = [
    ['id', (article) => article.id], ['title', (article) => article.title], ['outlet', (article) => outletText(article.outlet)],
    ['published', (article) => article.published], ['doubtful', (article) => article.doubtful], ['kind', (article) => KINDS[article.kind]],
    ['measured_against', (article) => (article.of === null ? null : found.articles[article.of].id)],
    ['relation', (article) => near.get(article)?.relation], ['kept', (article) => csvShare(near.get(article)?.proseA)],
    ['cut', (article) => csvShare(near.get(article) ? 1 - near.get(article).proseA : null)], ['added', (article) => csvShare(near.get(article) ? 1 - near.get(article).proseB : null)],
    ['agency', (article) => (article.agency === null ? null : core.agencies[article.agency])], ['agency_basis', (article) => article.basis],
    ['language', (article) => article.lang], ['url', (article) => article.url],
  ];
  let state = { page: 1 };
  const holder = el('div', {});
  const show = (focus) => {
    holder.replaceChildren(...pagedTable({ caption: 'Articles of the story', columns, rows, state, csv: { name: `story ${id}`, columns: csv }, pageRows: 100, change: (next, to) => { state = { ...state, ...next }; show(to); } }).filter(Boolean));
    if (focus) document.getElementById(focus)?.focus();
  };
  show();
  return el('section', { 'aria-labelledby': 'articles' }, el('h2', { id: 'articles' }, 'What each made of it'),
    el('p', { class: 'note' }, 'Each is measured against the earlier article that it is most like, or the likely origin, named below its kind; where that one is not earlier, this is said. ', el('i', {}, 'Kept'), ' and ', el('i', {}, 'cut'),
      ' are shares of that one’s prose, ', el('i', {}, 'added'), ' is the share of its own, ', el('i', {}, 'changed'), ' are numbers, dates and names that it has otherwise in passages both share. Follow a headline to see both side by side.'), holder);
}

function relationOf(article, pair, found, reference) {
  if (article.number === reference.number) return null;
  if (article.of === null) {
    const linked = found.pairs.some((pair) => LINKS.includes(pair[2]) && (pair[0] === article.number || pair[1] === article.number));
    return el('small', {}, linked ? 'linked with later ones only' : 'linked by others');
  }
  const other = found.articles[article.of];
  const [at, then] = [dated(article), dated(other)];
  // The article that a story is measured against may be a later one, if its text says that it is the source.
  const which = article.of !== reference.number || !found.origin ? '' : found.copy_of === null ? ', the likely origin' : ', the copy named above';
  const order = at === null || then === null ? `${which}; one of the two is undated` : then > at ? `${which}, dated later` : '';
  const named = pair && KINDS[article.kind] !== RELATIONS[pair.relation]?.[0] && pair.relation !== 'near_duplicate' ? `${RELATIONS[pair.relation]?.[0] ?? pair.relation} of ` : 'of ';
  const words = { a_in_b: 'has all of ', b_in_a: 'a part of ' }[pair?.direction] ?? named;
  return el('small', {}, words, foreign(other.id), order);
}

/** From this share of the prose of an article on, what most carry is its text; below are scattered passages. */
const WHOLE_TEXT = 0.4;

/** How much of the longer of two articles some stretches of the first are, in letters, without site furniture. */
function shareOf(runs, base, reference) {
  const letters = (text) => text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
  const inside = (article, stretches) => stretches.reduce((sum, [start, end]) => sum + letters(article.text.slice(start, end)), 0);
  const furniture = (article) => article.marks.filter(([, , kind]) => kind === FURNITURE);
  const prose = (article) => letters(article.text) - inside(article, furniture(article));
  const within = furniture(base).flatMap(([low, high]) => runs.map(([start, end]) => [Math.max(low, start), Math.min(high, end)]).filter(([start, end]) => start < end));
  return (inside(base, runs) - inside(base, within)) / Math.max(1, prose(base), prose(reference));
}

/** The stretches of one article that most others carry, with what stands between them left out. */
function kernel(found, members, reference) {
  const head = [el('h2', { id: 'kernel' }, 'The text most of them share')];
  if (!found.kernel) return el('section', { 'aria-labelledby': 'kernel' }, head, el('p', {}, 'No passage is carried by at least half of the articles.'));
  const { base, need } = found.kernel;
  const article = members[base];
  const runs = rounded(article.text, found.kernel.runs);
  const share = shareOf(found.kernel.runs, article, reference);
  const outlets = new Set(members.map(({ outlet }) => outlet)).size;
  const longer = article === reference ? 'its prose' : 'the prose of the longer of it and the article that the story is measured against';
  const verdict = share < WHOLE_TEXT ? `Only scattered passages are common: ${percent(share)} of ${longer}.`
    : outlets < 2 ? `That is ${percent(share)} of ${longer}. All are of one outlet, so it is what its takes have in common.`
      : `That is ${percent(share)} of ${longer}: the ${found.agency === null ? 'common' : 'wire'} text as far as it can be rebuilt.`;
  const text = el('div', { class: 'text kernel', dir: 'auto', lang: article.lang });
  for (const paragraph of paragraphs(article.text)) {
    const inIt = runs.filter(([start, end]) => start < paragraph.end && end > paragraph.start);
    if (!inIt.length) {
      if (text.lastChild?.className !== 'gap') text.append(el('p', { class: 'gap' }, '…'));
      continue;
    }
    const most = Math.max(...inIt.map(([, , carriers]) => carriers));
    const line = el('p', { dir: 'auto', 'data-carriers': `${most}/${members.length - 1}` });
    let at = paragraph.start;
    const rest = (to) => { if (to > at) line.append(el('span', { class: 'rest' }, calm(article.text.slice(at, to)))); };
    for (const [start, end, carriers] of inIt) {
      rest(Math.max(start, paragraph.start));
      const [from, to] = [Math.max(start, at), Math.min(end, paragraph.end)];
      line.append(el('span', { class: 'core', title: `carried by ${carriers} of ${members.length - 1} others` }, calm(article.text.slice(from, to))));
      at = to;
    }
    rest(paragraph.end);
    text.append(line);
  }
  const box = el('input', { type: 'checkbox', onchange: (event) => text.classList.toggle('all', event.target.checked) });
  return el('section', { 'aria-labelledby': 'kernel' }, head,
    el('p', { class: 'note' }, `${members.length === 2 ? 'What the other article carries, too' : `What at least ${need} of the ${members.length - 1} other articles carry`}, as it stands in `, outletLink(article.outlet), ' (', foreign(article.id), '). ', verdict),
    el('label', { class: 'check' }, box, 'Show the rest of that article, too'), text);
}

function roundUps(id, found, articles, reference) {
  const others = articles.slice(found.members);
  if (!others.length) return null;
  return el('section', { 'aria-labelledby': 'roundups' }, el('h2', { id: 'roundups' }, 'Carry a part of it'),
    el('p', { class: 'note' }, 'Round-ups and the like: linked with this story without belonging to it.'),
    el('ul', { class: 'plain' }, others.map((article) => el('li', {},
      el('a', { href: route(['story', id], { a: reference.id, b: article.id }), class: 'headline' }, headline(article.title, article.id)), ' ', outletLink(article.outlet), ', ', date(article.published)))));
}

/** The lines of a text that hold something, by their place. */
function paragraphs(text) {
  const found = [];
  for (const match of text.matchAll(/[^\n]+/g)) {
    if (match[0].trim()) found.push({ start: match.index, end: match.index + match[0].length });
  }
  return found;
}

function missing(what, name) {
  return { title: 'Not found', body: [el('h1', {}, 'Not found'), el('p', {}, `This report has no ${what} `, foreign(name), '.')] };
}
