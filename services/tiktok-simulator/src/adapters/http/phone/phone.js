const POLL_MS = 1000;

/** What is chosen, kept in the address so that a reload shows the same phone. */
const chosen = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
let businesses = [];
let shownMessages = '';
let shownCustomers = '';

const find = (selector) => document.querySelector(selector);

/** Text goes in as text: what people write is never markup. */
const element = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
};

const call = async (path, body) => {
  const options =
    body === undefined
      ? {}
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const answer = await fetch(`/_control/${path}`, options);
  const value = await answer.json();
  find('#notice').textContent = answer.ok ? '' : value.detail;
  if (!answer.ok) throw new Error(value.detail);
  return value;
};

const businessPath = () => `businesses/${encodeURIComponent(chosen.business)}`;
const customerPath = () => `${businessPath()}/customers/${encodeURIComponent(chosen.customer)}`;
const avatar = (id) => `/avatars/${encodeURIComponent(id)}.png`;

const choose = (choice) => {
  Object.assign(chosen, choice);
  history.replaceState(null, '', `#${new URLSearchParams(chosen)}`);
  void refresh();
};

const showBusinesses = () => {
  if (!businesses.some(({ businessId }) => businessId === chosen.business)) chosen.business = businesses[0]?.businessId;
  const options = businesses.map(({ businessId, displayName, username }) =>
    element('option', { value: businessId }, `${displayName} (@${username})`),
  );
  if (options.length !== find('#business').children.length) find('#business').replaceChildren(...options);
  find('#business').value = chosen.business ?? '';
};

const showCustomers = (customers) => {
  const state = JSON.stringify([chosen, customers]);
  if (state === shownCustomers) return;
  shownCustomers = state;
  const known = customers.map(({ username }) => username);
  if (chosen.customer && !known.includes(chosen.customer)) {
    customers = [
      { username: chosen.customer, displayName: chosen.customer, userId: chosen.customer, messages: 0 },
      ...customers,
    ];
  }
  const rows = customers.slice(0, 200).map(({ username, displayName, userId, messages }) => {
    const label = element('span', {}, displayName, element('small', {}, `@${username}, ${messages} messages`));
    const button = element(
      'button',
      { type: 'button', 'aria-current': String(username === chosen.customer) },
      element('img', { src: avatar(userId), alt: '' }),
      label,
    );
    button.addEventListener('click', () => choose({ customer: username }));
    return element('li', {}, button);
  });
  find('#customers').replaceChildren(...rows);
};

/** A row per type of message. */
const CONTENT = {
  text: ({ text }) => [text],
  image: ({ mediaId }) => [element('img', { src: `/_control/media?id=${encodeURIComponent(mediaId)}`, alt: 'Photo' })],
  share_post: ({ embedUrl, videoId }) => [
    element('a', { class: 'post', href: embedUrl, target: '_blank', rel: 'noreferrer' }, `▶ Post ${videoId}`),
  ],
};

const TIME = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const SOURCES = { APP: 'in the app', API: 'through the API' };

const messageRow = (message, all) => {
  const quoted = all.find(({ messageId }) => messageId === message.quotedMessageId);
  const quote = quoted === undefined ? [] : [element('blockquote', {}, quoted.text ?? quoted.type)];
  const time = TIME.format(message.at);
  const origin = message.from === 'business' ? ` · ${SOURCES[message.source] ?? message.source}` : '';
  const content = CONTENT[message.type]?.(message) ?? [message.type];
  return element('li', { class: message.from }, ...quote, ...content, element('small', {}, `${time}${origin}`));
};

const showMessages = (messages) => {
  const list = find('#messages');
  const state = JSON.stringify([chosen, messages.length, messages.at(-1)]);
  if (state === shownMessages) return;
  shownMessages = state;
  list.replaceChildren(...messages.slice(-200).map((message) => messageRow(message, messages)));
  list.scrollTop = list.scrollHeight;
};

const showPhone = async () => {
  const business = businesses.find(({ businessId }) => businessId === chosen.business);
  const isReady = business !== undefined && Boolean(chosen.customer);
  for (const part of document.querySelectorAll('.phone, .shop')) part.hidden = !isReady;
  find('.empty').hidden = isReady;
  if (!isReady) return;
  find('#shop').textContent = business.displayName;
  find('#shop-name').textContent = `@${business.username}`;
  find('#person').textContent = `phone of @${chosen.customer}`;
  if (find('#avatar').getAttribute('src') !== avatar(business.businessId))
    find('#avatar').src = avatar(business.businessId);
  showMessages(await call(`${customerPath()}/messages`));
};

const showCounts = ({ delivered, queued, waiting, discarded }) => {
  find('#counts').textContent = `Webhooks: ${delivered} delivered, ${queued + waiting} open, ${discarded} discarded`;
};

const refresh = async () => {
  businesses = await call('businesses');
  showBusinesses();
  if (chosen.business) showCustomers(await call(`${businessPath()}/customers`));
  await showPhone();
  showCounts(await call('deliveries/counts'));
};

const onSubmit = (selector, act) =>
  find(selector).addEventListener('submit', async (event) => {
    event.preventDefault();
    const form = event.target;
    const fields = Object.fromEntries(new FormData(form));
    await act(fields);
    form.reset();
    await refresh();
  });

const send = async (message) => {
  await call(`${customerPath()}/messages`, message);
  await refresh();
};

onSubmit('#new-business', async ({ username }) => choose(await addBusiness(username)));
onSubmit('#new-customer', async ({ username }) => choose({ customer: username }));
onSubmit('#write', async ({ text }) => {
  if (text !== '') await send({ type: 'text', text });
});
onSubmit('#shop-write', async ({ text }) => call(`${customerPath()}/app-messages`, { text }));

const addBusiness = async (username) => {
  const { businessId } = await call('businesses', { username, displayName: username });
  return { business: businessId };
};

const base64 = async (file) => {
  const bytes = new Uint8Array(await file.arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
};

find('#business').addEventListener('change', ({ target }) => choose({ business: target.value }));
find('#read').addEventListener('click', () => call(`${customerPath()}/reads`, {}));
find('#drawn').addEventListener('click', () => send({ type: 'image' }));
find('#share').addEventListener('click', () => {
  const videoId = prompt('Id of the post', '7300000000000000001');
  if (videoId) void send({ type: 'share_post', videoId });
});
find('#photo').addEventListener('change', async ({ target }) => {
  const [file] = target.files;
  if (file !== undefined) await send({ type: 'image', imageBase64: await base64(file) });
  target.value = '';
});

/** A failure of one round (the simulator restarts, say) is over in the next. */
const poll = async () => {
  await refresh().catch(() => {});
  setTimeout(poll, POLL_MS);
};
void poll();
