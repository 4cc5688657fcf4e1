import { useMutation } from '@tanstack/react-query';
import { bodyOf } from '../../api/client.ts';
import { useApi } from '../../api/context.tsx';
import { ApiProblem, readable } from '../../api/problem.ts';
import { usePerson } from '../../session/context.tsx';
import { authorizationFailures, failureText, type OutcomeText } from './authorization-outcomes.ts';

/** Leaves for TikTok's page, to connect an account or to authorise a channel again. The cookie of the start comes along by itself. */
export const useConnect = () => {
  const api = useApi();
  const { accountId } = usePerson();
  return useMutation({
    mutationFn: async (channelId: string | null) => {
      const { url } = await bodyOf(
        api.auth.POST('/v1/accounts/{accountId}/tiktok/authorization', {
          params: { path: { accountId } },
          body: { returnTo: '/channels', ...(channelId === null ? {} : { channelId }) },
        }),
      );
      location.assign(url);
    },
  });
};

export type Connect = ReturnType<typeof useConnect>;

/** Why TikTok's page was not even opened. */
export const refusalText = (error: unknown): OutcomeText => {
  if (error instanceof ApiProblem && Object.hasOwn(authorizationFailures, error.code)) return failureText(error.code);
  const { title, advice } = readable(error);
  return { sentence: title, advice };
};
