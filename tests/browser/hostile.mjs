// A corpus in which every field attacks the page that shows it. Two articles each share prose, so that there are stories.

const RTL = '\u202e';
const ATTACKS = [
  '<script>window.pwned = 1</script>',
  '</script><script>window.pwned = 2</script>',
  '<img src=x onerror="window.pwned = 3">',
  '<svg onload="window.pwned = 4"><style>*{display:none}</style>',
  '"><a href="javascript:window.pwned=5" autofocus onfocus="window.pwned=6">x</a>',
  ']]><!--<script>--><iframe srcdoc="<script>parent.pwned=7</script>">',
  '{{constructor.constructor("window.pwned=8")()}} ${window.pwned=9} `+window.pwned+`',
  `${RTL}gnihton gnihtyna fo txet eht fo tser eht nrut\u2066\u2067`,
  '\u001b[31mred\u001b]0;title\u0007\u0000\u0085\u2028\u2029\ufeff\u009b2J',
  'w'.repeat(4000),
  '😀'.repeat(300) + '\u0301'.repeat(200),
  "__proto__ constructor ' \" ` \\ &lt;b&gt; &#x3c;script&#x3e; %3Cscript%3E",
  '<meta http-equiv="refresh" content="0;url=https://attacker.example/"><base href="https://attacker.example/">',
  '<form action="https://attacker.example/"><input name=q><link rel=stylesheet href="//attacker.example/x.css">',
];
const ADDRESSES = [
  'javascript:window.pwned=10', 'JaVaScRiPt:window.pwned=11', ' \u0001javascript:window.pwned=12', 'data:text/html,<script>opener.pwned=13</script>',
  'vbscript:x', 'file:///etc/passwd', 'https://press.example/"onclick="window.pwned=14', 'http://press.example/<script>', '//attacker.example/x', 'blob:null/1',
];
/** The same numbers every time (Marsaglia 2003, xorshift). */
export function random(seed) {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** Sentences of words that nobody else has, so that each story is one of its own. */
export function invented(next) {
  const syllables = ['ka', 'lo', 'mi', 'ren', 'su', 'ta', 'vel', 'dor', 'en', 'fi', 'gra', 'hul', 'jo', 'pen', 'ri', 'sto'];
  const pick = (list) => list[Math.floor(next() * list.length)];
  const words = Array.from({ length: 3000 }, () => Array.from({ length: 1 + Math.floor(next() * 3) }, () => pick(syllables)).join(''));
  const sentence = () => {
    const text = Array.from({ length: 9 + Math.floor(next() * 12) }, () => pick(words)).join(' ');
    return `${text[0].toUpperCase()}${text.slice(1)}.`;
  };
  return { pick, words, sentence };
}

/** Lines of JSON: two articles for each attack, and some that only look harmless. */
export function hostileCorpus() {
  const lines = [];
  const { sentence } = invented(random(88675123));
  ATTACKS.forEach((attack, number) => {
    const prose = Array.from({ length: 4 }, () => `${sentence()} ${sentence()} ${sentence()}`);
    for (const copy of [0, 1]) {
      lines.push(JSON.stringify({
        id: `${attack.slice(0, 60)}#${number}${copy}`,
        title: attack,
        author: `By ${attack}`,
        source: copy ? attack.slice(0, 200) : 'plain.example',
        url: ADDRESSES[(number * 2 + copy) % ADDRESSES.length],
        lang: copy ? attack.slice(0, 40) : 'en',
        published: copy ? attack : `2026-03-${String(number + 1).padStart(2, '0')}T08:00:00Z`,
        text: `${prose[0]}\n\n${attack}\n\n${prose[1]} ${copy ? attack : ''}\n\n“${attack}” said nobody. ${prose[2]}\n\n${prose[3]}`,
      }));
    }
  });
  return `${lines.join('\n')}\n`;
}
