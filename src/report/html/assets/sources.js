// One article with all that it shares with the others of its story, coloured by whom it shares it with, or by what it is worth:
// copied or quoted, credited or not.

/** Sources with a colour of their own; the others have one in common. Each has its number, too. */
const SOURCE_COLOURS = 10;

/** What a stretch of an article is, by who had it before and whether the article credits an agency. */
const GROUPS = [
  ['copied, credited', 'another outlet had it earlier, and the article credits an agency'],
  ['copied, not credited', 'another outlet had it earlier, and the article credits no agency that is known'],
  ['quoted, credited', 'as copied, but between quotation marks'],
  ['quoted, not credited', 'as copied, but between quotation marks'],
  ['its own, from before', 'its own outlet had it first'],
  ['its own, taken up later', 'only later articles have it, too'],
  ['shared, order not known', 'one of the two is undated'],
  ['only here', 'no other article of the story was found to share it'],
];
const ONLY_HERE = GROUPS.length - 1;

function sourcesLink(id, article, query) {
  return route(['story', id], { article: article.id, ...query });
}

/** Whether an article says in its own words that an agency is behind it; what was inferred from others is no credit. */
function credits(article) {
  return article.agency !== null && article.basis !== 'inferred';
}

/** The others that share something with an article, the earliest first, each with the stretches of the article that it has. */
function carriersOf(found, at) {
  const reference = (number) => number === found.reference && found.origin !== null;
  const order = (number) => [reference(number) ? 0 : 1, dated(found.articles[number]) ?? Infinity, number];
  const before = (x, y) => { const [a, b] = [order(x), order(y)]; return a[0] - b[0] || (a[1] === b[1] ? a[2] - b[2] : a[1] - b[1]); };
  const ours = found.articles[at];
  const time = (number) => {
    if (reference(number)) return 'earlier';
    if (reference(at)) return 'later';
    const [then, now] = [dated(found.articles[number]), dated(ours)];
    if (then === null || now === null) return 'unknown';
    return then < now || (then === now && number < at) ? 'earlier' : 'later';
  };
  const carriers = found.pairs.filter((pair) => pair[0] === at || pair[1] === at).map((raw) => {
    const pair = raw[0] === at ? pairOf(raw) : turned(pairOf(raw));
    return { number: pair.b, article: found.articles[pair.b], pair, time: time(pair.b), runs: runsOf(pair).map(([run]) => run) };
  }).filter(({ runs }) => runs.length);
  return carriers.sort((x, y) => before(x.number, y.number));
}

/** For each unit of a text the first of some carriers that has it, by its place, else -1. */
function owners(length, carriers) {
  const found = new Int32Array(length).fill(-1);
  carriers.forEach(({ runs }, place) => {
    for (const [start, end] of runs) for (let at = start; at < end; at += 1) if (found[at] < 0) found[at] = place;
  });
  return found;
}

/** Stretches of equal values, from the first letter to the last, without those of `none`. */
function runsOfEqual(text, values, none) {
  const runs = [];
  for (let start = 0; start < values.length;) {
    let end = start + 1;
    while (end < values.length && values[end] === values[start]) end += 1;
    const words = values[start] === none ? null : /[\p{L}\p{N}](?:.*[\p{L}\p{M}\p{N}])?/su.exec(text.slice(start, end));
    if (words) runs.push([start + words.index, start + words.index + words[0].length, values[start]]);
    start = end;
  }
  return runs;
}

/** The group of each unit of a text: that of its earliest carrier. */
function groupsOf(article, carriers, owner) {
  const quoted = new Uint8Array(owner.length);
  for (const [start, end, kind] of article.marks) if (MARKS[kind] === 'quotation') quoted.fill(1, start, end);
  const credited = credits(article);
  const groups = new Int32Array(owner.length).fill(ONLY_HERE);
  owner.forEach((place, at) => {
    if (place < 0) return;
    const { time, article: other } = carriers[place];
    const same = other.outlet !== null && other.outlet === article.outlet;
    if (time === 'unknown') groups[at] = 6;
    else if (time === 'later') groups[at] = 5;
    else groups[at] = same ? 4 : (quoted[at] ? 2 : 0) + (credited ? 0 : 1);
  });
  return groups;
}

/** Where the letters and digits of an article are, without those of furniture and stock. */
function lettersOf(article) {
  const apart = new Uint8Array(article.text.length);
  for (const [start, end, kind] of article.marks) if (MARKS[kind] !== 'quotation') apart.fill(1, start, end);
  return [...article.text.matchAll(/[\p{L}\p{N}]/gu)].map(({ index }) => index).filter((index) => !apart[index]);
}

/** The share of letters that have each value. */
function sharesOf(letters, values) {
  const counts = new Map();
  for (const at of letters) counts.set(values[at], (counts.get(values[at]) ?? 0) + 1);
  return (value) => (counts.get(value) ?? 0) / (letters.length || 1);
}

