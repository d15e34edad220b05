// The list of stories: searched, filtered, sorted.

const STORY_COLUMNS = [
  { name: 'Story', heading: true, class: 'wide', sort: 'title', cell: (place) => [storyLink(place), el('small', {}, foreign(core.story.id[place]))] },
  { name: 'Articles', class: 'num', sort: 'size', down: true, cell: (place) => number(core.story.size[place]) },
  { name: 'Outlets', class: 'num', sort: 'outlets', down: true, cell: (place) => number(core.story.outlets[place].length) },
  { name: 'Agency', sort: 'agency', only: () => core.agencies.length, cell: (place) => (agencyOf(place) === null ? '' : [foreign(core.agencies[agencyOf(place)]), core.story.copy_of[place] === null ? null : el('small', {}, 'origin, not in this scan')]) },
  { name: 'First', sort: 'from', class: 'name', cell: (place) => [outletLink(core.story.from[place]), firstNote(place)] },
  { name: 'Published', sort: 'first', class: 'nowrap', down: true, cell: (place) => days(core.story.first[place], core.story.last[place]) },
  { name: 'Kinds', class: 'bars', cell: (place) => kindBar(core.story.kinds[place], 'Articles by kind:') },
];

/** The agency of a story, else that whose text the article has that it is measured against. */
function agencyOf(place) {
  return core.story.copy_of[place] ?? core.story.agency[place];
}

/** How sure it is that a story comes from its first outlet; of a copy that is no question. */
function firstNote(place) {
  const { copy_of: copyOf, sure, leads } = core.story;
  if (copyOf[place] !== null) return el('small', {}, leads[place] ? 'first seen here' : 'a copy');
  return sure[place] === null ? null : el('small', {}, sureness(sure[place]));
}

/** What is saved of a story in a list. */
const STORY_CSV = [
  ['story_id', (place) => core.story.id[place]],
  ['title', (place) => core.story.title[place]],
  ['articles', (place) => core.story.size[place]],
  ['outlets', (place) => core.story.outlets[place].length],
  ['between_outlets', (place) => core.story.between[place]],
  ['agency', (place) => (agencyOf(place) === null ? null : core.agencies[agencyOf(place)])],
  ['agency_copy_is_missing', (place) => core.story.copy_of[place] !== null],
  ['first_outlet', (place) => (core.story.from[place] === null ? null : core.outlets[core.story.from[place]])],
  ['origin_confidence', (place) => core.story.sure[place]],
  ['first_published', (place) => core.story.first[place]],
  ['last_published', (place) => core.story.last[place]],
  ['language', (place) => (core.story.lang[place] === null ? null : core.langs[core.story.lang[place]])],
  ...KINDS.map((kind, at) => [kind.replaceAll(' ', '_'), (place) => core.story.kinds[place][at]]),
];

/** How many stories more than one outlet carries: where there are none, one outlet's own are shown at once. */
const betweenCount = core.story.between.filter(Boolean).length;

/** Whether a story is shown without being asked for. */
function isShown(place, query) {
  return query.own === '1' || !betweenCount || core.story.between[place];
}

/** Of stories that were found, those to show, and a box that shows one outlet's revisions, too, and says how many there are. */
function ownChoice(found, query, change) {
  const own = found.filter((place) => !core.story.between[place]).length;
  if (!betweenCount || betweenCount === storyCount) return null;
  const box = el('input', { type: 'checkbox', name: 'own', id: 'own', checked: query.own === '1', onchange: (event) => change({ own: event.target.checked ? '1' : '', page: 1 }, 'own') });
  return el('label', { class: 'check' }, box, `Also show ${counted(own, 'story', 'stories')} of one outlet’s own revisions`);
}

const STORY_KEYS = {
  title: (place) => core.story.title[place]?.toLowerCase(),
  size: (place) => core.story.size[place],
  outlets: (place) => core.story.outlets[place].length,
  agency: (place) => (agencyOf(place) === null ? null : core.agencies[agencyOf(place)].toLowerCase()),
  from: (place) => (core.story.from[place] === null ? null : core.outlets[core.story.from[place]].toLowerCase()),
  first: (place) => seconds(core.story.first[place]),
};

/** A text as searches see it: case, marks on letters, forms of quotation marks, apostrophes and dashes make no difference. */
function searchable(text) {
  return /[^\0-\x7f]/.test(text) ? folded(text).replace(/[‘’‚‛ʼ′]/g, "'").replace(/[“”„‟«»″]/g, '"').replace(/[‐-―−]/g, '-').replace(/ß/g, 'ss') : text.toLowerCase();
}

/** What a search looks into: what the list shows, ids and headlines of all articles; made when it is first asked for. */
let haystacks = null;
function haystack(place) {
  haystacks ??= JSON.parse(document.getElementById('search').textContent).map((articles, at) => searchable([
    core.story.title[at] ?? '', core.story.id[at], agencyOf(at) === null ? '' : core.agencies[agencyOf(at)],
    ...core.story.outlets[at].map((outlet) => core.outlets[outlet]), articles].join('\n')));
  return haystacks[place];
}

/** The outlets whose names have a text in them. */
let outletNames = null;
function outletsLike(text) {
  outletNames ??= core.outlets.map(searchable);
  const part = searchable(text.trim());
  return new Set(outletNames.map((name, place) => (name.includes(part) ? place : -1)));
}

