import { useEffect, useState } from 'react';
import { now, onTimeMoved } from './clock.ts';

/** The servers' time, renewed so often, and at once when it moves. */
export const useNow = (everyMs: number): number => {
  const [time, setTime] = useState(now);
  useEffect(() => {
    const renew = () => setTime(now());
    renew();
    const timer = setInterval(renew, everyMs);
    const forget = onTimeMoved(renew);
    return () => {
      clearInterval(timer);
      forget();
    };
  }, [everyMs]);
  return time;
};
