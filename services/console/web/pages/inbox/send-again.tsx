import { useMutation } from '@tanstack/react-query';
import { useApi } from '../../api/context.tsx';
import { readable } from '../../api/problem.ts';
import { Button } from '../../ui/button.tsx';
import { words } from '../../words.ts';

/** The same as another reply, which appears below. Whether it may be, the service decides. */
export const SendAgain = ({ replyId }: { readonly replyId: string }) => {
  const api = useApi();
  const retry = useMutation({
    mutationFn: () => api.conversations.POST('/v1/replies/{replyId}/retry', { params: { path: { replyId } } }),
  });
  const { failed } = words.conversation;
  return (
    <>
      <Button look="plain" disabled={retry.isPending || retry.isSuccess} onClick={() => retry.mutate()}>
        {retry.isSuccess ? failed.retried : failed.retry}
      </Button>
      {retry.isError && <span role="alert">{readable(retry.error).title}</span>}
    </>
  );
};
