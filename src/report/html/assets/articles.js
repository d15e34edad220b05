// Every article of the scan: the list of all, those of an outlet, and the page of one that is in no story.

/** The page of an article: in its story, else in one of which it carries a part, else its own. */
function articleLink(article) {
  const place = article.story ?? article.partial[0];
  return place === undefined ? route(['article', article.id]) : sourcesLink(core.story.id[place], article);
}

/** The stories of an article in words, each with its page. */
function storiesOfArticle(article) {
  if (article.story !== null) return storyLink(article.story);
  if (!article.partial.length) return el('span', { class: 'muted' }, 'in no story');
  return [el('small', {}, 'a part of'), article.partial.map((place) => storyLink(place))];
}

const ARTICLE_COLUMNS = [
  { name: 'Article', heading: true, class: 'wide', sort: 'title', cell: (article) => [
    el('a', { href: articleLink(article), class: 'headline' }, headline(article.title, article.id)),
    el('small', {}, foreign(article.id), article.url ? [' · ', outward(article.url, 'web page')] : null)] },
  { name: 'Outlet', class: 'name', sort: 'outlet', cell: (article) => outletLink(article.outlet) },
  { name: 'Published', class: 'date', sort: 'published', down: true, cell: (article) => [date(article.published), article.doubtful ? el('small', {}, 'cannot be true') : null] },
  { name: 'Kind', sort: 'kind', cell: (article) => kindBadge(article.kind) },
  { name: 'Story', class: 'wide', sort: 'story', cell: storiesOfArticle },
  { name: 'Agency', class: 'by', only: () => core.agencies.length, cell: (article) => (article.agency === null ? '' : [foreign(core.agencies[article.agency]), article.basis ? el('small', {}, BASIS[article.basis] ?? foreign(article.basis)) : null]) },
];

const storyTitle = (article) => core.story.title[article.story ?? article.partial[0]];
const ARTICLE_KEYS = {
  title: (article) => article.title?.toLowerCase(),
  outlet: (article) => outletText(article.outlet)?.toLowerCase(),
  published: (article) => seconds(article.published),
  kind: (article) => article.kind,
  story: (article) => storyTitle(article)?.toLowerCase(),
};

const ARTICLE_CSV = [
  ['id', (article) => article.id], ['title', (article) => article.title], ['outlet', (article) => outletText(article.outlet)],
  ['published', (article) => article.published], ['doubtful', (article) => article.doubtful], ['kind', (article) => KINDS[article.kind]],
  ['story_id', (article) => (article.story === null ? null : core.story.id[article.story])], ['story_title', (article) => (article.story === null ? null : core.story.title[article.story])],
  ['part_of', (article) => article.partial.map((place) => core.story.id[place]).join(' ')],
  ['agency', (article) => (article.agency === null ? null : core.agencies[article.agency])], ['agency_basis', (article) => article.basis], ['language', (article) => article.lang],
];

/** In which stories the articles to show are. */
const MEMBERSHIP = {
  none: ['in no story', (article) => article.story === null && !article.partial.length],
  one: ['in a story', (article) => article.story !== null],
  part: ['carries a part of one', (article) => article.partial.length > 0],
};

/** What a search looks into: the headline, the id, the outlet and the address; made when it is first asked for. */
function articleText(article) {
  article.text ??= searchable([article.title ?? '', article.id, outletText(article.outlet) ?? '', article.url ?? ''].join('\n'));
  return article.text;
}

