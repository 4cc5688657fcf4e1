import { byUser, call } from './control.js';
import { createDeliveryList } from './deliveries.js';
import { avatar, element, find, fullTimeOf, keyedList, onChange } from './dom.js';
import { rowOf, rowsOf, summaryOf } from './messages.js';
import { openTabs, showPage } from './pages.js';
import { createPeople } from './people.js';
import { createSwitchList } from './switches.js';

const POLL_MS = 1000;

/** Who is there before anybody wrote. */
const SAMPLE_BUSINESS = { username: 'acme.store', displayName: 'Acme Store' };
const SAMPLE_CUSTOMER = 'anna';

/** What is chosen, kept in the address so that a reload shows the same phone. */
const chosen = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
let quoted = null;

const businessPath = (business = chosen.business) => `businesses/${encodeURIComponent(business)}`;
const customerPath = (customer = chosen.customer) => `${businessPath()}/customers/${encodeURIComponent(customer)}`;

const choose = (choice) => {
  Object.assign(chosen, choice);
  if (chosen.customer === undefined) delete chosen.customer;
  history.replaceState(null, '', `#${new URLSearchParams(chosen)}`);
  quote(null);
  return refresh();
};

/** Asks for something of the chosen customer, and shows what became of it. */
const act = (path, body) => async () => {
  await call(`${customerPath()}/${path}`, body);
  await refresh();
};
const send = (message) => {
  const quotedMessageId = quoted === null ? {} : { quotedMessageId: quoted.messageId };
  quote(null);
  return act('messages', { ...message, ...quotedMessageId })();
};

const quote = (message) => {
  quoted = message;
  find('#quoting').hidden = message === null;
  find('#quoting span').textContent = message === null ? '' : `Quoting: ${summaryOf(message)}`;
  if (message !== null) find('#write textarea').focus();
};

const people = createPeople({
  onBusiness: (business) => choose({ business, customer: undefined }),
  onCustomer: (customer) => {
    showPage('phone-page');
    return choose({ customer });
  },
});
const showDeliveries = createDeliveryList();
const switches = createSwitchList();

const acts = {
  onTap: (messageId, buttonId) => byUser(act('taps', { messageId, buttonId })),
  onReact: (reaction) => byUser(act('reactions', reaction)),
  onQuote: quote,
};
const showRows = keyedList(find('#messages'), { keyOf: ({ key }) => key, render: rowOf(acts) });
let shownPhone = '';
const showMessages = onChange((phone, rows, isTyping) => {
  const list = find('#messages');
  const isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 80;
  showRows(rows);
  find('#typing').hidden = !isTyping;
  if (isAtEnd || phone !== shownPhone) list.scrollTop = list.scrollHeight;
  shownPhone = phone;
});

const showPhone = onChange((business, username) => {
  for (const part of ['#phone-page', '#panel-page', '.pages']) find(part).hidden = business === null;
  find('.empty').hidden = business !== null;
  if (business === null) return;
  find('#shop').textContent = business.displayName;
  find('#shop-name').textContent = `@${business.username}`;
  find('#person').textContent = `@${username}`;
  find('#person-name').textContent = `@${username}`;
  find('#avatar').src = avatar(business.businessId);
  find('#posts').replaceChildren(
    ...business.posts.map((id) => element('option', { value: id }, 'post of the business')),
  );
  find('#post').defaultValue = business.posts[0] ?? '';
});

const showPerson = onChange(({ region = 'BR', isFollower = false }, held) => {
  find('#region input').value = region;
  find('#follows').checked = isFollower;
  find('#held').hidden = held === 0;
  find('#held span').textContent = held === 1 ? 'One message is held.' : `${held} messages are held.`;
});

const hoursOf = (ms) => `${Math.floor(ms / 3_600_000)} h ${Math.floor((ms % 3_600_000) / 60_000)} min`;
const showClock = ({ nowMs, offsetMs }) => {
  find('#now').textContent = fullTimeOf(nowMs);
  find('#offset').textContent = offsetMs === 0 ? 'the machine’s own time' : `${hoursOf(offsetMs)} ahead of the machine`;
};

/** Chooses the first business and who wrote last to it where nobody chose, or where the choice is gone after a restart. */
const refresh = async () => {
  const wanted = JSON.stringify(chosen);
  const query = new URLSearchParams({ businessId: chosen.business ?? '', username: chosen.customer ?? '' });
  const overview = await call(`overview?${query}`);
  if (wanted !== JSON.stringify(chosen)) return;
  const { businesses, businessId, customers, messages, isTyping, held } = overview;
  chosen.business = businessId ?? undefined;
  const isDefault = chosen.customer === undefined;
  chosen.customer ??= customers[0]?.username ?? SAMPLE_CUSTOMER;
  const customer = customers.find(({ username }) => username === chosen.customer) ?? { referrals: [] };
  people.show(overview, businessId === null ? undefined : chosen.customer);
  showPhone(businesses.find((business) => business.businessId === businessId) ?? null, chosen.customer);
  showPerson(customer, held);
  showMessages(`${businessId} ${chosen.customer}`, rowsOf(messages, customer.referrals), isTyping);
  showDeliveries(overview);
  showClock(overview);
  switches.show(overview.switches);
  if (isDefault && customers.length > 0) await refresh();
};

