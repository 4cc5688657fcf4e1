import { byUser, call } from './control.js';
import { element, find, onChange } from './dom.js';

/** A field per kind of switch, and how its value is read. */
const option = (value, selected) => {
  const made = element('option', { value: JSON.stringify(value) }, value === null ? 'null' : String(value));
  made.selected = value === selected;
  return made;
};

const choice = (values, value, label) => {
  const field = element('select', { 'aria-label': label }, ...values.map((one) => option(one, value)));
  return { field, read: () => JSON.parse(field.value) };
};

const number = (row, label) => {
  const field = element('input', { type: 'number', min: String(row.least ?? 0), 'aria-label': label });
  field.value = row.value ?? '';
  if (row.normal === null) field.placeholder = 'null';
  return { field, read: () => (field.value === '' ? null : Number(field.value)) };
};

const fieldOf = (name, row) => {
  switch (row.kind) {
    case 'boolean':
      return choice([false, true], row.value, name);
    case 'optional-boolean':
      return choice([null, false, true], row.value, name);
    case 'choice':
      return choice(row.choices, row.value, name);
    default:
      return number(row, name);
  }
};

/** What stands between backquotes is a word of the program. */
const spoken = (sentence) =>
  sentence.split('`').map((part, index) => (index % 2 === 1 ? element('code', {}, part) : part));

const isSet = ({ value, normal }) => value !== normal;

/** Every switch with its sentence; those that are not as usual come first. */
export const createSwitchList = () => {
  let all = {};
  let words = '';

  const set = (name, value) => {
    const others = Object.entries(all).filter(([other, row]) => isSet(row) && other !== name);
    return Object.fromEntries([...others.map(([other, row]) => [other, row.value]), [name, value]]);
  };
  const put = async (switches) => {
    all = await call('faults', switches, 'PUT');
    render();
  };
  const rowOf = ([name, row]) => {
    const { field, read } = fieldOf(name, row);
    field.addEventListener(
      'change',
      byUser(async () => {
        await put(set(name, read()));
        find(`#switch-list [aria-label="${name}"]`)?.focus();
      }),
    );
    const label = element('code', {}, name);
    return element('li', { class: isSet(row) ? 'set' : '' }, label, field, element('p', {}, ...spoken(row.sentence)));
  };
  const render = () => {
    const rows = Object.entries(all)
      .filter(([name, { sentence }]) => `${name} ${sentence}`.toLowerCase().includes(words))
      .sort(([, one], [, other]) => isSet(other) - isSet(one));
    find('#switch-list').replaceChildren(...rows.map(rowOf));
    const count = Object.values(all).filter(isSet).length;
    find('#set-count').textContent = count === 0 ? '' : String(count);
  };
  find('#find-switch').addEventListener('input', ({ target }) => {
    words = target.value.trim().toLowerCase();
    render();
  });
  find('#find-switch').addEventListener('submit', (event) => event.preventDefault());
  find('#reset').addEventListener(
    'click',
    byUser(() => put({})),
  );

  /** `values` are those of the last round: someone else may have set a switch. */
  const follow = onChange(async () => {
    all = await call('faults').catch(() => all);
    render();
  });
  return { show: follow };
};
