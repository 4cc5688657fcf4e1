import type { Addresses } from './addresses.ts';

export const DEMO_ACCOUNT = 'demo';
const DEMO_BUSINESS = { username: 'demo.shop', displayName: 'Demo Shop' };

type Places = Pick<Addresses, 'auth' | 'public' | 'simulator'>;

/** A bearer token for any API of the product, as auth issues them outside production. */
export const localToken = async (auth: string, role: string, accountId: string): Promise<string> => {
  const { token } = await call<{ token: string }>(`${auth}/local/token`, { body: { role, accountId } });

  return token;
};

/**
 * Connects a business of the simulator to the demo account as an administrator in a browser would, and returns its channel's
 * id. Doing it again for a business that was connected before authorises it anew, which a simulator without memory needs.
 */
export const connectDemoAccount = async ({ auth, public: origin, simulator }: Places): Promise<string> => {
  const businessId = await demoBusiness(simulator);
  const token = await localToken(auth, 'administrator', DEMO_ACCOUNT);
  const authorization = { authorization: `Bearer ${token}` };
  const start = await send(`${origin}/v1/accounts/${DEMO_ACCOUNT}/tiktok/authorization`, {
    body: {},
    headers: authorization,
  });
  const { url } = (await start.json()) as { url: string };
  const cookie = start.headers.get('set-cookie') ?? '';
  const { location } = await call<{ location: string }>(`${simulator}/_control/connect`, {
    body: { businessId, url, cookie },
  });
  const channel = await call<{ state: string }>(`${origin}/v1/channels/${encodeURIComponent(businessId)}`, {
    headers: authorization,
  });
  if (channel.state !== 'connected')
    throw new Error(`the demo channel is ${channel.state}; TikTok's consent ended at ${location}`);

  return businessId;
};

/** There may be one already: the simulator outlives a repeated connection. */
const demoBusiness = async (simulator: string): Promise<string> => {
  const known = await call<readonly { businessId: string; username: string }[]>(`${simulator}/_control/businesses`);
  const found = known.find(({ username }) => username === DEMO_BUSINESS.username);
  if (found) return found.businessId;
  const made = await call<{ businessId: string }>(`${simulator}/_control/businesses`, { body: DEMO_BUSINESS });

  return made.businessId;
};

interface Request {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const CALL_TIMEOUT_MS = 15_000;

const call = async <T>(url: string, request: Request = {}): Promise<T> =>
  (await send(url, request)).json() as Promise<T>;

const send = async (url: string, { body, headers = {} }: Request): Promise<Response> => {
  const response = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);

  return response;
};
