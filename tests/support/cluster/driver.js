/**
 * Runs in a pod, without packages. Connects a channel as its owner would, then delivers messages as TikTok does: signed, and again
 * until they are answered 200. A line on standard input ends the deliveries; then it reads the inbox and prints what it found.
 */
import { createHmac, randomUUID } from 'node:crypto';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';

const { origin, simulator, secret, everyMs, conversations } = JSON.parse(process.argv[1]);
const ACCOUNT = 'demo';
const run = randomUUID().slice(0, 8);
const tally = { delivered: 0, repeated: 0, refusals: {}, slowestMs: 0 };

const insist = async (what, work, withinMs = 120_000) => {
  const end = Date.now() + withinMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() > end) throw new Error(`${what}: ${error.message}`);
      await wait(500);
    }
  }
};

const call = async (url, { body, headers = {} } = {}) => {
  const response = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(15_000),
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return response;
};
const json = async (...request) => (await call(...request)).json();

const tokenOf = async (role) => (await json(`${origin}/local/token`, { body: { role, accountId: ACCOUNT } })).token;

const connectChannel = async () => {
  const business = { username: `shop.${run}`, displayName: 'Shop' };
  const { businessId } = await json(`${simulator}/_control/businesses`, { body: business });
  const headers = { authorization: `Bearer ${await tokenOf('administrator')}` };
  const start = await call(`${origin}/v1/accounts/${ACCOUNT}/tiktok/authorization`, { body: {}, headers });
  const { url } = await start.json();
  const cookie = start.headers.get('set-cookie') ?? '';
  await json(`${simulator}/_control/connect`, { body: { businessId, url, cookie } });
  return businessId;
};

const bodyOf = (business, conversationId, messageId, at) =>
  JSON.stringify({
    event: 'im_receive_msg',
    create_time: Math.floor(at / 1_000),
    user_openid: business,
    content: JSON.stringify({
      from: 'mia.shopper',
      to: 'shop',
      from_user: { id: `customer-${conversationId}`, role: 'personal_account' },
      to_user: { id: business, role: 'business_account' },
      conversation_id: conversationId,
      message_id: messageId,
      timestamp: at,
      type: 'text',
      text: { body: 'Is this in stock?' },
    }),
  });

/** Answers the status, or why there was none. */
const deliverOnce = async (body) => {
  const t = Math.floor(Date.now() / 1_000);
  const signature = createHmac('sha256', secret).update(`${t}.`).update(body).digest('hex');
  try {
    const response = await fetch(`${origin}/webhooks/tiktok`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', 'tiktok-signature': `t=${t},s=${signature}` },
      signal: AbortSignal.timeout(10_000),
    });
    await response.arrayBuffer();
    return response.status;
  } catch (error) {
    return error.cause?.code ?? error.name;
  }
};

const deliver = async (body) => {
  const startedAt = performance.now();
  for (let attempt = 1; ; attempt += 1) {
    const answer = await deliverOnce(body);
    if (answer === 200) {
      tally.delivered += 1;
      tally.slowestMs = Math.max(tally.slowestMs, Math.round(performance.now() - startedAt));
      if (attempt > 1) tally.repeated += 1;
      return;
    }
    tally.refusals[answer] = (tally.refusals[answer] ?? 0) + 1;
    await wait(Math.min(250 * attempt, 2_000));
  }
};

const inbox = async (conversationId, authorization) => {
  const found = [];
  let cursor = null;
  do {
    const query = new URLSearchParams({ limit: '100', ...(cursor === null ? {} : { cursor }) });
    const path = `/v1/conversations/${encodeURIComponent(conversationId)}/messages?${query}`;
    const page = await json(`${origin}${path}`, { headers: { authorization } });
    found.push(...page.items.map(({ messageId }) => messageId));
    cursor = page.nextCursor;
  } while (cursor !== null);
  return found;
};

const business = await insist('a channel', connectChannel);
const sent = new Map(Array.from({ length: conversations }, (_, n) => [`cluster-${run}-${n}`, []]));
let isEnding = false;
process.stdin.once('data', () => {
  isEnding = true;
});
process.stdout.write(`${JSON.stringify({ connected: business })}\n`);

const underWay = new Set();
for (let n = 0; !isEnding; n += 1) {
  const [conversationId, ids] = [...sent][n % sent.size];
  const messageId = `${run}-${n}`;
  ids.push(messageId);
  const delivery = deliver(bodyOf(business, conversationId, messageId, Date.now()));
  underWay.add(delivery);
  delivery.finally(() => underWay.delete(delivery));
  await wait(everyMs);
}
await Promise.all(underWay);

/** Until all is there; what is there twice stays. */
const compare = async () => {
  const authorization = `Bearer ${await tokenOf('agent')}`;
  const result = { missing: 0, twice: 0, foreign: 0 };
  for (const [conversationId, ids] of sent) {
    if (ids.length === 0) continue;
    const found = await inbox(conversationId, authorization);
    const unique = new Set(found);
    result.twice += found.length - unique.size;
    result.missing += ids.filter((id) => !unique.has(id)).length;
    result.foreign += [...unique].filter((id) => !ids.includes(id)).length;
  }
  if (result.missing > 0) throw new Error(`${result.missing} are missing`);
  return result;
};
const compared = await insist('the inbox', compare, 180_000).catch((error) => ({ error: error.message }));
process.stdout.write(`${JSON.stringify({ ...tally, ...compared })}\n`);
process.exit(0);
