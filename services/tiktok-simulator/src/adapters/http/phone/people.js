import { byUser } from './control.js';
import { avatar, button, element, find, keyedList, onChange } from './dom.js';

const counted = (messages) => {
  if (messages === 0) return 'no messages yet';
  return messages === 1 ? '1 message' : `${messages} messages`;
};

const customerRow = (onChoose) => (customer, known) => {
  const { username, displayName, userId, messages, isChosen } = customer;
  const label = element('span', {}, displayName, element('small', {}, `@${username}, ${counted(messages)}`));
  const attributes = { 'aria-current': String(isChosen) };
  const row = element(
    'li',
    {},
    button(
      attributes,
      byUser(() => onChoose(username)),
      element('img', { src: avatar(userId), alt: '' }),
      label,
    ),
  );
  // A row that is made anew under the focus keeps it.
  if (known?.contains(document.activeElement)) queueMicrotask(() => row.firstChild.focus());
  return row;
};

/** The businesses, and who wrote to the chosen one. */
export const createPeople = ({ onBusiness, onCustomer }) => {
  const showCustomers = keyedList(find('#customers'), {
    keyOf: ({ username }) => username,
    render: customerRow(onCustomer),
  });
  const showBusinesses = onChange((businesses, businessId) => {
    const options = businesses.map((business) =>
      element('option', { value: business.businessId }, `${business.displayName} (@${business.username})`),
    );
    find('#business').replaceChildren(...options);
    find('#business').value = businessId ?? '';
    find('#business').hidden = businesses.length === 0;
    find('#customers-part').hidden = businesses.length === 0;
  });
  find('#business').addEventListener(
    'change',
    byUser(({ target }) => onBusiness(target.value)),
  );

  return {
    show: ({ businesses, businessId, customers }, username) => {
      showBusinesses(businesses, businessId);
      const isKnown = customers.some((customer) => customer.username === username);
      const newcomer = { username, displayName: username, userId: username, messages: 0 };
      const all = isKnown || username === undefined ? customers : [newcomer, ...customers];
      showCustomers(all.map((customer) => ({ ...customer, isChosen: customer.username === username })));
    },
  };
};