const onClick = (selector, handle) => find(selector).addEventListener('click', byUser(handle));

/** A form is emptied only when its request was taken. */
const onSubmit = (selector, handle) =>
  find(selector).addEventListener(
    'submit',
    byUser(async ({ target: form }) => {
      await handle(Object.fromEntries(new FormData(form)));
      form.reset();
    }),
  );

const addBusiness = async (business) => (await call('businesses', business)).businessId;

onSubmit('#new-business', async ({ username }) =>
  choose({ business: await addBusiness({ username, displayName: username }), customer: undefined }),
);
onSubmit('#new-customer', async ({ username }) => {
  await call(customerPath(username), {}, 'PUT');
  await choose({ customer: username });
  showPage('phone-page');
});
onSubmit('#write', async ({ text }) => {
  if (text.trim() !== '') await send({ type: 'text', text });
});
find('#write textarea').addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  find('#write').requestSubmit();
});

const openTray = (isOpen) => {
  find('#tray').hidden = !isOpen;
  find('#open-tray').setAttribute('aria-expanded', String(isOpen));
};
find('#open-tray').addEventListener('click', () => openTray(find('#tray').hidden));
for (const attach of document.querySelectorAll('[data-send]')) {
  attach.addEventListener(
    'click',
    byUser(async () => {
      await send(JSON.parse(attach.dataset.send));
      openTray(false);
    }),
  );
}
onSubmit('#share', async ({ videoId }) => {
  await send({ type: 'share_post', videoId });
  openTray(false);
});
find('#quoting button').addEventListener('click', () => quote(null));

/** A data URL is `data:image/png;base64,…`. */
const base64 = (file) =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener('load', () => resolve(reader.result.split(',')[1] ?? ''));
    reader.addEventListener('error', () => reject(reader.error));
    reader.readAsDataURL(file);
  });
onClick('#pick', () => find('#photo').click());
find('#photo').addEventListener(
  'change',
  byUser(async ({ target }) => {
    const [file] = target.files;
    if (file === undefined) return;
    const imageBase64 = await base64(file);
    target.value = '';
    await send({ type: 'image', imageBase64 });
    openTray(false);
  }),
);

onClick('#sample', async () => choose({ business: await addBusiness(SAMPLE_BUSINESS), customer: SAMPLE_CUSTOMER }));
onClick('#read', act('reads', {}));
onClick('#accept', act('acceptances', {}));
onSubmit('#staff-write', ({ text, source, automatic }) =>
  act('app-messages', { text, source, ...(automatic === '' ? {} : { automatic }) })(),
);
onSubmit('#staff-card', ({ title, ...labels }) => {
  const given = Object.entries(labels).filter(([, label]) => label.trim() !== '');
  return act('app-messages', {
    type: 'template',
    title,
    buttons: given.map(([id, label]) => ({ id, title: label })),
  })();
});
onSubmit('#remove', ({ reason }) => call(`${businessPath()}/authorization`, { reason: Number(reason) }, 'DELETE'));
find('#region').addEventListener(
  'submit',
  byUser(async ({ target }) => {
    await call(customerPath(), { region: new FormData(target).get('region') }, 'PUT');
    await refresh();
  }),
);
find('#follows').addEventListener(
  'change',
  byUser(({ target }) => act('follow', { isFollower: target.checked })()),
);
onSubmit('#ad', ({ adName }) => act('referrals', { source: 'ad', adName })());
onSubmit('#link', ({ ref }) => act('referrals', { source: 'short_link', ref })());
onSubmit('#comment', ({ text }) => act('comments', { text })());
const advance = async (advanceSeconds) => {
  await call('clock', { advanceSeconds });
  await refresh();
};
for (const step of document.querySelectorAll('[data-advance]')) {
  step.addEventListener(
    'click',
    byUser(() => advance(Number(step.dataset.advance))),
  );
}
onSubmit('#advance', ({ minutes }) => advance(Number(minutes) * 60));

openTabs();

/** A failure of one round (the simulator restarts, say) is over in the next. */
const poll = async () => {
  await refresh().catch(() => {});
  setTimeout(poll, POLL_MS);
};
void poll();
