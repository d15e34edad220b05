// An article and its edited reprint: what was changed in it, and what only looks changed.

import { invented, random } from './hostile.mjs';

/** What stands in one sentence of either article; of what was changed, how the page says it. */
const EDITS = [
  ['3.4', '3.4bn'], ['1,200', '1200'], ['\uff12\uff10', '20'], ['two', '2'], ['15', '15th'], ['08:00', '8:00'], ['U.S', 'US'], ['Russia', 'Russians'], ['Putin', 'Vladimir Putin'],
  ['July', 'Jul'], ['about four metres', 'about 13 feet'], ['Norrland', 'harbours'], ['3 of the men', '4 women who had hoped to sail on before nightfall'],
  ['45', '52', 'number 45 → 52'], ['6.3', '6.7', 'number 6.3 → 6.7'], ['three', '5', 'number three → 5'],
  ['Monday', 'Tuesday', 'date Monday → Tuesday'], ['Johnson', 'Johnston', 'name Johnson → Johnston'], ['Anna Lindqvist', 'Karin Holm', 'name Anna Lindqvist → Karin Holm'],
];
export const CHANGED = EDITS.map(([, , said]) => said).filter(Boolean);
export const CHANGED_COUNTS = '3 numbers, 1 date, 2 names';

/** Lines of JSON: the article, and half a day later the reprint. */
export function editedCorpus() {
  const { pick, words } = invented(random(521288629));
  const run = () => Array.from({ length: 16 }, () => pick(words)).join(' ');
  const sentences = EDITS.map(() => [run(), run()]);
  return ['one', 'other'].map((name, side) => JSON.stringify({
    id: name, title: `As ${name} has it`, source: `${name}.example`, lang: 'en', published: `2026-03-02T${side ? '20' : '08'}:00:00Z`,
    text: `VELL (Reuters) - ${sentences.map(([before, after], at) => `The ${before} ${EDITS[at][side]} ${after}.`).join('\n\n')}`,
  })).join('\n') + '\n';
}

/** A story that two outlets carry, two takes that one outlet has alone, and an article in no story. */
export function ownCorpus() {
  const { sentence } = invented(random(88675123));
  const texts = Array.from({ length: 3 }, () => Array.from({ length: 6 }, () => `${sentence()} ${sentence()} ${sentence()}`).join('\n\n'));
  const article = (id, source, title, hour, text) => JSON.stringify({ id, title, source, lang: 'en', published: `2026-03-02T0${hour}:00:00Z`, text });
  return [
    article('shared-1', 'one.example', 'The shared one', 1, texts[0]), article('shared-2', 'two.example', 'The shared one again', 2, `${texts[0]}\n\n${sentence()}`),
    article('own-1', 'one.example', 'A first take', 3, texts[1]), article('own-2', 'one.example', 'A second take', 4, `${sentence()}\n\n${texts[1]}`),
    article('=alone', 'one.example', '=HYPERLINK("x"), "alone"', 5, texts[2]),
  ].join('\n') + '\n';
}

/** Two takes of a story, of which the second has a headline with marks that keyboards do not have. */
export function takesCorpus() {
  const { sentence } = invented(random(362436069));
  const text = Array.from({ length: 6 }, () => `${sentence()} ${sentence()} ${sentence()}`).join('\n\n');
  return ['First', 'Vell’s “harbour” – shut – again'].map((title, at) => JSON.stringify({
    id: `take-${at + 1}`, title, source: `take${at + 1}.example`, lang: 'en', published: `2026-03-02T0${at + 1}:00:00Z`, text: `${at ? sentence() : ''}\n\n${text}`,
  })).join('\n') + '\n';
}
