import { byUser, call } from './control.js';
import { avatar, customerRow, element, messageRow } from './rows.js';

const POLL_MS = 1000;
const SHOWN_ROWS = 200;

/** Who is there before anybody wrote. */
const SAMPLE_BUSINESS = { username: 'acme.store', displayName: 'Acme Store' };
const SAMPLE_CUSTOMER = 'anna';

/** What is chosen, kept in the address so that a reload shows the same phone. */
const chosen = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
let businesses = [];

const find = (selector) => document.querySelector(selector);
const businessPath = (business = chosen.business) => `businesses/${encodeURIComponent(business)}`;
const customerPath = (customer = chosen.customer) => `${businessPath()}/customers/${encodeURIComponent(customer)}`;

const choose = (choice) => {
  Object.assign(chosen, choice);
  history.replaceState(null, '', `#${new URLSearchParams(chosen)}`);
  return refresh();
};

/** Shows only what changed, so that a round keeps focus, selection and scrolling. */
const onChange = (show) => {
  let shown = '';
  return (...state) => {
    const next = JSON.stringify(state);
    if (next === shown) return;
    shown = next;
    show(...state);
  };
};

const showBusinesses = onChange((all, business) => {
  const options = all.map(({ businessId, displayName, username }) =>
    element('option', { value: businessId }, `${displayName} (@${username})`),
  );
  find('#business').replaceChildren(...options);
  find('#business').value = business ?? '';
  find('#business').hidden = all.length === 0;
  find('#people').hidden = all.length === 0;
});

const showCustomers = onChange((customers, customer) => {
  const isKnown = customers.some(({ username }) => username === customer);
  const newcomer = { username: customer, displayName: customer, userId: customer, messages: 0 };
  const all = isKnown ? customers : [newcomer, ...customers];
  const rows = all.slice(0, SHOWN_ROWS).map((one) =>
    customerRow(one, {
      isChosen: one.username === customer,
      onChoose: byUser(() => choose({ customer: one.username })),
    }),
  );
  find('#customers').replaceChildren(...rows);
});

const showPhone = onChange((business, customer) => {
  for (const part of document.querySelectorAll('.phone, .shop')) part.hidden = business === undefined;
  find('.empty').hidden = business !== undefined;
  if (business === undefined) return;
  find('#shop').textContent = business.displayName;
  find('#shop-name').textContent = `@${business.username}`;
  find('#person').textContent = `phone of @${customer}`;
  find('#avatar').src = avatar(business.businessId);
  find('#posts').replaceChildren(
    ...business.posts.map((id) => element('option', { value: id }, 'post of the business')),
  );
  find('#post').defaultValue = business.posts[0] ?? '';
});

let newestShown;
const showMessages = onChange((_path, messages) => {
  const list = find('#messages');
  const isNews = newestShown !== messages.at(-1)?.messageId;
  newestShown = messages.at(-1)?.messageId;
  list.replaceChildren(...messages.slice(-SHOWN_ROWS).map((message) => messageRow(message, messages)));
  if (isNews) list.scrollTop = list.scrollHeight;
});

const showCounts = ({ delivered, queued, waiting, discarded }) => {
  find('#counts').textContent = `Webhooks: ${delivered} delivered, ${queued + waiting} open, ${discarded} discarded`;
};

/** Chooses the first business and who wrote last to it where nobody chose, or where the choice is gone after a restart. */
const refresh = async () => {
  showCounts(await call('deliveries/counts'));
  businesses = await call('businesses');
  const business = businesses.find(({ businessId }) => businessId === chosen.business) ?? businesses[0];
  chosen.business = business?.businessId;
  showBusinesses(businesses, chosen.business);
  if (business === undefined) return showPhone(undefined);
  const customers = await call(`${businessPath(business.businessId)}/customers`);
  if (business.businessId !== chosen.business) return;
  chosen.customer ??= customers[0]?.username ?? SAMPLE_CUSTOMER;
  showCustomers(customers, chosen.customer);
  showPhone(business, chosen.customer);
  const path = customerPath();
  const messages = await call(`${path}/messages`);
  if (path === customerPath()) showMessages(path, messages);
};

const send = async (message) => {
  await call(`${customerPath()}/messages`, message);
  await refresh();
};

const onClick = (selector, act) => find(selector).addEventListener('click', byUser(act));

/** A form is emptied only when its request was taken. */
const onSubmit = (selector, act) =>
  find(selector).addEventListener(
    'submit',
    byUser(async ({ target: form }) => {
      await act(Object.fromEntries(new FormData(form)));
      form.reset();
    }),
  );

const addBusiness = async (business) => {
  const { businessId } = await call('businesses', business);
  return businessId;
};

const openShare = (isOpen) => {
  find('#share').hidden = !isOpen;
  find('#open-share').setAttribute('aria-expanded', String(isOpen));
  if (isOpen) find('#post').focus();
};

/** A data URL is `data:image/png;base64,…`. */
const base64 = (file) =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener('load', () => resolve(reader.result.split(',')[1] ?? ''));
    reader.addEventListener('error', () => reject(reader.error));
    reader.readAsDataURL(file);
  });

onSubmit('#new-business', async ({ username }) =>
  choose({ business: await addBusiness({ username, displayName: username }) }),
);
onSubmit('#new-customer', async ({ username }) => {
  await call(`${customerPath(username)}/messages`);
  await choose({ customer: username });
});
onSubmit('#write', async ({ text }) => {
  if (text.trim() !== '') await send({ type: 'text', text });
});
onSubmit('#share', async ({ videoId }) => {
  await send({ type: 'share_post', videoId });
  openShare(false);
});
onSubmit('#shop-write', async ({ text }) => {
  await call(`${customerPath()}/app-messages`, { text });
  await refresh();
});
onClick('#sample', async () => choose({ business: await addBusiness(SAMPLE_BUSINESS), customer: SAMPLE_CUSTOMER }));
onClick('#read', async () => {
  await call(`${customerPath()}/reads`, {});
  await refresh();
});
onClick('#drawn', () => send({ type: 'image' }));
onClick('#open-share', () => openShare(find('#share').hidden));
onClick('#pick', () => find('#photo').click());
find('#business').addEventListener(
  'change',
  byUser(({ target }) => choose({ business: target.value })),
);
find('#photo').addEventListener(
  'change',
  byUser(async ({ target }) => {
    const [file] = target.files;
    if (file === undefined) return;
    const imageBase64 = await base64(file);
    target.value = '';
    await send({ type: 'image', imageBase64 });
  }),
);

/** On a narrow screen the phone is what people came for; what it belongs to is folded below it. */
const narrow = matchMedia('(max-width: 700px)');
const fold = () => {
  find('.setup').open = !narrow.matches;
};
narrow.addEventListener('change', fold);
fold();

/** A failure of one round (the simulator restarts, say) is over in the next. */
const poll = async () => {
  await refresh().catch(() => {});
  setTimeout(poll, POLL_MS);
};
void poll();
