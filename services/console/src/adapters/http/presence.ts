import type { Upstream } from '../../domain/routes.ts';
import type { Replicas } from './replicas.ts';

/** Which services answer at all, by any of their replicas, in the order of the settings. */
export type Presence = () => Promise<readonly { readonly name: string; readonly answers: boolean }[]>;

const PATIENCE_MS = 500;

/** Any HTTP answer counts: what a service is able to do is told by its own readiness, which is not public. */
export const createPresence =
  (services: Readonly<Record<Upstream, Replicas>>): Presence =>
  () =>
    Promise.all(
      Object.entries(services).map(async ([name, { all }]) => {
        const found = await Promise.all(all.map(({ url }) => answers(url)));

        return { name, answers: found.includes(true) };
      }),
    );

const answers = async (url: string): Promise<boolean> => {
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(PATIENCE_MS) });
    await response.body?.cancel();
    return true;
  } catch {
    // Refused, reset or too slow: it does not answer, and that is what is asked here.
    return false;
  }
};
