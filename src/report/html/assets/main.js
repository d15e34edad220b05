// Which page is shown: the part of the address behind #, so that going back works and every page can be linked.

function about() {
  return {
    title: 'How to read',
    body: [
      el('h1', {}, 'How to read this report'),
      el('div', { class: 'prose' },
        el('p', {}, 'A story is a set of articles joined by links. A link says that reported prose was reused, and it is proven by passages: side by side, two articles show every run of words that they share. Quotations, site furniture and stock context are shown apart, since they prove nothing.'),
        el('h2', {}, 'Relations between two articles'),
        el('dl', { class: 'facts' }, Object.values(RELATIONS).map(([name, meaning]) => [el('dt', {}, name), el('dd', {}, meaning)])),
        el('h2', {}, 'Kinds of articles'),
        el('p', {}, 'Within its story an article has a kind, seen from the earlier article that it is most like; the likely origin, or the copy that stands for it, counts as earlier than all. An article that is linked with later ones only is measured against none. Of a large class of near-duplicates each is compared with the longest only, which may be later; then this is said.'),
        el('p', {}, 'Where the article that all others come after is itself the text of an agency, and the agency’s own copy is not in the scan, the agency is named as the origin, and the article as the first that was seen.'),
        el('dl', { class: 'facts' }, KINDS.map((kind, place) => [el('dt', {}, kindBadge(place)), el('dd', {}, KIND_MEANING[kind])])),
        el('h2', {}, 'Copied, quoted and credited'),
        el('p', {}, 'The page of one article shows what other articles of its story have, too. Each stretch counts for the earliest of them. A credit counts for the whole article; an agency that was inferred from other articles is no credit.'),
        el('dl', { class: 'facts' }, GROUPS.map(([name, meaning]) => [el('dt', {}, name), el('dd', {}, meaning)])),
        el('h2', {}, 'Dates'),
        el('p', {}, 'Dates are shown as their source states them. A time without a zone is taken as UTC when lags are computed, and a day as its beginning, so such lags are rough.'),
        el('h2', {}, 'Figures'),
        el('p', {}, 'Kept and cut are shares of the prose of the article that one is measured against, added is the share of its own. Changed are numbers, dates and names that differ between two passages that both share, in otherwise the same words. Bits say how unlikely shared prose is by chance. The tables beside this file have everything that is shown here, for programs.')),
    ],
  };
}

const PAGES = { '': overview, stories, story, articles, article, outlets, outlet, about };

/** An address that was set here and is already shown. */
let shown = null;
/** Where a page was scrolled to when it was left, by address. */
const scrolled = new Map();
let latest = 0;

/** Sets the address of the page that is shown, without a new entry in the history. */
function stay(address) {
  shown = address;
  history.replaceState(null, '', address);
}

async function render(fresh) {
  const address = location.hash || '#/';
  if (address === shown) return;
  if (shown) scrolled.set(shown, window.scrollY);
  shown = address;
  latest += 1;
  const turn = latest;
  const [path, search] = address.replace(/^#\/?/, '').split('?');
  let parts = [''];
  try {
    parts = path.split('/').map(decodeURIComponent);
  } catch {
    parts = [path];
  }
  const page = Object.hasOwn(PAGES, parts[0]) ? PAGES[parts[0]] : () => missing('page', path);
  const main = document.getElementById('main');
  let result;
  try {
    result = page(parts.slice(1), Object.fromEntries(new URLSearchParams(search ?? '')));
    if (result instanceof Promise) {
      main.setAttribute('aria-busy', 'true');
      result = await result;
    }
  } catch (error) {
    result = { title: 'Cannot be shown', body: [el('h1', {}, 'Cannot be shown'), el('p', {}, error.message)] };
  }
  if (turn !== latest) return;
  main.removeAttribute('aria-busy');
  document.title = `${calm(result.title)} – wirecopy report`;
  main.replaceChildren(...result.body.flat().filter(Boolean));
  for (const link of document.querySelectorAll('.top nav a')) {
    const own = link.getAttribute('href').slice(2);
    const current = own === parts[0] || (own === 'stories' && parts[0] === 'story') || (own === 'articles' && parts[0] === 'article') || (own === 'outlets' && parts[0] === 'outlet');
    if (current) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  window.scrollTo(0, scrolled.get(address) ?? 0);
  if (!fresh) {
    main.focus({ preventScroll: true });
    announce(result.title);
  }
}

/** The theme is the system's until it is chosen; a browser that keeps nothing for files forgets it. */
function themes() {
  const button = document.getElementById('theme');
  const order = ['system', 'light', 'dark'];
  let theme = 'system';
  try {
    theme = localStorage.getItem('wirecopy-theme') ?? 'system';
  } catch {
    // Not allowed here.
  }
  const apply = () => {
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    button.textContent = `Theme: ${theme}`;
  };
  button.addEventListener('click', () => {
    theme = order[(order.indexOf(theme) + 1) % order.length];
    apply();
    try {
      localStorage.setItem('wirecopy-theme', theme);
    } catch {
      // Not allowed here.
    }
  });
  apply();
}

document.querySelector('.skip').addEventListener('click', (event) => {
  event.preventDefault();
  document.getElementById('main').focus();
});
window.addEventListener('hashchange', () => render(false));
history.scrollRestoration = 'manual';
themes();
render(true);
