// How figures, dates and names are said.

const integer = new Intl.NumberFormat('en');
const decimals = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** What an article is within its story, in the order of the data. */
const KINDS = ['original', 'copy', 'excerpt', 'version', 'rewrite', 'revision', 'first agency copy'];
const KIND_MEANING = {
  original: 'in no story, the article that its story is measured against, or linked with later ones only',
  copy: 'the same article, perhaps lightly edited',
  excerpt: 'one contains nearly all of the other',
  version: 'another take: much shared, and prose of its own',
  rewrite: 'reported prose is reused, most wording differs',
  revision: 'the same outlet’s own later or earlier take',
  'first agency copy': 'the text of an agency, of which no earlier copy is in this scan',
};
const RELATIONS = {
  identical: ['identical', 'the same text after normalisation'],
  near_duplicate: ['near-duplicate', 'the same article, lightly edited'],
  excerpt: ['excerpt', 'the longer contains nearly all of the shorter'],
  version: ['version', 'two takes of one running story: much is shared, and each has prose of its own'],
  rewrite: ['rewrite', 'reported prose is reused beyond quotations, most wording differs'],
  background: ['background', 'only a stock paragraph is shared: not a link'],
  quote: ['quote', 'only quotations are shared: not a link'],
  template: ['template', 'only a form is shared, filled with other data: not a link'],
  boilerplate: ['boilerplate', 'only site furniture is shared: not a link'],
};
/** Relations that are links. */
const LINKS = ['identical', 'near_duplicate', 'excerpt', 'version', 'rewrite'];
/** What each weight of a pair is about. */
const FEATURES = {
  share: 'how much of one text is in the other',
  prose: 'how much of its prose is in the other',
  told: 'shared prose that is told, not spoken, and proven',
  lead: 'how much of a lead is shared',
  blocks: 'separate passages',
  facts: 'numbers and names that agree',
  fresh: 'wording that no outlet repeats',
  recurring: 'an outlet printed it on several days',
  repeated: 'outlets printed it several times each',
  slots: 'other facts in the same places',
  context: 'one passage, in no lead',
  days: 'days apart',
  outlet: 'both of one outlet',
};
const BASIS = { credited: 'credited', own: 'the agency’s own', contributed: 'contributed', inferred: 'not credited, inferred' };

const number = (value) => integer.format(value);

function counted(value, one, many = `${one}s`) {
  return `${number(value)} ${value === 1 ? one : many}`;
}

function percent(share) {
  if (share === null || share === undefined || Number.isNaN(share)) return '–';
  const value = share * 100;
  if (value > 0 && value < 1) return '<1 %';
  if (value < 100 && value > 99) return '>99 %';
  return `${Math.round(value)} %`;
}

/** A date as its source states it: no zone where none is stated, the day alone where only that is. */
function date(stated) {
  if (!stated) return 'undated';
  const found = /^(-?\d+)-(\d\d)-(\d\d)(?:T(\d\d:\d\d)(?::\d\d)?(.*))?$/.exec(stated);
  if (!found) return stated;
  const [, year, month, day, clock, zone] = found;
  const written = `${Number(day)} ${MONTHS[Number(month) - 1]} ${year}`;
  if (!clock) return written;
  return `${written}, ${clock}${zone === 'Z' ? ' UTC' : zone ? ` ${zone.replace('-', '−')}` : ''}`;
}

function day(stated) {
  return stated ? date(stated.slice(0, 10)) : '';
}

function days(first, last) {
  if (!first) return 'undated';
  const [from, to] = [first, last ?? first].map((stated) => stated.slice(0, 10).split('-').map(Number));
  if (from.join() === to.join()) return day(first);
  const month = ([year, name]) => `${MONTHS[name - 1]} ${year}`;
  if (month(from) === month(to)) return `${from[2]}–${to[2]} ${month(to)}`;
  if (from[0] === to[0]) return `${from[2]} ${MONTHS[from[1] - 1]} – ${day(last)}`;
  return `${day(first)} – ${day(last)}`;
}

/** Seconds since 1970, a time without a zone as UTC. */
function seconds(stated) {
  if (!stated) return null;
  const whole = stated.includes('T') ? stated : `${stated}T00:00:00`;
  const value = Date.parse(/(Z|[+-]\d\d:\d\d)$/.test(whole) ? whole : `${whole}Z`);
  return Number.isNaN(value) ? null : value / 1000;
}

/** A length of time in its two largest units. */
function length(total) {
  if (total < 60) return 'at once';
  const minutes = Math.round(total / 60);
  const parts = [[Math.floor(minutes / 1440), 'd'], [Math.floor(minutes / 60) % 24, 'h'], [minutes % 60, 'min']];
  const first = parts.findIndex(([value]) => value > 0);
  const shown = parts.slice(first, first + 2).filter(([value]) => value > 0);
  return shown.map(([value, unit]) => `${value} ${unit}`).join(' ');
}

function sureness(confidence) {
  const word = confidence >= 0.9 ? 'very likely' : confidence >= 0.7 ? 'likely' : confidence >= 0.5 ? 'perhaps' : 'a guess';
  return `${word}, ${percent(confidence)}`;
}

let languageNames = null;
function language(tag) {
  try {
    languageNames ??= new Intl.DisplayNames('en', { type: 'language' });
    return calm(languageNames.of(tag));
  } catch {
    // Not a tag of a language.
    return calm(tag);
  }
}

function kindBadge(kind) {
  return el('span', { class: `kind k${kind}`, title: KIND_MEANING[KINDS[kind]] }, KINDS[kind]);
}

function outletName(place) {
  return place === null || place === undefined ? 'unknown outlet' : core.outlets[place];
}

/** The name of an outlet in a table that is saved. */
function outletText(place) {
  return place === null || place === undefined ? null : core.outlets[place];
}

function outletLink(place) {
  if (place === null || place === undefined) return el('span', { class: 'muted' }, 'unknown outlet');
  return el('a', { href: route(['outlet', core.outlets[place]]), class: 'outlet' }, foreign(core.outlets[place]));
}

function headline(title, id) {
  return title && title.trim() ? foreign(title) : foreign(`untitled: ${id}`, { class: 'muted' });
}
