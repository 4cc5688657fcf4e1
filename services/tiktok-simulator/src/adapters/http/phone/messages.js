import { button, dayOf, element, timeOf } from './dom.js';

const EMOJIS = ['❤️', '😂', '👍', '😮', '😢', '🔥'];

/** A pause so long starts a new time of day between two messages. */
const PAUSE_MS = 15 * 60_000;

const mediaUrl = (mediaId) => `/_control/media?id=${encodeURIComponent(mediaId)}`;

/** A row per type of message; what is not here is shown as a type that the phone does not know. */
const CONTENT = {
  text: ({ text }) => [element('span', { class: 'text' }, text)],
  image: ({ mediaId }) => [element('img', { class: 'photo', src: mediaUrl(mediaId), alt: 'Photo' })],
  video: () => [
    element('span', { class: 'film', role: 'img', 'aria-label': 'Video' }, '▶', element('small', {}, '0:05')),
  ],
  share_post: ({ embedUrl, videoId }) => [
    element(
      'a',
      { class: 'post', href: embedUrl, target: '_blank', rel: 'noreferrer' },
      element('b', {}, '▶'),
      element('span', {}, 'Shared post', element('small', {}, videoId)),
    ),
  ],
  sticker: ({ url }) => [picture(url, 'Sticker')],
  emoji: ({ url }) => [picture(url, 'Emoji')],
};

const picture = (url, name) =>
  url === null
    ? element('span', { class: 'text unknown' }, `${name} without a picture`)
    : element('img', { class: name.toLowerCase(), src: url, alt: name });

const card = ({ messageId, title, buttons }, { onTap }) =>
  element(
    'div',
    { class: 'card' },
    element('strong', {}, title),
    ...buttons.map(({ id, title: label }) => button({}, onTap(messageId, id), label)),
  );

const unknown = ({ type, block }) => {
  const name = element('span', { class: 'text unknown' }, `A ${type}: this phone cannot show it`);
  return block === undefined ? [name] : [name, element('code', {}, JSON.stringify(block))];
};

const contentOf = (message, acts) => {
  if (message.type === 'template') return [card(message, acts)];
  return CONTENT[message.type]?.(message) ?? unknown(message);
};

/** What a message is called where only a line is left for it. */
export const summaryOf = (message) =>
  message.text ?? message.title ?? { image: 'Photo', share_post: 'Shared post' }[message.type] ?? message.type;

const SOURCES = {
  APP: 'in the app',
  WEB: 'on the web',
  API: 'through the API',
  OTHERS: 'by other software',
  UNKNOWN_SOURCE: 'from somewhere',
};

/** When, for the business’s own also how it was written, and when the other side saw it. */
const footOf = ({ from, source, automatic, at, readAt }) => {
  const parts = [timeOf(at)];
  if (from === 'business') parts.push(SOURCES[source] ?? source);
  if (automatic !== undefined) parts.push(automatic.toLowerCase().replaceAll('_', ' '));
  if (readAt !== undefined) parts.push(`read ${timeOf(readAt)}`);
  return parts.join(' · ');
};

const reactionChip = (message, { by, emoji, aiEmojiUrl }, { onReact }) => {
  const shown = emoji ?? element('img', { src: aiEmojiUrl, alt: 'AI emoji' });
  if (by === 'business') return element('span', { class: 'chip', title: 'by the business' }, shown);
  const change = emoji === undefined ? { aiEmojiUrl } : { emoji };
  const label = `Take back ${emoji ?? 'the AI emoji'}`;
  return button(
    { class: 'chip mine', title: label, 'aria-label': label },
    onReact({ messageId: message.messageId, operation: 'REMOVE', ...change }),
    shown,
  );
};

const actionsOf = (message, { onReact, onQuote }) => {
  const add = (emoji) => onReact({ messageId: message.messageId, operation: 'ADD', ...emoji });
  const used = (message.reactions ?? []).filter(({ by }) => by === 'customer').map(({ emoji }) => emoji);
  const emojis = EMOJIS.filter((emoji) => !used.includes(emoji)).map((emoji) =>
    button({ 'aria-label': `React with ${emoji}` }, add({ emoji }), emoji),
  );
  const ai = button({ 'aria-label': 'React with an AI emoji', title: 'AI emoji' }, add({ aiEmoji: true }), '✨');
  const quote = button({ 'aria-label': 'Quote this message', title: 'Quote' }, () => onQuote(message), '↩');
  return element('div', { class: 'actions', role: 'group', 'aria-label': 'Actions' }, ...emojis, ai, quote);
};

const quoteOf = ({ quoted }) => (quoted === undefined ? [] : [element('blockquote', {}, quoted)]);

const bubbleOf = (message, acts) => {
  const reactions = message.reactions ?? [];
  const chips = reactions.map((reaction) => reactionChip(message, reaction, acts));
  const body = element('div', { class: `bubble ${message.type}` }, ...quoteOf(message), ...contentOf(message, acts));
  const more = button(
    { class: 'more', 'aria-label': 'React or quote', 'aria-expanded': 'false' },
    ({ currentTarget }) => {
      const row = currentTarget.closest('li');
      const isOpen = row.classList.toggle('open');
      currentTarget.setAttribute('aria-expanded', String(isOpen));
      row.scrollIntoView({ block: 'nearest' });
    },
    '☺',
  );
  return [
    element('div', { class: 'line' }, body, more),
    ...(chips.length === 0 ? [] : [element('div', { class: 'chips' }, ...chips)]),
    actionsOf(message, acts),
    element('small', { class: 'foot' }, footOf(message)),
  ];
};

/** A row of `rowsOf`. */
export const rowOf = (acts) => (row) =>
  row.kind === 'note'
    ? element('li', { class: 'note' }, row.text)
    : element('li', { class: `message ${row.from}${row.isLast ? ' last' : ''}` }, ...bubbleOf(row, acts));

const noteOf = ({ source, adName, ref, prefilledMessage, at }) => ({
  kind: 'note',
  key: `referral ${at}`,
  at,
  text:
    source === 'ad'
      ? `Came through the ad “${adName}”`
      : `Came through the link “${ref}”${prefilledMessage ? `, which suggests “${prefilledMessage}”` : ''}`,
});

/** Messages, how the customer came, and the times between: oldest first. */
export const rowsOf = (messages, referrals) => {
  const quotable = new Map(messages.map((message) => [message.messageId, summaryOf(message)]));
  const all = [
    ...messages.map((message) => ({
      ...message,
      key: message.messageId,
      quoted: quotable.get(message.quotedMessageId),
    })),
    ...referrals.map(noteOf),
  ].sort((one, other) => one.at - other.at);
  return all.flatMap((row, index) => {
    const before = all[index - 1];
    const after = all[index + 1];
    const isLast = after?.from !== row.from || after.at - row.at > PAUSE_MS;
    const shown = row.kind === 'note' ? row : { ...row, isLast };
    if (before !== undefined && row.at - before.at <= PAUSE_MS) return [shown];
    return [{ kind: 'note', key: `time ${row.at}`, text: `${dayOf(row.at)}, ${timeOf(row.at)}` }, shown];
  });
};
