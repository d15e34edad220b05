// Elements are built one by one. No text of the data is ever parsed as markup, and the page's policy forbids it.

const SVG = 'http://www.w3.org/2000/svg';

/** Sets an attribute; `text` is the content, `on…` a listener, a false or absent value nothing. */
function put(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === 'text') node.textContent = value;
    else if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : String(value));
  }
  return node;
}

function el(name, attributes = {}, ...children) {
  const node = put(document.createElement(name), attributes);
  node.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

function svg(name, attributes = {}, ...children) {
  const node = put(document.createElementNS(SVG, name), attributes);
  node.append(...children.flat(3).filter(Boolean));
  return node;
}

/** Characters that turn the reading order of what follows, and control characters: each by one visible character. */
const UNRULY = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202d\u202e\ufff9-\ufffb]/g;

/** Text of the data with nothing in it that works on its surroundings, of the same length. */
function calm(text) {
  return text.replace(UNRULY, (c) => (c < ' ' ? String.fromCharCode(0x2400 + c.charCodeAt(0)) : '\ufffd'));
}

/**
 * Stretches of a text, in order, each [start, end, …], with the punctuation that belongs to their first and last words, which
 * is no part of a word.
 */
function rounded(text, stretches) {
  let before = 0;
  return stretches.map(([start, end, ...rest], place) => {
    const limit = stretches[place + 1]?.[0] ?? text.length;
    const opening = /["“„«‘(\[¿¡]*$/.exec(text.slice(Math.max(before, start - 3), start))[0].length;
    const closing = /^[.,;:!?…"”»’)\]。，、；：？！」』”]*/.exec(text.slice(end, Math.min(limit, end + 4)))[0].length;
    before = Math.max(end + closing, before);
    return [start - opening, end + closing, ...rest];
  });
}

/** A piece of text of the data inside a line of ours: in its own direction. */
function foreign(text, attributes = {}) {
  return el('bdi', { ...attributes, text: calm(String(text)).replace(/\s+/g, ' ') });
}

/** A link of the page; `parts` are encoded. */
function route(parts, query) {
  const path = parts.map(encodeURIComponent).join('/');
  const search = new URLSearchParams(Object.entries(query ?? {}).filter(([, value]) => value !== '' && value != null));
  return `#/${path}${search.size ? `?${search}` : ''}`;
}

/** A link out of the page, if the address is one of the web; else its text. */
function outward(address, label) {
  let url = null;
  try {
    url = new URL(address);
  } catch {
    // Not an address.
  }
  if (!url || !['http:', 'https:'].includes(url.protocol)) return foreign(address);
  return el('a', { href: url.href, rel: 'noopener noreferrer nofollow', target: '_blank' }, label ?? foreign(address));
}

/** Tells readers of the screen. */
function announce(text) {
  document.getElementById('status').textContent = text;
}
