// A finished scan of many stories, made up: its tables are written, nothing is scanned.

import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';

import { invented, random } from './hostile.mjs';

/** Writes the output folder of a scan of so many stories and articles. */
export async function largeScan(folder, stories, articles) {
  const next = random(2463534242);
  const { pick, words, sentence } = invented(next);
  const outlets = Array.from({ length: 400 }, (_, number) => `${pick(words)}${pick(words)}${number}.example`);
  mkdirSync(folder, { recursive: true });
  const names = ['members', 'pairs', 'stories', 'passages', 'rejects', 'texts'];
  const files = Object.fromEntries(names.map((name) => [name, createWriteStream(join(folder, `${name}.jsonl`))]));
  const write = (name, row) => files[name].write(`${JSON.stringify(row)}\n`);
  const sizes = Array.from({ length: stories }, () => Math.min(300, Math.floor(2 + 1.2 / (next() + 0.004)))).sort((x, y) => y - x);
  let written = 0;
  let links = 0;
  const member = (id, source, published, rest) => write('members', {
    id, path: 'large.jsonl', record: written, url: `https://${source}/${id}`, source, published, published_doubtful: false, story_id: null, story_size: 1,
    partial_in: [], relation: null, closest: null, duplicate_of: null, similarity: null, containment: null, keep: true, keep_reason: 'no near-duplicate', agency: null, agency_basis: null, agency_evidence: null, ...rest,
  });
  const minute = (offset) => `${new Date(Date.UTC(2025, 0, 1) + offset * 60_000).toISOString().slice(0, 19)}Z`;
  for (const [number, size] of sizes.entries()) {
    const story = `s${number.toString(16).padStart(12, '0')}`;
    const paragraphs = Array.from({ length: 6 }, () => `${sentence()} ${sentence()} ${sentence()}`);
    const start = Math.floor(next() * 525_000);
    const title = sentence().slice(0, -1);
    const lang = pick(['en', 'en', 'de', 'fr']);
    const sources = new Set();
    const first = { id: `a${written}`, spans: null };
    let last = start;
    for (let copy = 0; copy < size && written < articles; copy += 1) {
      const id = `a${written}`;
      written += 1;
      const source = outlets[Math.floor(next() ** 2 * outlets.length)];
      sources.add(source);
      const kept = copy === 0 ? paragraphs.map((_, place) => place) : paragraphs.map((_, place) => place).filter(() => next() < 0.7);
      let text = copy ? `${sentence()}\n\n` : '';
      const spans = new Map(kept.map((place) => { const from = text.length; text += `${paragraphs[place]}\n\n`; return [place, [from, from + paragraphs[place].length]]; }));
      const relation = copy === 0 || kept.length > 4 ? 'near_duplicate' : pick(['excerpt', 'version', 'rewrite']);
      const at = copy ? start + 1 + Math.floor(-Math.log(next() + 1e-9) * 500) : start;
      last = Math.max(last, at);
      member(id, source, minute(at), { story_id: story, story_size: size, relation, closest: copy ? first.id : null, duplicate_of: copy && relation === 'near_duplicate' ? first.id : null });
      write('texts', { id, title: copy % 2 ? sentence() : title, author: null, lang, text, apart: [] });
      if (copy === 0) {
        first.spans = spans;
      } else {
        links += 1;
        write('pairs', {
          a: first.id, b: id, relation, direction: null, jaccard: 0.5, containment_a: 0.7, containment_b: 0.6, prose_a: kept.length / 6, prose_b: 0.9, evidence_bits: 400.5, probability: 0.9, weights: ["share +2.50", "days -0.50"],
          longest_run: 44, shared_tokens: 120, quote_share: 0, same_source: false, revision: false, a_spans: kept.map((place) => first.spans.get(place)), b_spans: kept.map((place) => spans.get(place)),
          rule: 'invented',
        });
      }
    }
    write('stories', {
      story_id: story, size, sources: [...sources].sort(), title, first_published: minute(start), last_published: minute(last), origin_id: number % 3 ? first.id : null,
      origin_confidence: number % 3 ? 0.8 : null, origin_reasons: number % 3 ? ['published first'] : [], agency: number % 2 ? 'Norrland Wire' : null, agency_evidence: number % 2 ? '(Norrland Wire) -' : null,
      syndicated: true, min_similarity: 0.2,
    });
    if (number % 200 === 0) await Promise.all(names.filter((name) => files[name].writableNeedDrain).map((name) => once(files[name], 'drain')));
  }
  while (written < articles) {
    written += 1;
    member(`a${written}`, outlets[Math.floor(next() ** 2 * outlets.length)], minute(Math.floor(next() * 525_000)), {});
  }
  await Promise.all(names.map((name) => { files[name].end(); return once(files[name], 'close'); }));
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({
    program: 'wirecopy', version: '0.1.0', schema_version: 2, settings: {}, inputs: ['large.jsonl'], files: names.map((name) => `${name}.jsonl`),
    counts: { files: 1, articles: written, stories, articles_in_stories: sizes.reduce((sum, size) => sum + size, 0), links }, rejects: {}, timings: [],
  }));
}
