import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { createRecordingLogger, eventually } from '../testing/index.ts';
import { createFollowingClock, systemClock } from './index.ts';

const HOUR_MS = 3_600_000;

/** A simulator that is away until `comeBack`, and then an hour ahead. */
const startSimulator = async () => {
  let isAway = true;
  let asked = 0;
  const server = createServer((request, response) => {
    asked += 1;
    if (isAway) request.socket.destroy();
    else if (!request.url?.includes('version=')) response.end(JSON.stringify({ offsetMs: HOUR_MS, version: 1 }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: () => asked,
    comeBack: () => {
      isAway = false;
    },
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};

describe('the clock that follows the simulator', () => {
  let simulator: Awaited<ReturnType<typeof startSimulator>>;

  beforeEach(async () => {
    simulator = await startSimulator();
  });
  afterEach(() => simulator.stop());

  const create = () => {
    const logger = createRecordingLogger();
    return { logger, clock: createFollowingClock({ url: simulator.url, follower: 'spec', logger }) };
  };

  it('starts once the simulator is there, and says once that it waits', async () => {
    const { clock, logger } = create();
    const started = clock.start();
    await eventually('it asks again', () => simulator.asked() > 1);
    simulator.comeBack();
    await started;
    expect(clock.now() - systemClock.now()).to.be.within(HOUR_MS - 1_000, HOUR_MS + 1_000);
    expect(logger.lines.filter(({ event }) => event === 'clock.waiting')).to.have.length(1);
    clock.stop();
  });

  it('waits no longer when the process is stopped', async () => {
    const { clock } = create();
    const started = clock.start();
    await eventually('it asks', () => simulator.asked() > 0);
    clock.stop();
    await started;
  });
});
