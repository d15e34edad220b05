// What was found, on one page.

function tile(value, name, note) {
  return el('div', { class: 'tile' }, el('dt', {}, name), el('dd', {}, el('strong', {}, value), note ? el('span', {}, note) : null));
}

function overview() {
  const { counts } = core;
  const inStories = counts.articles_in_stories;
  const tiles = el('dl', { class: 'tiles' },
    tile(number(counts.articles), 'articles read', `from ${counted(counts.files, 'file')}, ${counted(core.outlets.length, 'outlet')}`),
    tile(number(storyCount), 'stories', `${betweenCount === storyCount ? '' : `${number(betweenCount)} between outlets; `}of two articles or more; ${number(inStories)} articles`),
    tile(el('a', { href: route(['articles'], { in: 'none' }) }, number(counts.articles - inStories)), 'articles alone', `${percent((counts.articles - inStories) / (counts.articles || 1))} share no story`),
    tile(core.bytes.total ? percent(1 - core.bytes.reused / core.bytes.total) : '–', 'of the text is new here', 'not found in an earlier article of its story'),
    tile(number(counts.dropped), 'near-duplicates to drop', 'listed in drop.txt'),
    tile(number(counts.rejects), 'records rejected', counts.rejects ? 'reasons below' : 'every record was an article'));
  return {
    title: 'Overview',
    body: [
      el('h1', {}, 'Overview'),
      el('p', { class: 'lede' }, 'Articles of ', core.inputs.map((input, place) => [place ? ', ' : '', foreign(input)]), ` that carry the same story, found by wirecopy ${core.version}.`),
      tiles,
      el('section', { 'aria-labelledby': 'largest' }, el('div', { class: 'bar-head' }, el('h2', { id: 'largest' }, 'Largest stories'),
        legend(presentKinds())), largest(), moreStories()),
      el('section', { 'aria-labelledby': 'plots' }, el('h2', { id: 'plots' }, 'Over time, and by size'),
        el('div', { class: 'plots' }, timePlot(), sizePlot())),
      el('section', { 'aria-labelledby': 'who' }, el('h2', { id: 'who' }, 'Who carries whose text'), el('div', { class: 'matrices' }, carriedMatrix(), usedMatrix())),
      rejects(),
    ],
  };
}

function presentKinds() {
  const present = KINDS.map(() => 0);
  for (const [, counts] of core.time.bins) counts.forEach((count, kind) => { present[kind] += count; });
  for (const counts of core.outlet.kinds.slice(0, 2000)) counts.forEach((count, kind) => { present[kind] += count; });
  for (const counts of core.story.kinds.slice(0, 2000)) counts.forEach((count, kind) => { present[kind] += count; });
  return present;
}

function largest() {
  const places = [];
  for (let place = 0; place < storyCount && places.length < 10; place += 1) if (isShown(place, {})) places.push(place);
  if (!places.length) return el('p', {}, 'No two articles carry the same story.');
  return el('ol', { class: 'largest' }, places.map((place) => el('li', {},
    el('span', { class: 'count' }, number(core.story.size[place])),
    el('span', { class: 'what' }, storyLink(place), el('small', {}, storyNote(place))),
    kindBar(core.story.kinds[place], 'Articles by kind:'))));
}

/** Where the other stories are. */
function moreStories() {
  const [shown, own] = betweenCount ? [betweenCount, storyCount - betweenCount] : [storyCount, 0];
  if (shown <= 10 && !own) return null;
  return el('p', {}, shown > 10 ? el('a', { href: '#/stories' }, `All ${number(shown)} stories${own ? ' between outlets' : ''}`) : null, shown > 10 && own ? ' · ' : null,
    own ? el('a', { href: route(['stories'], { own: '1' }) }, `Also ${counted(own, 'story', 'stories')} of one outlet’s own revisions`) : null);
}

function storyLink(place) {
  return el('a', { href: route(['story', core.story.id[place]]), class: 'headline' }, headline(core.story.title[place], core.story.id[place]));
}

function storyNote(place) {
  const { story } = core;
  const agency = story.agency[place];
  const from = story.from[place];
  return [
    story.copy_of[place] === null ? agency === null ? null : [el('b', {}, foreign(core.agencies[agency])), ' · ']
      : [el('b', {}, foreign(core.agencies[story.copy_of[place]])), ' (not in this scan) · '],
    from === null ? null : [`${seenFirst(place)} `, foreign(core.outlets[from]), ' · '],
    counted(story.outlets[place].length, 'outlet'), ' · ', days(story.first[place], story.last[place]),
  ];
}

