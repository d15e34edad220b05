// What the report knows: a core that is always there, and parts with the details of stories, which are read when asked for.

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
globalThis.wirecopyPart = (part, stories) => waiting.get(part)?.resolve(stories);

const policy = globalThis.trustedTypes && core.folder !== null
  ? globalThis.trustedTypes.createPolicy('wirecopy', { createScriptURL: (address) => address })
  : { createScriptURL: (address) => address };

function partNumber(place) {
  let part = core.parts.length - 1;
  while (core.parts[part] > place) part -= 1;
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
  const part = partNumber(place);
  const stories = read.get(part) ?? await loadedPart(part);
  read.delete(part);
  read.set(part, stories);
  if (read.size > KEPT_PARTS) read.delete(read.keys().next().value);
  return stories[place - core.parts[part]];
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