function sources(place, found, query) {
  const id = core.story.id[place];
  const at = found.articles.findIndex((article) => article.id === query.article);
  if (at < 0) return missing('article', query.article);
  const article = found.articles[at];
  const carriers = carriersOf(found, at);
  const first = owners(article.text.length, carriers);
  const letters = lettersOf(article);
  const share = sharesOf(letters, first);
  carriers.forEach((carrier, number) => {
    carrier.first = share(number);
    carrier.all = sharesOf(letters, owners(article.text.length, [carrier]))(0);
  });
  // The colours go to those with most to show.
  const ranked = sorted(carriers.map((_, number) => number), (number) => carriers[number].first || carriers[number].all / 1e6, true);
  ranked.forEach((number, rank) => { carriers[number].rank = rank; });
  const groups = groupsOf(article, carriers, first);
  const worth = sharesOf(letters, groups);
  const list = ranked.map((number) => carriers[number]);

  const text = el('div', { class: 'text sources', lang: article.lang, dir: 'auto' });
  const legendHolder = el('div', {});
  let now = { from: query.from ?? '', by: query.by === 'credit' ? 'credit' : '' };
  const chosen = () => list.find((carrier) => carrier.article.id === now.from) ?? null;
  const show = (focus) => {
    const one = chosen();
    const values = one ? owners(article.text.length, [one]).map((value) => (value < 0 ? -1 : carriers.indexOf(one))) : first;
    const byCredit = now.by === 'credit' && !one;
    colour(text, article, byCredit ? runsOfEqual(article.text, groups, ONLY_HERE) : runsOfEqual(article.text, values, -1), byCredit ? groupOf : sourceOf);
    legendHolder.replaceChildren(...sourceTable(id, article, list, now, change).filter(Boolean));
    by.value = now.by;
    by.disabled = Boolean(one);
    if (focus) document.getElementById(focus)?.focus();
  };
  const change = (next, focus) => {
    now = { ...now, ...next };
    stay(sourcesLink(id, article, { from: now.from, by: now.by }));
    show(focus);
  };
  const sourceOf = (number) => ({ class: `src ${colourOf(carriers[number])}`, no: carriers[number].rank + 1, title: `also in ${calm(outletName(carriers[number].article.outlet))}, ${calm(carriers[number].article.id)}` });
  const groupOf = (group) => ({ class: `src g${group}`, no: letterOf(group), title: GROUPS[group][0] });
  const by = el('select', { id: 'colour-by', onchange: (event) => change({ by: event.target.value }) },
    el('option', { value: '' }, 'source: the earliest that has it'), el('option', { value: 'credit' }, 'credit: copied, quoted, its own'));
  show();
  const total = letters.length ? 1 - share(-1) : 0;
  return {
    title: article.title ?? article.id,
    body: [
      el('p', { class: 'crumbs' }, el('a', { href: '#/stories' }, 'Stories'), ' / ', el('a', { href: route(['story', id]) }, headline(core.story.title[place], id)), ' / one article'),
      el('h1', { class: 'serif', dir: 'auto' }, headline(article.title, article.id)),
      el('p', { class: 'lede' }, outletLink(article.outlet), ' · ', date(article.published), article.doubtful ? ' (cannot be true)' : '', ' · ', foreign(article.id), article.url ? [' · ', outward(article.url, 'web page')] : null,
        ' · ', at < found.members ? kindBadge(article.kind) : 'carries a part of this story'),
      el('section', { 'aria-labelledby': 'worth' }, el('h2', { id: 'worth' }, `${percent(total)} is in other articles, too`),
        worthBar(worth), worthList(article, worth, found)),
      el('div', { class: 'beside' }, el('section', { 'aria-labelledby': 'its-text' }, el('div', { class: 'bar-head' }, el('h2', { id: 'its-text' }, 'Its text'),
        el('label', { class: 'check' }, 'Colour by ', by)), text),
      el('section', { class: 'aside', tabindex: 0, 'aria-labelledby': 'shared-with' }, el('h2', { id: 'shared-with' }, `Shared with ${counted(carriers.length, 'article')}`),
        carriers.length ? el('p', { class: 'note' }, el('i', {}, 'Earliest'), ' is the share of this article of which that one is the earliest carrier, ', el('i', {}, 'all'), ' is everything that both have. Shares leave out site furniture and stock. Choose one to see all that both have.') : el('p', {}, 'This report has no passages that it shares: it belongs to its story by what was not compared passage by passage, as in a large class of near-duplicates.'),
        found.pairs_left_out ? el('p', { class: 'note' }, `This story has too many pairs to keep the passages of all: ${number(found.pairs_left_out)} are left out, so others may carry some of it, too.`) : null,
        carriers.length ? legendHolder : null)),
    ],
  };
}

/** Groups have letters, since colours alone do not tell them. */
function letterOf(group) {
  return String.fromCharCode(97 + group);
}

function colourOf({ rank }) {
  return rank < SOURCE_COLOURS ? `s${rank}` : 'sx';
}

