// Outlets: what share of each is its own, what it takes from whom, and how long after.

const LAG_NAMES = ['first', '≤ 1 h', '≤ 3 h', '≤ 6 h', '≤ 12 h', '≤ 1 d', '≤ 3 d', 'later'];

/** Original, of an agency, reprinted, rewritten, own revisions. */
function shares(kinds) {
  const total = kinds.reduce((sum, count) => sum + count, 0) || 1;
  return { own: kinds[0] / total, agency: kinds[6] / total, reprinted: (kinds[1] + kinds[2] + kinds[3]) / total, rewritten: kinds[4] / total, revisions: kinds[5] / total };
}

const OUTLET_COLUMNS = [
  { name: 'Outlet', heading: true, class: 'name', sort: 'name', key: (place) => core.outlets[place].toLowerCase(), cell: outletLink },
  { name: 'Articles', class: 'num', sort: 'articles', down: true, key: (place) => core.outlet.articles[place], cell: (place) => number(core.outlet.articles[place]) },
  { name: 'Original', class: 'num', sort: 'own', down: true, key: (place) => shares(core.outlet.kinds[place]).own, cell: (place) => percent(shares(core.outlet.kinds[place]).own) },
  { name: 'First agency copy', class: 'num', sort: 'agency', down: true, only: () => core.agencies.length, key: (place) => shares(core.outlet.kinds[place]).agency, cell: (place) => percent(shares(core.outlet.kinds[place]).agency) },
  { name: 'Reprinted', class: 'num', sort: 'reprinted', down: true, key: (place) => shares(core.outlet.kinds[place]).reprinted, cell: (place) => percent(shares(core.outlet.kinds[place]).reprinted) },
  { name: 'Rewritten', class: 'num', sort: 'rewritten', down: true, key: (place) => shares(core.outlet.kinds[place]).rewritten, cell: (place) => percent(shares(core.outlet.kinds[place]).rewritten) },
  { name: 'Kinds', class: 'bars', cell: (place) => kindBar(core.outlet.kinds[place], 'Articles by kind:') },
  { name: 'Stories', class: 'num', sort: 'stories', down: true, key: (place) => core.outlet.stories[place], cell: (place) => number(core.outlet.stories[place]) },
  { name: 'First in', class: 'num', sort: 'first', down: true, key: (place) => core.outlet.first[place], cell: (place) => number(core.outlet.first[place]) },
  { name: 'Median lag', class: 'num', sort: 'lag', key: (place) => core.outlet.lag[place], cell: (place) => lagOf(place) },
];

/** What is saved of an outlet. */
const OUTLET_CSV = [
  ['outlet', (place) => core.outlets[place]],
  ['articles', (place) => core.outlet.articles[place]],
  ...KINDS.map((kind, at) => [kind.replaceAll(' ', '_'), (place) => core.outlet.kinds[place][at]]),
  ['stories', (place) => core.outlet.stories[place]],
  ['first_in', (place) => core.outlet.first[place]],
  ['median_lag_seconds', (place) => core.outlet.lag[place]],
];

function lagOf(place) {
  const lag = core.outlet.lag[place];
  return lag === null ? '–' : lag < 60 ? '0 min' : length(lag);
}

function outlets(_, query) {
  const holder = el('div', {});
  const count = el('p', { class: 'found', role: 'status' });
  let now = { ...query };
  const show = (focus) => {
    const word = (now.q ?? '').toLowerCase().trim();
    const column = OUTLET_COLUMNS.find(({ sort }) => sort && sort === now.sort) ?? OUTLET_COLUMNS[1];
    const down = now.sort ? now.down === '1' : true;
    const rows = sorted(core.outlets.map((_, place) => place).filter((place) => core.outlets[place].toLowerCase().includes(word)), column.key, down);
    count.textContent = counted(rows.length, 'outlet');
    holder.replaceChildren(...pagedTable({ caption: 'Outlets', columns: OUTLET_COLUMNS, rows, change, csv: { name: 'outlets', columns: OUTLET_CSV }, state: { sort: column.sort, down, page: Number(now.page) || 1 } }).filter(Boolean));
    if (focus) document.getElementById(focus)?.focus();
  };
  const change = (next, focus) => {
    now = { ...now, ...next };
    if ('down' in next) now.down = next.down ? '1' : '0';
    if (!('page' in next) || next.page === 1) delete now.page;
    stay(route(['outlets'], now));
    show(focus);
  };
  show();
  const form = el('form', { class: 'filters', role: 'search', 'aria-label': 'Outlets', onsubmit: (event) => event.preventDefault() },
    el('label', {}, el('span', {}, 'Search'), el('input', { type: 'search', class: 'search', value: now.q ?? '', oninput: (event) => change({ q: event.target.value }) })));
  return { title: 'Outlets', body: [el('h1', {}, 'Outlets'), form, el('div', { class: 'bar-head' }, count, legend(presentKinds())), holder,
    el('p', { class: 'note' }, el('i', {}, 'First agency copy'), `: ${KIND_MEANING['first agency copy']}. `, el('i', {}, 'Median lag'), ': the time after the first article of a story, 0 min where at least half of an outlet’s are the first; – where none of its articles in stories is dated.')] };
}

