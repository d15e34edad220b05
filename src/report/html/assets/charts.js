// Plots, drawn as SVG; each says its figures in words, too.

/** A thin bar of shares by kind. */
function kindBar(counts, label) {
  const total = counts.reduce((sum, count) => sum + count, 0) || 1;
  let x = 0;
  const parts = counts.map((count, kind) => {
    const width = (count / total) * 100;
    const part = count ? svg('rect', { x, y: 0, width, height: 10, class: `f${kind}` }) : null;
    x += width;
    return part;
  });
  const words = KINDS.map((kind, place) => [kind, counts[place]]).filter(([, count]) => count);
  return svg('svg', {
    viewBox: '0 0 100 10', preserveAspectRatio: 'none', class: 'bar', role: 'img',
    'aria-label': `${label ?? ''} ${words.map(([kind, count]) => `${kind} ${number(count)}`).join(', ')}`.trim(),
  }, svg('title', { text: words.map(([kind, count]) => `${kind} ${number(count)}`).join(', ') }), parts);
}

function legend(present) {
  return el('ul', { class: 'legend' }, KINDS.map((kind, place) => present[place]
    ? el('li', { title: KIND_MEANING[kind] }, el('span', { class: `swatch b${place}` }), kind) : null));
}

/** A round number at or above the greatest value, in at most five steps. */
function scale(greatest) {
  const raw = Math.max(1, greatest) / 4;
  const magnitude = 10 ** Math.floor(Math.log10(raw));
  const step = Math.max(1, [1, 2, 2.5, 5, 10].map((factor) => factor * magnitude).find((value) => value >= raw));
  const ticks = [];
  for (let value = 0; value < greatest + step; value += step) ticks.push(Math.round(value));
  return ticks;
}

/** Columns, each a stack of counts; `bins` are [label, counts]. */
function columns(bins, { classes, tick, label, height = 190 }) {
  // Drawn for the width it is shown in, so that its letters have the size of other small ones.
  const [width, left, bottom, top, right] = [window.innerWidth < 720 ? 360 : 620, 44, 24, 8, 16];
  const ticks = scale(Math.max(...bins.map(([, counts]) => counts.reduce((sum, count) => sum + count, 0))));
  const y = (value) => height - bottom - (value / ticks.at(-1)) * (height - bottom - top);
  const step = (width - left - right) / bins.length;
  const longest = Math.max(...bins.map(([name]) => tick(name).length));
  const shown = Math.max(1, Math.ceil((longest * 7 + 8) / step));
  const grid = ticks.map((value) => [
    svg('line', { x1: left, x2: width, y1: y(value), y2: y(value), class: value ? 'grid' : 'axis' }),
    svg('text', { x: left - 6, y: y(value) + 4, class: 'tick end', text: number(value) }),
  ]);
  const drawn = bins.map(([name, counts], place) => {
    let below = 0;
    const x = left + place * step;
    return svg('g', {}, svg('title', { text: label(name, counts) }),
      svg('rect', { x, y: top, width: step, height: height - bottom - top, class: 'catch' }),
      counts.map((count, kind) => {
        if (!count) return null;
        below += count;
        return svg('rect', {
          x: x + step * 0.08, width: Math.max(0.8, step * 0.84), y: y(below), height: y(below - count) - y(below), class: classes[kind],
        });
      }),
      place % shown === 0 ? svg('text', { x: x + step / 2, y: height - 6, class: 'tick middle', text: tick(name) }) : null);
  });
  return svg('svg', { viewBox: `0 0 ${width} ${height}`, class: 'plot', role: 'img' }, grid, drawn);
}

/** A figure: a plot with its caption, and its figures as a table for those who want them. */
function figure(title, plot, note, header, rows) {
  plot.setAttribute('aria-label', `${title}. The figures are in the table below it.`);
  return el('figure', {}, el('figcaption', {}, el('h3', {}, title), note),
    plot,
    el('details', {}, el('summary', {}, 'Figures'),
      el('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': `${title}: figures` }, el('table', { class: 'figures' },
        el('thead', {}, el('tr', {}, header.map((name) => el('th', { scope: 'col' }, name)))),
        el('tbody', {}, rows.map((row) => el('tr', {}, row.map((cell, place) => el(place ? 'td' : 'th', { scope: place ? null : 'row' }, cell)))))))));
}

/** Who against whom: a table whose cells are tinted by their counts, on a scale of square roots. */
function matrix({ title, note, corner, rows, columns: across, cell }) {
  const greatest = Math.max(1, ...rows.flatMap((row, i) => across.map((_, j) => cell(i, j))));
  return el('figure', { class: 'wide' }, el('figcaption', {}, el('h3', {}, title), note),
    el('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': title }, el('table', { class: 'matrix' },
      el('thead', {}, el('tr', {}, el('th', { scope: 'col', class: 'corner' }, corner),
        across.map((name) => el('th', { scope: 'col' }, el('span', {}, name))))),
      el('tbody', {}, rows.map((name, i) => el('tr', {}, el('th', { scope: 'row' }, name), across.map((_, j) => {
        const value = cell(i, j);
        const level = value ? Math.max(1, Math.ceil(Math.sqrt(value / greatest) * 5)) : 0;
        return el('td', { class: `t${level}` }, value ? number(value) : '');
      })))))));
}
