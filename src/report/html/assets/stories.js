// The list of stories: searched, filtered, sorted.

const STORY_COLUMNS = [
  { name: 'Story', heading: true, class: 'wide', sort: 'title', cell: (place) => [storyLink(place), el('small', {}, foreign(core.story.id[place]))] },
  { name: 'Articles', class: 'num', sort: 'size', down: true, cell: (place) => number(core.story.size[place]) },
  { name: 'Outlets', class: 'num', sort: 'outlets', down: true, cell: (place) => number(core.story.outlets[place].length) },
  { name: 'Agency', sort: 'agency', only: () => core.agencies.length, cell: (place) => (core.story.agency[place] === null ? '' : foreign(core.agencies[core.story.agency[place]])) },
  { name: 'First', sort: 'from', class: 'name', cell: (place) => [outletLink(core.story.from[place]), core.story.sure[place] === null ? null : el('small', {}, sureness(core.story.sure[place]))] },
  { name: 'Published', sort: 'first', class: 'nowrap', down: true, cell: (place) => days(core.story.first[place], core.story.last[place]) },
  { name: 'Kinds', class: 'bars', cell: (place) => kindBar(core.story.kinds[place], 'Articles by kind:') },
];

const STORY_KEYS = {
  title: (place) => core.story.title[place]?.toLowerCase(),
  size: (place) => core.story.size[place],
  outlets: (place) => core.story.outlets[place].length,
  agency: (place) => (core.story.agency[place] === null ? null : core.agencies[core.story.agency[place]].toLowerCase()),
  from: (place) => (core.story.from[place] === null ? null : core.outlets[core.story.from[place]].toLowerCase()),
  first: (place) => seconds(core.story.first[place]),
};

/** What a search looks into, made when it is first asked for. */
let haystacks = null;
function haystack(place) {
  haystacks ??= core.story.id.map((id, at) => [core.story.title[at] ?? '', id, core.story.agency[at] === null ? '' : core.agencies[core.story.agency[at]],
    ...core.story.outlets[at].map((outlet) => core.outlets[outlet])].join('\n').toLowerCase());
  return haystacks[place];
}

/** The stories that a query leaves, in its order. */
function storiesOf(query) {
  const words = (query.q ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const outlet = query.outlet ? outletPlace.get(query.outlet) ?? -1 : null;
  const agency = query.agency ? (query.agency === '-' ? null : core.agencies.indexOf(query.agency)) : undefined;
  const kind = query.kind ? KINDS.indexOf(query.kind) : null;
  const lang = query.lang ? core.langs.indexOf(query.lang) : null;
  const { story } = core;
  const found = [];
  for (let place = 0; place < storyCount; place += 1) {
    if (query.size && story.size[place] < Number(query.size)) continue;
    if (outlet !== null && !story.outlets[place].includes(outlet)) continue;
    if (agency !== undefined && story.agency[place] !== agency) continue;
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

function stories(_, query) {
  const results = el('div', { id: 'results' });
  const count = el('p', { class: 'found', role: 'status' });
  let now = { ...query };
  const show = (focus) => {
    const rows = storiesOf(now);
    count.textContent = rows.length === storyCount ? counted(storyCount, 'story', 'stories') : `${number(rows.length)} of ${counted(storyCount, 'story', 'stories')}`;
    results.replaceChildren(...(rows.length ? pagedTable({
      caption: 'Stories', columns: STORY_COLUMNS, rows, change,
      state: { sort: now.sort ?? 'size', down: now.sort ? now.down === '1' : true, page: Number(now.page) || 1 },
    }).filter(Boolean) : [el('p', { class: 'empty' }, 'No story is like that. ', el('a', { href: '#/stories' }, 'Show all'))]));
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
    typed('q', 'Search', { type: 'search', placeholder: 'headline, outlet, agency or id', class: 'search' }),
    choice('size', 'Articles', [2, 3, 5, 10, 20, 50, 100].map((size) => [String(size), `${size} or more`])),
    typed('outlet', 'Outlet', { list: 'outlet-names', placeholder: 'any' }),
    core.agencies.length ? choice('agency', 'Agency', [...core.agencies.map((name) => [name, calm(name)]), ['-', 'none found']]) : null,
    choice('kind', 'Has a', KINDS.map((kind) => [kind, kind])),
    core.langs.length > 1 ? choice('lang', 'Language', core.langs.map((tag) => [tag, language(tag)])) : null,
    typed('from', 'From', { type: 'date' }), typed('to', 'To', { type: 'date' }),
    el('datalist', { id: 'outlet-names' }, core.outlets.slice(0, 500).map((name) => el('option', { value: name }))));
  show();
  return { title: 'Stories', body: [el('h1', {}, 'Stories'), form, el('div', { class: 'bar-head' }, count, legend(presentKinds())), results] };
}
