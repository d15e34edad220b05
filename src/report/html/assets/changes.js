// Numbers, dates and names that two texts have otherwise, where both go on from one shared passage to the next.

/** Between two shared passages, what is longer than this was written anew, not changed. */
const CHANGED_CHARACTERS = 120;
/** So was what has more other words than this on either side, beside its numbers, dates and names. */
const OTHER_WORDS = 2;
/** The mark of site furniture, in which clocks and weather change by themselves. */
const FURNITURE = 1;

/** A number, a letter of a script that sets no blanks between words, or a word. */
const TOKENS = /\p{Nd}+(?:[.,:/’'-]\p{Nd}+)*|[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}]|\p{L}[\p{L}\p{M}]*(?:[.’'-]\p{L}[\p{L}\p{M}]*)*/gu;
/** A token may begin or end so many characters inside a passage, as the 3 of 3.4 does where only the 4 was changed. */
const AROUND = 12;

/** Words for numbers from two: one is an article or a pronoun in too many languages. */
const NUMBER_WORDS = {
  en: 'two three four five six seven eight nine ten eleven twelve',
  de: 'zwei drei vier fünf sechs sieben acht neun zehn elf zwölf',
  fr: 'deux trois quatre cinq six sept huit neuf dix onze douze',
  es: 'dos tres cuatro cinco seis siete ocho nueve diez once doce',
};

/** Languages in which a capital does not tell a name from another noun. */
const NOUNS_HAVE_CAPITALS = /^(de|lb)\b/i;

/** A text in which case, marks on letters and forms of characters make no difference. */
function folded(text) {
  return text.normalize('NFKD').replace(/\p{M}+/gu, '').toLowerCase();
}

/** The runs of a pair, in the order of its first text. */
function runsOf(pair) {
  const runs = [];
  for (let i = 0; i < pair.spans.length; i += 4) runs.push([pair.spans.slice(i, i + 2), pair.spans.slice(i + 2, i + 4)]);
  return runs.sort((x, y) => x[0][0] - y[0][0]);
}

/** What differs, of either text a list of equal length, entry for entry. */
function changesBetween(articles, runs) {
  const changes = [[], []];
  const furniture = articles.map(({ marks }) => marks.filter(([, , kind]) => kind === FURNITURE));
  const order = runs.map((_, number) => number).sort((x, y) => runs[x][1][0] - runs[y][1][0]);
  const next = new Map(order.map((number, place) => [number, order[place + 1]]));
  for (let number = 0; number + 1 < runs.length; number += 1) {
    if (next.get(number) !== number + 1) continue;
    const gaps = [0, 1].map((side) => [runs[number][side][1], runs[number + 1][side][0]]);
    if (gaps.some(([from, to]) => to - from > CHANGED_CHARACTERS || to <= from)) continue;
    const found = gaps.map((gap, side) => facts(articles[side], gap, furniture[side]));
    const others = (these, those) => these.words.filter((word) => !those.words.includes(word)).length;
    if (others(found[0], found[1]) > OTHER_WORDS || others(found[1], found[0]) > OTHER_WORDS) continue;
    for (const what of ['number', 'weekday', 'month', 'name']) {
      const [left, right] = found.map((side) => side.facts.filter((fact) => fact.what === what));
      const only = (these, those) => these.filter((fact) => !those.some((other) => isSame(fact, other)));
      const [lost, won] = [only(left, right), only(right, left)];
      // Of three against two it cannot be said what became what.
      if (lost.length !== won.length) continue;
      lost.forEach((fact, place) => {
        // Four metres and 13 feet are one length.
        if (fact.unit && won[place].unit && fact.unit !== won[place].unit) return;
        const said = what === 'weekday' || what === 'month' ? 'date' : what;
        [fact, won[place]].forEach((one, side) => changes[side].push({ ...one, what: said }));
      });
    }
  }
  return changes;
}

/** How many numbers, dates and names differ, in words; none if nothing does. */
function changesInWords([changes]) {
  const words = ['number', 'date', 'name'].map((what) => [what, changes.filter((change) => change.what === what).length]);
  return words.filter(([, count]) => count).map(([what, count]) => counted(count, what)).join(', ') || null;
}

/** The numbers, dates and names that reach into a gap between two passages, and its other words. */
function facts(article, [from, to], furniture) {
  const { text } = article;
  // A line that lies between the two that the passages stand in was put in or left out as a whole.
  const gap = text.slice(from, to);
  const [firstEnd, lastStart] = gap.includes('\n') ? [from + gap.indexOf('\n'), from + gap.lastIndexOf('\n') + 1] : [to, to];
  const start = Math.max(0, from - AROUND);
  const found = { facts: [], words: [] };
  for (const match of text.slice(start, to + AROUND).matchAll(TOKENS)) {
    const [token] = match;
    const at = start + match.index;
    const end = at + token.length;
    if (end <= from || at >= to || (at >= firstEnd && at < lastStart) || furniture.some(([low, high]) => low < end && high > at)) continue;
    const fact = factOf(article, token, at);
    const last = found.facts.at(-1);
    if (!fact) {
      found.words.push(folded(token));
      if (last?.what === 'number' && /^[\s-]?$/.test(text.slice(last.end, at))) last.unit = folded(token);
    } else if (last && fact.what === 'name' && last.what === 'name' && /^[ -]$/.test(text.slice(last.end, at))) {
      Object.assign(last, { end, text: text.slice(last.start, end), parts: [...last.parts, ...fact.parts] });
    } else {
      found.facts.push({ ...fact, start: at, end, text: token });
    }
  }
  return found;
}