async function outlet([name]) {
  const place = outletPlace.get(name);
  if (place === undefined) return missing('outlet', name);
  const { articles, kinds, stories: inStories, first, lags, agencies } = Object.fromEntries(Object.entries(core.outlet).map(([key, list]) => [key, list[place]]));
  const { own, agency: agencyCopies, reprinted, rewritten, revisions } = shares(kinds);
  const used = sorted(agencies, ([, credited, uncredited]) => credited + uncredited, true);
  const list = storiesOf({}, place);
  let state = { sort: 'size', down: true, page: 1, own: list.some((place) => isShown(place, {})) ? '' : '1' };
  const holder = el('div', {});
  const show = (focus) => {
    const rows = sorted(list.filter((place) => isShown(place, state)), STORY_KEYS[state.sort], state.down);
    const change = (next, to) => { state = { ...state, ...next }; show(to); };
    holder.replaceChildren(...[ownChoice(list, state, change), ...pagedTable({ caption: 'Stories of the outlet', columns: STORY_COLUMNS, rows, state, pageRows: 25, change, csv: { name: `stories of ${name}`, columns: STORY_CSV } })].filter(Boolean));
    if (focus) document.getElementById(focus)?.focus();
  };
  show();
  return {
    title: name,
    body: [
      el('p', { class: 'crumbs' }, el('a', { href: '#/outlets' }, 'Outlets'), ' /'),
      el('h1', {}, foreign(name)),
      el('dl', { class: 'tiles' },
        tile(number(articles), 'articles'),
        tile(percent(own), 'original', 'in no story, or the first of it'),
        agencyCopies ? tile(percent(agencyCopies), 'first agency copies', 'of an agency, no earlier copy here') : null,
        tile(percent(reprinted), 'reprinted', 'copies, excerpts, versions'),
        tile(percent(rewritten), 'rewritten'),
        tile(percent(revisions), 'own revisions', 'later takes of its own articles'),
        tile(lagOf(place), 'median lag', `after the first of a story${core.outlet.lag[place] === null ? ', no date known' : ''}; first in ${number(first)} of ${counted(inStories, 'story', 'stories')}`)),
      el('div', { class: 'bar-head' }, kindBar(kinds, 'Articles by kind:'), legend(kinds)),
      el('section', { 'aria-labelledby': 'agencies' }, el('h2', { id: 'agencies' }, 'Agencies it uses'),
        used.length ? el('table', { class: 'figures' }, el('thead', {}, el('tr', {}, ['agency', 'credited', 'not credited'].map((head) => el('th', { scope: 'col' }, head)))),
          el('tbody', {}, used.map(([agency, credited, uncredited]) => el('tr', {}, el('th', { scope: 'row' }, foreign(core.agencies[agency])), el('td', {}, number(credited)), el('td', {}, number(uncredited))))))
          : el('p', { class: 'muted' }, 'None was found in its articles.', core.agencies.length ? '' : [' Agencies that the program does not know can be named with ', el('code', {}, '--agencies FILE'), '.'])),
      lags.some(Boolean) ? figure('Behind the first', columns(lags.map((count, at) => [LAG_NAMES[at], [count]]), { classes: ['f1'], tick: (text) => text, label: (text, [count]) => `${text}: ${counted(count, 'article')}`, height: 150 }),
        el('p', {}, 'Articles in stories, by the time after the first article of the story.'), ['after', 'articles'], lags.map((count, at) => [LAG_NAMES[at], number(count)])) : null,
      el('section', { 'aria-labelledby': 'its' }, el('h2', { id: 'its' }, `Its ${counted(list.length, 'story', 'stories')}`), holder),
      el('section', { 'aria-labelledby': 'its-articles' }, el('h2', { id: 'its-articles' }, `Its ${counted(articles, 'article')}`),
        articleList(await articleRows(place), `articles of ${name}`)),
    ],
  };
}
