/** Text goes in as text: what people write is never markup. */
export const element = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
};

export const avatar = (id) => `/avatars/${encodeURIComponent(id)}.png`;

const counted = (messages) => {
  if (messages === 0) return 'no messages yet';
  return messages === 1 ? '1 message' : `${messages} messages`;
};

export const customerRow = ({ username, displayName, userId, messages }, { isChosen, onChoose }) => {
  const label = element('span', {}, displayName, element('small', {}, `@${username}, ${counted(messages)}`));
  const button = element(
    'button',
    { type: 'button', 'aria-current': String(isChosen) },
    element('img', { src: avatar(userId), alt: '' }),
    label,
  );
  button.addEventListener('click', onChoose);
  return element('li', {}, button);
};

/** A row per type of message. */
const CONTENT = {
  text: ({ text }) => [text],
  image: ({ mediaId }) => [element('img', { src: `/_control/media?id=${encodeURIComponent(mediaId)}`, alt: 'Photo' })],
  share_post: ({ embedUrl, videoId }) => [
    element('a', { class: 'post', href: embedUrl, target: '_blank', rel: 'noreferrer' }, `▶ Post ${videoId}`),
  ],
};

const TIME = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const SOURCES = { APP: 'in the app', API: 'through the API' };

/** When, and for the business's own also where it was written and when the customer saw it. */
const footOf = ({ from, source, at, readAt }) => {
  const parts = [TIME.format(at)];
  if (from === 'business') parts.push(SOURCES[source] ?? source);
  if (readAt !== undefined) parts.push(`Read ${TIME.format(readAt)}`);
  return parts.join(' · ');
};

export const messageRow = (message, all) => {
  const quoted = all.find(({ messageId }) => messageId === message.quotedMessageId);
  const quote = quoted === undefined ? [] : [element('blockquote', {}, quoted.text ?? quoted.type)];
  const content = CONTENT[message.type]?.(message) ?? [message.type];
  return element('li', { class: message.from }, ...quote, ...content, element('small', {}, footOf(message)));
};
