import type { GenericContainer, StartedTestContainer } from 'testcontainers';
import { waitUntil } from '../wait.ts';
import type { Server } from './server.ts';

export interface ContainerServerOptions {
  readonly name: string;
  readonly container: GenericContainer;
  readonly answers: () => Promise<boolean>;
}

const START_DEADLINE_MS = 60_000;
const STOP_GRACE_SECONDS = 10;

/** `container` must publish a fixed port: the engine would choose another one at every start. */
export const createContainerServer = ({ name, container, answers }: ContainerServerOptions): Server => {
  let started: StartedTestContainer | null = null;
  let isPaused = false;

  const engineContainer = async () => {
    if (!started) throw new Error(`${name} was never started`);
    const { getContainerRuntimeClient } = await import('testcontainers');

    return (await getContainerRuntimeClient()).container.getById(started.getId());
  };
  const died = async (): Promise<Error | null> => {
    const { State: state } = await (await engineContainer()).inspect();

    return state.Running
      ? null
      : new Error(`the container of ${name} ended while starting (exit code ${state.ExitCode})`);
  };
  const unpause = async (): Promise<void> => {
    if (isPaused) await (await engineContainer()).unpause();
    isPaused = false;
  };

  return {
    way: 'container',
    start: async () => {
      if (started) await (await engineContainer()).start();
      else started = await container.start();
      await waitUntil(`${name} did not answer`, answers, { deadlineMs: START_DEADLINE_MS, giveUp: died });
    },
    stop: async () => {
      await unpause();
      await (await engineContainer()).stop({ t: STOP_GRACE_SECONDS });
    },
    kill: async () => {
      await (await engineContainer()).kill({ signal: 'SIGKILL' });
      isPaused = false;
    },
    pause: async () => {
      await (await engineContainer()).pause();
      isPaused = true;
    },
    unpause,
    dispose: async () => {
      if (!started) return;
      await unpause();
      await started.stop({ timeout: STOP_GRACE_SECONDS * 1000 });
      started = null;
    },
  };
};
