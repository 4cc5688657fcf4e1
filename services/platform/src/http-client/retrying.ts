import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';

/**
 * Runs `operation` again while `isRetryable` says so, at most `attempts` times in all, with decorrelated jitter from
 * 100 ms to 2 s between. For reads and for writes that are harmless twice.
 */
export const retrying = <T>(
  operation: () => Promise<T>,
  { attempts, isRetryable }: { readonly attempts: number; readonly isRetryable: (error: unknown) => boolean },
): Promise<T> =>
  retry(
    handleWhen((error) => isRetryable(error)),
    {
      maxAttempts: attempts - 1,
      backoff: new ExponentialBackoff({ initialDelay: 100, maxDelay: 2_000 }),
    },
  ).execute(operation);