/** What the outlet is that stands for where a story comes from. */
function seenFirst(place) {
  const { copy_of: copyOf, sure, leads } = core.story;
  if (copyOf[place] !== null) return leads[place] ? 'first seen here:' : 'a copy at';
  return sure[place] === null ? 'earliest here' : 'first';
}

function timePlot() {
  const { bins, unit, undated, before, after } = core.time;
  if (!bins.length) return el('p', {}, 'No article states a date that can be read.');
  const tick = (name) => ({
    hour: `${Number(name.slice(8, 10))} ${MONTHS[Number(name.slice(5, 7)) - 1]} ${name.slice(11)}h`,
    day: `${Number(name.slice(8, 10))} ${MONTHS[Number(name.slice(5, 7)) - 1]}`,
    month: `${MONTHS[Number(name.slice(5, 7)) - 1]} ${name.slice(0, 4)}`,
    year: name,
  })[unit];
  const words = (name, counts) => `${tick(name)}: ${KINDS.map((kind, place) => [kind, counts[place]]).filter(([, count]) => count)
    .map(([kind, count]) => `${kind} ${number(count)}`).join(', ') || 'none'}`;
  const plot = columns(bins, { classes: KINDS.map((_, kind) => `f${kind}`), tick, label: words });
  const note = el('p', {}, `Articles published each ${unit}, in UTC`, undated ? `; ${number(undated)} without a date that can be trusted are left out` : '',
    before + after ? `; ${number(before)} from before and ${number(after)} from after are left out` : '', '.');
  return figure('Articles over time', plot, note, [unit, ...KINDS], bins.filter(([, counts]) => counts.some(Boolean))
    .map(([name, counts]) => [tick(name), ...counts.map(number)]));
}

function sizePlot() {
  const edges = [2, 3, 4, 5, 6, 8, 11, 16, 26, 51, 101, 251, 501, Infinity];
  const bins = edges.slice(0, -1).map((low, place) => {
    const high = edges[place + 1] - 1;
    const name = high === low ? `${low}` : high === Infinity ? `${low}+` : `${low}–${high}`;
    return [name, [core.sizes.filter(([size]) => size >= low && size <= high).reduce((sum, [, count]) => sum + count, 0)]];
  });
  while (bins.length > 1 && !bins.at(-1)[1][0]) bins.pop();
  const plot = columns(bins, { classes: ['f1'], tick: (name) => name, label: (name, [count]) => `${name} articles: ${counted(count, 'story', 'stories')}` });
  return figure('Stories by size', plot, el('p', {}, 'How many stories have so many articles.'), ['articles', 'stories'],
    bins.map(([name, [count]]) => [name, number(count)]));
}

function carriedMatrix() {
  const { by, from, rows } = core.carried;
  if (!by.length) return el('p', {}, 'No outlet carries another’s text, or no outlets are known.');
  const note = el('p', {}, 'Articles of the outlet on the left whose story comes from the outlet above: from the likely origin or, where none is known or it is an agency’s that is not in this scan, from the earliest here.',
    core.outlets.length > by.length ? ' Shown are those with most.' : '');
  return matrix({ title: 'Outlet by outlet', note, corner: 'carried by ↓ from →', rows: by.map((place) => outletLink(place)), columns: from.map((place) => outletLink(place)), cell: (i, j) => rows[i][j] });
}

function usedMatrix() {
  const { outlets, agencies, rows } = core.used;
  if (!agencies.length) return el('p', { class: 'muted' }, 'No article of this scan was found to be of an agency. Agencies that the program does not know can be named with ', el('code', {}, '--agencies FILE'), '.');
  return matrix({
    title: 'Outlet by agency', note: el('p', {}, 'Articles of an agency, credited or inferred, by outlet.'), corner: 'outlet', rows: outlets.map((place) => outletLink(place)),
    columns: agencies.map((place) => foreign(core.agencies[place])), cell: (i, j) => rows[i][j],
  });
}

function rejects() {
  const reasons = Object.entries(core.rejects);
  if (!reasons.length) return null;
  return el('section', { 'aria-labelledby': 'rejected' }, el('h2', { id: 'rejected' }, 'Rejected records'),
    el('table', { class: 'figures' }, el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, 'reason'), el('th', { scope: 'col' }, 'records'))),
      el('tbody', {}, reasons.map(([reason, count]) => el('tr', {}, el('th', { scope: 'row' }, foreign(reason)), el('td', {}, number(count)))))));
}
