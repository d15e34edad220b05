// What the report knows: a core that is always there, and parts with the details of stories and the list of articles, which are
// read when asked for.

const core = JSON.parse(document.getElementById('core').textContent);
const storyPlace = new Map(core.story.id.map((id, place) => [id, place]));
const outletPlace = new Map(core.outlets.map((name, place) => [name, place]));
const storyCount = core.story.id.length;

/** Parts that wait for their file, by number. */
const waiting = new Map();
/** Parts that were read, the latest last: a few are kept, since each may have megabytes. */
const read = new Map();
const KEPT_PARTS = 12;

// A part's file calls this. It is made of JSON alone.
globalThis.wirecopyPart = (part, entries) => waiting.get(part)?.resolve(entries);

const policy = globalThis.trustedTypes && core.folder !== null
  ? globalThis.trustedTypes.createPolicy('wirecopy', { createScriptURL: (address) => address })
  : { createScriptURL: (address) => address };

/** The part of a list that has an entry, by the first entries of its parts. */
function partOf(firsts, place) {
  let part = firsts.length - 1;
  while (firsts[part] > place) part -= 1;
  return part;
}

function loadedPart(part) {
  if (core.folder === null) return Promise.resolve(JSON.parse(document.getElementById(`part-${part}`).textContent));
  return new Promise((resolve, reject) => {
    const name = `${core.folder}/${String(part).padStart(5, '0')}.js`;
    waiting.set(part, { resolve });
    const script = document.createElement('script');
    script.src = policy.createScriptURL(name.split('/').map(encodeURIComponent).join('/'));
    script.onerror = () => reject(new Error(`${name} cannot be read. It belongs beside this file, in the folder ${core.folder}.`));
    script.onload = () => script.remove();
    document.head.append(script);
  });
}

/** The details of the story at a place of the list. */
async function details(place) {
  const part = partOf(core.parts, place);
  const stories = read.get(part) ?? await loadedPart(part);
  read.delete(part);
  read.set(part, stories);
  if (read.size > KEPT_PARTS) read.delete(read.keys().next().value);
  return stories[place - core.parts[part]];
}

/** Rows of articles that were read, by the number of their part: a hundredth of what the details of stories take. */
const readRows = new Map();

/** The rows of the articles of an outlet, or of all; of those without an outlet its place is the number of outlets. */
async function articleRows(outlet) {
  const from = outlet === undefined ? 0 : core.starts[outlet];
  const to = (outlet === undefined ? undefined : core.starts[outlet + 1]) ?? core.counts.articles;
  const found = [];
  for (let part = partOf(core.lists, from); from < to && part < core.lists.length && core.lists[part] < to; part += 1) {
    const first = core.lists[part];
    if (!readRows.has(part)) {
      const entries = await loadedPart(core.parts.length + part);
      readRows.set(part, entries.map((row, at) => articleOf(row, first + at)));
    }
    for (const row of readRows.get(part).slice(Math.max(0, from - first), to - first)) found.push(row);
  }
  return found;
}

/** A row of the list of articles by the names of its fields. */
function articleOf([id, title, published, doubtful, kind, inStory, partial, agency, basis, lang, alone], place) {
  let [low, high] = [0, core.starts.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (core.starts[middle] <= place) low = middle;
    else high = middle;
  }
  const [url, path, record] = alone ?? [];
  return { id, title, published, doubtful: Boolean(doubtful), kind, story: inStory, partial, agency, basis, lang, url, path, record, outlet: low < core.outlets.length ? low : null };
}

/** A pair by the names of its figures. */
function pairOf([a, b, relation, direction, shares, [longest, shared], quotes, [sameSource, revision], rule, spans, probability, weights]) {
  const [jaccard, containmentA, containmentB, proseA, proseB, bits] = shares;
  return { a, b, relation, direction, jaccard, containmentA, containmentB, proseA, proseB, bits, longest, shared, quotes, sameSource, revision, rule, spans, probability, weights };
}

/** The same pair as seen from its second article. */
function turned(pair) {
  const spans = [];
  for (let i = 0; i < pair.spans.length; i += 4) {
    const [a, aEnd, b, bEnd] = pair.spans.slice(i, i + 4);
    spans.push(b, bEnd, a, aEnd);
  }
  const direction = { a_in_b: 'b_in_a', b_in_a: 'a_in_b' }[pair.direction] ?? null;
  return {
    ...pair, a: pair.b, b: pair.a, direction, spans,
    containmentA: pair.containmentB, containmentB: pair.containmentA, proseA: pair.proseB, proseB: pair.proseA,
  };
}

/** The pair of two articles of a story, seen from the first; none if they were not compared. */
function pairBetween(story, a, b) {
  const found = story.pairs.find((pair) => (pair[0] === a && pair[1] === b) || (pair[0] === b && pair[1] === a));
  if (!found) return null;
  const pair = pairOf(found);
  return pair.a === a ? pair : turned(pair);
}
