// A list as CSV (RFC 4180), as the tables of a scan are written: a text that a spreadsheet would take for a formula gets an
// apostrophe in front, and so does one that already looks like that.

const FORMULA = /^'*[=+\-@\t\r\n]/;

function csvCell(value) {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'string') return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}

/** The rows of a list; `columns` are names with what each row has. */
function csvText(columns, rows) {
  const lines = [columns.map(([name]) => name), ...rows.map((row) => columns.map(([, value]) => value(row)))];
  return lines.map((line) => `${line.map(csvCell).join(',')}\r\n`).join('');
}

/** A button that saves the rows. Programs for tables know by the mark in front that the text is UTF-8. */
function csvButton({ name, columns }, rows) {
  const save = () => {
    const address = URL.createObjectURL(new Blob(['\ufeff', csvText(columns, rows)], { type: 'text/csv;charset=utf-8' }));
    el('a', { href: address, download: `${name.replace(/[^\p{L}\p{N}._-]+/gu, '-').slice(0, 80)}.csv` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
    announce(`${counted(rows.length, 'row')} saved as CSV`);
  };
  return el('button', { type: 'button', class: 'save', onclick: save }, `Save ${counted(rows.length, 'row')} as CSV`);
}

/** A share with the four decimals of the tables. */
function csvShare(share) {
  return share === null || share === undefined ? null : Math.round(share * 1e4) / 1e4;
}
