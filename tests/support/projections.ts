import { eventually } from '@tiktok-channel/platform/testing';
import type { Bench, Json } from './conversation.ts';

/** The operator's calls about builds of the projection. */
export const projectionsOf = async (bench: Bench, publicUrl: string) => {
  const authorization = await bench.identity.authorize({ accountId: 'ops', role: 'operator', userId: 'olga' });
  const call = async (method: string, path = '', body?: object) => {
    const response = await fetch(`${publicUrl}/operator/v1/projections${path}`, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Json };
  };
  const because = { reason: 'the texts were wrong' };
  const list = async (): Promise<readonly Json[]> => (await call('GET')).body.items;
  return {
    call,
    list,
    rebuild: () => call('POST', '', because),
    compare: (build: number) => call('POST', `/${build}/compare`, because),
    switchTo: (build: number) => call('POST', `/${build}/switch`, because),
    drop: (build: number) => call('DELETE', `/${build}`, because),
    caughtUp: (build: number) =>
      eventually(
        `build ${build} has everything that the served one has`,
        async () => (await list()).some((each) => each.build === build && each.behind === 0),
        { withinMs: 60_000, everyMs: 100 },
      ),
    told: () =>
      eventually('readers were told what differs', async () => !(await list()).some(({ isTelling }) => isTelling), {
        withinMs: 30_000,
        everyMs: 100,
      }),
  };
};