/** A list of articles with its filters; `keep` is told what is asked for, where that belongs into the address. */
function articleList(rows, name, { query = {}, keep, withOutlet = false, pageRows = 25 } = {}) {
  const holder = el('div', {});
  const count = el('p', { class: 'found', role: 'status' });
  const columns = ARTICLE_COLUMNS.filter((column) => withOutlet || column.sort !== 'outlet');
  let now = { ...query };
  const show = (focus) => {
    const words = searchable(now.q ?? '').split(/\s+/).filter(Boolean);
    const outlets = now.outlet ? outletsLike(now.outlet) : null;
    const membership = Object.hasOwn(MEMBERSHIP, now.in ?? '') ? MEMBERSHIP[now.in][1] : null;
    const kind = now.kind ? KINDS.indexOf(now.kind) : null;
    const left = rows.filter((article) => (!membership || membership(article)) && (kind === null || article.kind === kind)
      && (!outlets || outlets.has(article.outlet)) && words.every((word) => articleText(article).includes(word)));
    const sort = Object.hasOwn(ARTICLE_KEYS, now.sort ?? '') ? now.sort : 'published';
    const down = now.sort ? now.down === '1' : true;
    const shown = sorted(left, ARTICLE_KEYS[sort], down);
    count.textContent = shown.length === rows.length ? counted(rows.length, 'article') : `${number(shown.length)} of ${counted(rows.length, 'article')}`;
    holder.replaceChildren(...(shown.length ? pagedTable({
      caption: 'Articles', columns, rows: shown, change, pageRows, csv: { name, columns: ARTICLE_CSV }, prefix: 'article-',
      state: { sort, down, page: Number(now.page) || 1 },
    }).filter(Boolean) : [el('p', { class: 'empty' }, 'No article is like that.')]));
    if (focus) document.getElementById(focus)?.focus();
  };
  const change = (next, focus) => {
    now = { ...now, ...next };
    if ('down' in next) now.down = next.down ? '1' : '0';
    if (!('page' in next) || next.page === 1) delete now.page;
    keep?.(now);
    show(focus);
  };
  const choice = (field, label, options) => el('label', {}, el('span', {}, label), el('select', { name: `article-${field}`, onchange: (event) => change({ [field]: event.target.value }) },
    el('option', { value: '' }, 'any'), options.map(([value, text]) => el('option', { value, selected: now[field] === value }, text))));
  const typed = (field, label, attributes) => el('label', {}, el('span', {}, label), el('input', {
    name: `article-${field}`, value: now[field] ?? '', autocomplete: 'off', ...attributes, oninput: (event) => change({ [field]: event.target.value }),
  }));
  const form = el('form', { class: 'filters', role: 'search', 'aria-label': 'Articles', onsubmit: (event) => event.preventDefault() },
    typed('q', 'Search', { type: 'search', placeholder: withOutlet ? 'headline, outlet or id' : 'headline or id', class: 'search' }),
    choice('in', 'Story', Object.entries(MEMBERSHIP).map(([value, [text]]) => [value, text])),
    choice('kind', 'Kind', KINDS.map((kind) => [kind, kind])),
    withOutlet ? [typed('outlet', 'Outlet', { list: 'outlet-names', placeholder: 'any, or a part' }),
      el('datalist', { id: 'outlet-names' }, core.outlets.slice(0, 500).map((outlet) => el('option', { value: outlet })))] : null);
  show();
  return [form, el('div', { class: 'bar-head' }, count), holder];
}

async function articles(_, query) {
  const rows = await articleRows();
  return {
    title: 'Articles',
    body: [el('h1', {}, 'Articles'), el('p', { class: 'lede' }, 'Every article of the scan, those in no story too.'),
      articleList(rows, 'articles', { query, withOutlet: true, pageRows: PAGE_ROWS, keep: (now) => stay(route(['articles'], now)) })],
  };
}

/** The page of an article in no story; one in a story is shown there. */
async function article([id]) {
  const found = (await articleRows()).find((row) => row.id === id);
  if (!found) return missing('article', id);
  const place = found.story ?? found.partial[0];
  if (place !== undefined) return sources(place, await details(place), { article: id });
  const fact = (name, ...value) => [el('dt', {}, name), el('dd', {}, ...value)];
  return {
    title: found.title ?? id,
    body: [
      el('p', { class: 'crumbs' }, el('a', { href: '#/articles' }, 'Articles'), ' / ', foreign(id)),
      el('h1', { class: 'serif', dir: 'auto' }, headline(found.title, id)),
      el('p', { class: 'lede' }, ['original', 'first agency copy'].includes(KINDS[found.kind]) ? 'In no story: no other article of this scan was found to carry its text.'
        : 'In no story: another article shares text with it, but not enough for a story of both.'),
      el('section', { class: 'panel', 'aria-label': 'The article' }, el('dl', { class: 'facts' },
        fact('Outlet', outletLink(found.outlet)), fact('Published', date(found.published), found.doubtful ? ', which cannot be true' : ''),
        fact('Kind', kindBadge(found.kind)),
        found.agency === null ? null : fact('Agency', foreign(core.agencies[found.agency]), found.basis ? `, ${BASIS[found.basis] ?? found.basis}` : ''),
        found.lang ? fact('Language', language(found.lang)) : null,
        found.url ? fact('Address', outward(found.url)) : null,
        fact('Read from', foreign(found.path), `, record ${number(found.record)}`))),
      el('p', { class: 'note' }, 'A report keeps the texts of articles in stories, so not of this one.'),
    ],
  };
}