/** The stories that a query leaves, in its order; perhaps of one outlet only. */
function storiesOf(query, only) {
  const words = searchable(query.q ?? '').split(/\s+/).filter(Boolean);
  const outlets = only !== undefined ? new Set([only]) : query.outlet ? outletsLike(query.outlet) : null;
  const agency = query.agency ? (query.agency === '-' ? null : core.agencies.indexOf(query.agency)) : undefined;
  const kind = query.kind ? KINDS.indexOf(query.kind) : null;
  const lang = query.lang ? core.langs.indexOf(query.lang) : null;
  const { story } = core;
  const found = [];
  for (let place = 0; place < storyCount; place += 1) {
    if (query.size && story.size[place] < Number(query.size)) continue;
    if (outlets && !story.outlets[place].some((outlet) => outlets.has(outlet))) continue;
    if (agency !== undefined && agencyOf(place) !== agency) continue;
    if (kind !== null && !story.kinds[place][kind]) continue;
    if (lang !== null && story.lang[place] !== lang) continue;
    if (query.from && (!story.last[place] || story.last[place].slice(0, 10) < query.from)) continue;
    if (query.to && (!story.first[place] || story.first[place].slice(0, 10) > query.to)) continue;
    if (words.length && !words.every((word) => haystack(place).includes(word))) continue;
    found.push(place);
  }
  const key = STORY_KEYS[query.sort ?? 'size'] ?? STORY_KEYS.size;
  return sorted(found, key, query.sort ? query.down === '1' : true);
}

const FILTERS = { q: 'the search', size: 'the number of articles', outlet: 'the outlet', agency: 'the agency', kind: 'the kind', lang: 'the language', from: 'the first day', to: 'the last day' };

/** What to say where nothing is found: which filter to give up for how many stories. */
function nothingLike(query) {
  const active = Object.keys(FILTERS).filter((name) => query[name]);
  const shownOf = (rest) => storiesOf(rest).filter((place) => isShown(place, rest)).length;
  const without = active.map((name) => [name, { ...query, [name]: '', page: '' }]).map(([name, rest]) => [name, rest, shownOf(rest)]).filter(([, , count]) => count);
  return el('div', { class: 'empty' }, el('p', {}, 'No story is like that.'),
    active.length > 1 && without.length ? el('ul', { class: 'plain' }, without.map(([name, rest, count]) => el('li', {}, el('a', { href: route(['stories'], rest) }, `Without ${FILTERS[name]}`), `: ${counted(count, 'story', 'stories')}`)))
      : active.length > 1 ? el('p', {}, 'It takes more than one filter less to find any.') : null,
    el('p', {}, el('a', { href: '#/stories' }, 'Show all')));
}

function stories(_, query) {
  const results = el('div', { id: 'results' });
  const count = el('p', { class: 'found', role: 'status' });
  const own = el('div', {});
  let now = { ...query };
  const show = (focus) => {
    const found = storiesOf(now);
    const rows = found.filter((place) => isShown(place, now));
    const [all, where] = now.own === '1' || !betweenCount || betweenCount === storyCount ? [storyCount, ''] : [betweenCount, ' between outlets'];
    count.textContent = `${rows.length === all ? '' : `${number(rows.length)} of `}${counted(all, 'story', 'stories')}${where}`;
    own.replaceChildren(...[ownChoice(found, now, change)].filter(Boolean));
    results.replaceChildren(...(rows.length ? pagedTable({
      caption: 'Stories', columns: STORY_COLUMNS, rows, change, csv: { name: 'stories', columns: STORY_CSV },
      state: { sort: now.sort ?? 'size', down: now.sort ? now.down === '1' : true, page: Number(now.page) || 1 },
    }).filter(Boolean) : [nothingLike(now)]));
    if (focus) document.getElementById(focus)?.focus();
  };
  const change = (next, focus) => {
    now = { ...now, ...next };
    if ('down' in next) now.down = next.down ? '1' : '0';
    if (!('page' in next) || next.page === 1) delete now.page;
    stay(route(['stories'], now));
    show(focus);
    if (next.page) window.scrollTo(0, 0);
  };
  const choice = (name, label, options) => el('label', {}, el('span', {}, label), el('select', { name, onchange: (event) => change({ [name]: event.target.value }) },
    el('option', { value: '' }, 'any'), options.map(([value, text]) => el('option', { value, selected: now[name] === value }, text))));
  const typed = (name, label, attributes) => el('label', {}, el('span', {}, label), el('input', {
    name, value: now[name] ?? '', autocomplete: 'off', ...attributes, oninput: (event) => change({ [name]: event.target.value }),
  }));
  const form = el('form', { class: 'filters', role: 'search', 'aria-label': 'Stories', onsubmit: (event) => event.preventDefault() },
    typed('q', 'Search', { type: 'search', placeholder: 'headline, outlet, agency or id', title: 'Headlines and ids of all articles in stories, outlets, agencies and ids of stories', class: 'search' }),
    choice('size', 'Articles', [2, 3, 5, 10, 20, 50, 100].map((size) => [String(size), `${size} or more`])),
    typed('outlet', 'Outlet', { list: 'outlet-names', placeholder: 'any, or a part' }),
    core.agencies.length ? choice('agency', 'Agency', [...core.agencies.map((name) => [name, calm(name)]), ['-', 'none found']]) : null,
    choice('kind', 'Has a', KINDS.map((kind) => [kind, kind])),
    core.langs.length > 1 ? choice('lang', 'Language', core.langs.map((tag) => [tag, language(tag)])) : null,
    typed('from', 'From', { type: 'date' }), typed('to', 'To', { type: 'date' }),
    el('datalist', { id: 'outlet-names' }, core.outlets.slice(0, 500).map((name) => el('option', { value: name }))));
  show();
  return { title: 'Stories', body: [el('h1', {}, 'Stories'), form, own, el('div', { class: 'bar-head' }, count, legend(presentKinds())), results] };
}
