export const find = (selector) => document.querySelector(selector);

/** Text goes in as text: what people write is never markup. */
export const element = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
};

export const button = (attributes, onClick, ...children) => {
  const made = element('button', { type: 'button', ...attributes }, ...children);
  made.addEventListener('click', onClick);
  return made;
};

/** Shows only what changed, so that a round keeps focus, selection and scrolling. */
export const onChange = (show) => {
  let shown = '';
  return (...state) => {
    const next = JSON.stringify(state);
    if (next === shown) return;
    shown = next;
    show(...state);
  };
};

/**
 * Shows a list, a row per key, and makes only those anew that changed. A row that stays is not touched, so it keeps focus
 * and what is unfolded in it.
 */
export const keyedList = (list, { keyOf, render }) => {
  const rows = new Map();
  return (items) => {
    removeOthers(rows, new Set(items.map(keyOf)));
    for (const [index, item] of items.entries()) {
      const row = rowFor(rows, keyOf(item), item, render);
      if (list.children[index] !== row) list.insertBefore(row, list.children[index] ?? null);
    }
  };
};

const removeOthers = (rows, keys) => {
  for (const [key, { row }] of rows) {
    if (keys.has(key)) continue;
    row.remove();
    rows.delete(key);
  }
};

const rowFor = (rows, key, item, render) => {
  const state = JSON.stringify(item);
  const known = rows.get(key);
  if (known?.state === state) return known.row;
  const row = render(item, known?.row);
  known?.row.replaceWith(row);
  rows.set(key, { state, row });
  return row;
};

export const avatar = (id) => `/avatars/${encodeURIComponent(id)}.png`;

const TIME = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const SECONDS = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium', hourCycle: 'h23' });
const DAY = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short' });
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium', hourCycle: 'h23' });

export const timeOf = (ms) => TIME.format(ms);
export const secondOf = (ms) => SECONDS.format(ms);
export const dayOf = (ms) => DAY.format(ms);
export const fullTimeOf = (ms) => FULL.format(ms);
