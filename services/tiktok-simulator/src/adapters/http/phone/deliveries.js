import { byUser, call } from './control.js';
import { button, element, find, keyedList, onChange, secondOf } from './dom.js';

const STATES = { queued: 'on its way', waiting: 'waits', delivered: 'delivered', discarded: 'discarded' };

const stateOf = ({ state, nextAttemptAt, attempts }) => {
  if (state !== 'waiting') return STATES[state];
  return `${attempts.length === 0 ? 'goes out' : 'comes again'} at ${secondOf(nextAttemptAt)}`;
};

const attemptRow = ({ at, status, error, answer, logId }) =>
  element(
    'li',
    {},
    element('b', { class: status === 200 ? 'good' : 'bad' }, status ?? error),
    ` at ${secondOf(at)}`,
    ...(answer === '' ? [] : [element('code', {}, answer)]),
    element('small', {}, logId),
  );

/** The body as people read it: what is JSON in JSON unfolds; what is none stays as it is. */
const readable = (body) => {
  try {
    const envelope = JSON.parse(body);
    const content = typeof envelope.content === 'string' ? JSON.parse(envelope.content) : envelope.content;
    return JSON.stringify({ ...envelope, content }, null, 2);
  } catch {
    return body;
  }
};

const deliveryRow = (delivery, known) => {
  const { deliveryId, event, state, attempts, createdAt, body } = delivery;
  const isFailing = state === 'waiting' && attempts.length > 0;
  const again = button(
    {},
    byUser(() => call(`deliveries/${deliveryId}/repeat`, {})),
    'Send again',
  );
  const details = element(
    'details',
    {},
    element(
      'summary',
      {},
      element('i', { class: `dot ${isFailing ? 'failing' : state}` }),
      element('b', {}, event),
      element('span', {}, stateOf(delivery)),
      element(
        'small',
        { class: 'when' },
        `${secondOf(createdAt)} · ${attempts.length} ${attempts.length === 1 ? 'attempt' : 'attempts'}`,
      ),
    ),
    element('ol', { class: 'attempts' }, ...attempts.map(attemptRow)),
    element('pre', { tabindex: '0', 'aria-label': 'Body' }, readable(body)),
    again,
  );
  details.open = known?.querySelector('details').open ?? false;
  const row = element('li', {}, details);
  if (known?.contains(document.activeElement)) queueMicrotask(() => row.querySelector('summary').focus());
  return row;
};

/** The newest deliveries, with attempts and answers. */
export const createDeliveryList = () => {
  const show = keyedList(find('#deliveries'), { keyOf: ({ deliveryId }) => deliveryId, render: deliveryRow });
  const showCounts = onChange(({ delivered, queued, waiting, discarded }) => {
    find('#counts').textContent = `${delivered} delivered, ${queued + waiting} open, ${discarded} discarded`;
  });
  return ({ deliveries, counts }) => {
    show(deliveries);
    showCounts(counts);
  };
};