/** Puts a text into a node with its stretches coloured, each beginning with the number of what it is. */
function colour(node, article, runs, look) {
  node.replaceChildren();
  const shown = rounded(article.text, runs);
  const begun = new Set();
  let next = 0;
  for (const paragraph of paragraphs(article.text)) {
    const line = el('p', { dir: 'auto' });
    while (next < shown.length && shown[next][1] <= paragraph.start) next += 1;
    const inIt = [];
    for (let at = next; at < shown.length && shown[at][0] < paragraph.end; at += 1) inIt.push([shown[at][0], shown[at][1], at]);
    let open = null;
    for (const { from, to, run, mark } of stretches(article, inIt, [], paragraph)) {
      const piece = el('span', { class: mark ?? null, title: mark ?? null }, calm(article.text.slice(from, to)));
      if (run === undefined) {
        open = null;
        line.append(piece);
        continue;
      }
      if (open?.run !== run) {
        const { class: name, no, title } = look(shown[run][2]);
        const mark = el('mark', { class: name, title });
        if (no && !begun.has(run)) {
          begun.add(run);
          const label = el('span', { class: 'no', 'data-no': no });
          if (!beforeWord(line, label)) mark.append(label);
        }
        open = { run, mark };
        line.append(mark);
      }
      open.mark.append(piece);
    }
    node.append(line);
  }
}

/** How much of an article each group has, as a bar. */
function worthBar(worth) {
  let x = 0;
  const parts = GROUPS.map(([name], group) => {
    const width = worth(group) * 100;
    const part = width ? svg('rect', { x, y: 0, width, height: 10, class: `h${group}` }, svg('title', { text: `${name}: ${percent(width / 100)}` })) : null;
    x += width;
    return part;
  });
  return svg('svg', { viewBox: '0 0 100 10', preserveAspectRatio: 'none', class: 'bar worth', role: 'img', 'aria-label': 'Shares of the text, which the list below has in words' }, parts);
}

function worthList(article, worth, found) {
  const agency = article.agency === null ? null : foreign(core.agencies[article.agency]);
  const said = agency === null ? 'The article credits no agency that is known.'
    : { own: ['It stands on the site of ', agency, ', the agency.'], credited: ['It credits ', agency, '.'], contributed: ['It says that ', agency, ' contributed.'], inferred: ['It credits nobody; that its text is of ', agency, ' was inferred from other articles.'] }[article.basis] ?? ['Its agency is ', agency, '.'];
  const missingCopy = article.agency !== null && found.copy_of === article.agency ? ' The agency’s own copy is not in this scan.' : '';
  return [
    el('ul', { class: 'worths' }, GROUPS.map(([name, meaning], group) => (worth(group) ? el('li', {},
      el('span', { class: `number g${group}` }, letterOf(group)), ' ', el('b', {}, percent(worth(group))), ` ${name}`, el('small', {}, `: ${meaning}`)) : null))),
    el('p', { class: 'note' }, said, missingCopy, ' A credit is one of the whole article: which words it is meant for, and whether the outlet was named that had them first, is not known.'),
  ];
}

function sourceTable(id, article, list, now, change) {
  const when = { earlier: 'earlier', later: 'later', unknown: 'order not known' };
  const choose = (carrier) => {
    const on = now.from === carrier.article.id;
    const button = `only-${carrier.rank}`;
    return el('button', { type: 'button', id: button, class: 'choose', 'aria-pressed': on ? 'true' : 'false', onclick: () => change({ from: on ? '' : carrier.article.id }, button) },
      'only this', el('span', { class: 'visually-hidden' }, `: number ${carrier.rank + 1}`));
  };
  const columns = [
    { name: 'Article', heading: true, class: 'wide', cell: (carrier) => [el('span', { class: `number ${colourOf(carrier)}` }, number(carrier.rank + 1)), ' ', outletLink(carrier.article.outlet), ' ',
      el('a', { class: 'headline', href: route(['story', id], carrier.time === 'later' ? { a: article.id, b: carrier.article.id } : { a: carrier.article.id, b: article.id }) }, headline(carrier.article.title, carrier.article.id)),
      el('small', {}, foreign(carrier.article.id))] },
    { name: 'Published', class: 'date', cell: (carrier) => [date(carrier.article.published), el('small', {}, when[carrier.time])] },
    { name: 'Relation', cell: (carrier) => RELATIONS[carrier.pair.relation]?.[0] ?? carrier.pair.relation },
    { name: 'Earliest', class: 'num', cell: (carrier) => percent(carrier.first) },
    { name: 'All', class: 'num', cell: (carrier) => percent(carrier.all) },
    { name: 'Show', cell: choose },
  ];
  const csv = [
    ['number', (carrier) => carrier.rank + 1], ['id', (carrier) => carrier.article.id], ['title', (carrier) => carrier.article.title], ['outlet', (carrier) => outletText(carrier.article.outlet)],
    ['published', (carrier) => carrier.article.published], ['time', (carrier) => when[carrier.time]], ['relation', (carrier) => carrier.pair.relation],
    ['earliest', (carrier) => csvShare(carrier.first)], ['all', (carrier) => csvShare(carrier.all)],
  ];
  return pagedTable({ caption: 'Articles that share text with this one', columns, rows: list, state: { page: Number(now.page) || 1 }, change: (next, focus) => change(next, focus), csv: { name: `sources of ${article.id}`, columns: csv }, pageRows: 10 });
}
