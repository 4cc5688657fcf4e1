import type { Build } from '../domain/build.ts';
import { OperatorFailure } from '../domain/failure.ts';
import type { Projections } from './ports.ts';

export interface WatchOptions {
  readonly onProgress: (build: Build) => void;
  /** Told once for a row of failed looks. */
  readonly onSilence: (failure: OperatorFailure) => void;
  readonly signal: AbortSignal;
}

export type WatchBuild = (build: number, options: WatchOptions) => Promise<Build | null>;

const LOOK_EVERY_MS = 500;
/** A replica that is restarted answers sooner. */
const MOST_FAILED_LOOKS = 120;

/**
 * Watches a build until it has what the served one has; null when the watching was ended before. The build needs nobody to watch it:
 * a service that does not answer for a while is asked again.
 */
export const createWatchBuild =
  ({
    projections,
    pause,
  }: {
    readonly projections: Pick<Projections, 'show'>;
    /** Resolves early when the signal ends it. */
    readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  }): WatchBuild =>
  async (number, { onProgress, onSilence, signal }) => {
    const look = createPatientLook(projections, onSilence);
    while (!signal.aborted) {
      const build = await look(number);
      if (build !== null) onProgress(build);
      if (build !== null && build.state !== 'building') return build;
      await pause(LOOK_EVERY_MS, signal);
    }
    return null;
  };

/** Null: nothing answered this time. */
const createPatientLook = (projections: Pick<Projections, 'show'>, onSilence: WatchOptions['onSilence']) => {
  let failedLooks = 0;
  return async (number: number): Promise<Build | null> => {
    try {
      const build = await projections.show(number);
      failedLooks = 0;
      return build;
    } catch (error) {
      failedLooks += 1;
      if (!(error instanceof OperatorFailure) || isFinal(error) || failedLooks > MOST_FAILED_LOOKS) throw error;
      if (failedLooks === 1) onSilence(error);
      return null;
    }
  };
};

/** What a service refused it refuses again. */
const isFinal = (failure: OperatorFailure): boolean => 'code' in failure && failure.code !== 'unavailable';
