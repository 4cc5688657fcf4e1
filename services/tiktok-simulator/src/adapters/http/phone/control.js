const NO_ANSWER = 'The simulator does not answer. Is it still running?';

/** Asks the control API; throws an error whose message is for people. */
export const call = async (path, body, method = body === undefined ? 'GET' : 'POST') => {
  const sent =
    body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const answer = await fetch(`/_control/${path}`, { method, ...sent }).catch((cause) => {
    throw new Error(NO_ANSWER, { cause });
  });
  if (answer.ok) return answer.status === 204 ? null : answer.json();
  const { detail } = await answer.json().catch(() => ({}));
  throw new Error(detail ?? `The simulator answered ${answer.status}.`);
};

const showNotice = (text) => {
  const notice = document.querySelector('#notice');
  notice.querySelector('p').textContent = text;
  notice.hidden = text === '';
};

/** A handler of what people do. These alone write and clear the notice, so that it stays until somebody has read it. */
export const byUser = (act) => async (event) => {
  event.preventDefault();
  showNotice('');
  try {
    await act(event);
  } catch (error) {
    showNotice(error.message);
  }
};

document.querySelector('#notice button').addEventListener('click', () => showNotice(''));
