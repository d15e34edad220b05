// A table of many rows, of which a page is shown: sorted by its headers.

const PAGE_ROWS = 50;

/**
 * `rows` come in order. `columns` have a name, a `cell` for a row and perhaps a `class`, whether the cell is the row's `heading`, the name that they are `sort`ed by
 * with its first direction (`down`), and whether they are shown `only` at times; `state` has sort, down and page, and `change` is told what of it is new; `csv` says what is saved of all `rows`, and
 * `prefix` begins the ids of its buttons where a page has two tables.
 */
function pagedTable({ caption, columns: all, rows, state, change, csv, prefix = '', pageRows = PAGE_ROWS }) {
  const columns = all.filter(({ only }) => !only || only());
  const pages = Math.max(1, Math.ceil(rows.length / pageRows));
  const page = Math.min(Math.max(1, state.page || 1), pages);
  const from = (page - 1) * pageRows;
  const head = columns.map((column) => {
    if (!column.sort) return el('th', { scope: 'col', class: column.class }, column.name);
    const active = state.sort === column.sort;
    const down = active ? !state.down : Boolean(column.down);
    const press = () => change({ sort: column.sort, down, page: 1 }, `${prefix}sort-${column.sort}`);
    return el('th', { scope: 'col', class: column.class, 'aria-sort': active ? (state.down ? 'descending' : 'ascending') : null },
      el('button', { type: 'button', class: 'sort', id: `${prefix}sort-${column.sort}`, onclick: press }, column.name,
        el('span', { 'aria-hidden': 'true', class: 'arrow' }, active ? (state.down ? '▼' : '▲') : '')));
  });
  const body = rows.slice(from, from + pageRows).map((row) => el('tr', {}, columns.map((column) => column.heading
    ? el('th', { scope: 'row', class: column.class }, column.cell(row))
    : el('td', { class: column.class, 'data-label': column.name }, column.cell(row)))));
  const turn = (name, to, place) => {
    const id = `${prefix}page-${place}`;
    return el('button', { type: 'button', id, disabled: to < 1 || to > pages, onclick: () => change({ page: to }, id) }, name);
  };
  return [
    el('table', { class: 'rows' }, el('caption', { class: 'visually-hidden' }, caption),
      el('thead', {}, el('tr', {}, head)), el('tbody', {}, body)),
    csv ? csvButton(csv, rows) : null,
    pages > 1 ? el('nav', { class: 'pages', 'aria-label': `Pages of ${caption}` },
      turn('First', page > 1 ? 1 : 0, 'first'), turn('Previous', page - 1, 'previous'),
      el('span', {}, `Page ${number(page)} of ${number(pages)}`),
      turn('Next', page + 1, 'next'), turn('Last', page < pages ? pages : 0, 'last')) : null,
  ];
}

/** Rows in order: numbers by size, texts by the alphabet, nothing at the end; ties as they were. */
function sorted(rows, key, down) {
  const keyed = rows.map((row) => [key(row), row]);
  const absent = (value) => value === null || value === undefined || value === '';
  keyed.sort(([x], [y]) => {
    if (absent(x) || absent(y)) return absent(x) - absent(y);
    const order = x < y ? -1 : x > y ? 1 : 0;
    return down ? -order : order;
  });
  return keyed.map(([, row]) => row);
}