/** What a token says; a name is what has a capital inside a sentence. */
function factOf({ text, lang }, token, at) {
  if (/^\p{Nd}/u.test(token)) return { what: 'number', key: numberKey(token) };
  const key = folded(token).replace(/[’']s?$/, '');
  const word = wordNumbers(lang).get(key);
  if (word) return { what: 'number', key: word };
  const day = calendar(lang).get(key);
  if (day && (/^\p{Lu}/u.test(token) || key.length > 3)) return day;
  const begins = /(^|[.!?…:“”"«»\n]\s*)$/.test(text.slice(Math.max(0, at - 6), at));
  if (begins || !/^\p{Lu}[\p{L}\p{M}.’']/u.test(token) || NOUNS_HAVE_CAPITALS.test(lang ?? '')) return null;
  return { what: 'name', parts: key.replace(/[.’']/g, '').split('-') };
}

/** Whether two facts of one sort say the same. */
function isSame(x, y) {
  if (x.what !== 'name') return x.key === y.key;
  const [short, long] = x.parts.length < y.parts.length ? [x.parts, y.parts] : [y.parts, x.parts];
  if (short.every((part) => long.some((other) => isOneStem(part, other)))) return true;
  const initials = (parts) => parts.map((part) => part[0]).join('');
  return (short.length === 1 && short[0] === initials(long)) || short.join('') === long.join('');
}

/** Russia and Russians, but not Johnson and Johnston. */
function isOneStem(x, y) {
  const [short, long] = x.length < y.length ? [x, y] : [y, x];
  let shared = 0;
  while (shared < short.length && short[shared] === long[shared]) shared += 1;
  if (shared === long.length) return true;
  return shared >= 4 && long.length - shared <= 3 && short.length - shared <= (shared >= 6 ? 1 : 0);
}

/** A number by its value: digits of any script, without what sets thousands apart; a clock and the like as it is. */
function numberKey(token) {
  const digits = token.normalize('NFKC').replace(/\p{Nd}/gu, (digit) => {
    let value = 0;
    while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(digit.codePointAt(0) - value - 1))) value += 1;
    return digit < '\u0080' ? digit : String(value);
  });
  const groups = digits.split(/[.,’']/);
  if (groups.some((group) => !/^\d+$/.test(group))) return digits.replace(/(^|\D)0+(?=\d)/g, '$1').replace(/^(\d+):0$/, '$1');
  const thousands = groups.length > 1 && groups.slice(1).every((group) => group.length === 3);
  const whole = thousands || groups.length === 1 ? groups.join('') : `${groups.slice(0, -1).join('')}.${groups.at(-1)}`;
  return whole.replace(/^0+(?=\d)/, '').replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '');
}

const calendars = new Map();
/** The names of months and days of the week in a language, by what they are and their place. */
function calendar(lang) {
  const tag = lang || 'en';
  if (!calendars.has(tag)) {
    const names = new Map();
    const name = (format, date) => folded(format.formatToParts(date).find(({ type }) => type === 'month' || type === 'weekday').value.replace(/\.$/, ''));
    try {
      for (const style of ['long', 'short']) {
        const months = new Intl.DateTimeFormat(tag, { month: style, day: 'numeric', timeZone: 'UTC' });
        const weekdays = new Intl.DateTimeFormat(tag, { weekday: style, timeZone: 'UTC' });
        for (let i = 0; i < 12; i += 1) names.set(name(months, Date.UTC(2024, i, 7)), { what: 'month', key: i });
        for (let i = 0; i < 7; i += 1) names.set(name(weekdays, Date.UTC(2024, 0, 1 + i)), { what: 'weekday', key: i });
      }
    } catch {
      // A tag of no language: dates are then only what their numbers say.
    }
    calendars.set(tag, names);
  }
  return calendars.get(tag);
}

const numberWords = new Map();
function wordNumbers(lang) {
  const tag = (lang || 'en').split(/[-_]/)[0].toLowerCase();
  if (!numberWords.has(tag)) {
    const words = Object.hasOwn(NUMBER_WORDS, tag) ? NUMBER_WORDS[tag].split(' ') : [];
    numberWords.set(tag, new Map(words.map((word, place) => [folded(word), String(place + 2)])));
  }
  return numberWords.get(tag);
}
