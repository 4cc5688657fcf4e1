import { BrokenCircuitError, CircuitState, ConsecutiveBreaker, circuitBreaker, handleAll } from 'cockatiel';

/** No call was made: the other side has failed so often that it is left alone for a while. */
export class CircuitOpen extends Error {
  override readonly name = 'CircuitOpen';
  readonly code = 'circuit_open';
  readonly retryable = true;
}

export interface CircuitBreaker {
  /** Makes the call unless the circuit is open, then `CircuitOpen` is thrown; half open, one call at a time probes. */
  call<T>(work: () => Promise<T>, isFailure: (result: T) => boolean): Promise<T>;
  state(): 'closed' | 'half_open' | 'open';
  /** How long no call will be made from now on; 0 when one may be. */
  opensInMs(): number;
}

class FailedResult extends Error {
  readonly result: unknown;

  constructor(result: unknown) {
    super('the call brought a failure');
    this.result = result;
  }
}

const STATES = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.HalfOpen]: 'half_open',
  [CircuitState.Open]: 'open',
  [CircuitState.Isolated]: 'open',
} as const;

/** Opens after `failures` failed calls in a row; after `openMs` one call probes, and its success closes the circuit. */
export const createCircuitBreaker = ({
  failures,
  openMs,
  onChange = () => {},
}: {
  readonly failures: number;
  readonly openMs: number;
  readonly onChange?: (state: ReturnType<CircuitBreaker['state']>) => void;
}): CircuitBreaker => {
  const policy = circuitBreaker(handleAll, { halfOpenAfter: openMs, breaker: new ConsecutiveBreaker(failures) });
  let openedAt = Number.NEGATIVE_INFINITY;
  policy.onBreak(() => {
    openedAt = performance.now();
  });
  policy.onStateChange((state) => onChange(STATES[state]));

  return {
    call: async (work, isFailure) => {
      try {
        return await policy.execute(async () => {
          const result = await work();
          if (isFailure(result)) throw new FailedResult(result);
          return result;
        });
      } catch (error) {
        if (error instanceof FailedResult) return error.result as Awaited<ReturnType<typeof work>>;
        throw error instanceof BrokenCircuitError ? new CircuitOpen('the circuit is open') : error;
      }
    },
    state: () => STATES[policy.state],
    opensInMs: () => (policy.state === CircuitState.Open ? Math.max(0, openedAt + openMs - performance.now()) : 0),
  };
};
