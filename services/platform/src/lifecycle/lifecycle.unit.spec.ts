import { expect } from 'chai';
import { createRecordingLogger } from '../testing/index.ts';
import { createLifecycle, type Part } from './index.ts';

const part = (name: string, log: string[], overrides: Partial<Part> = {}): Part => ({
  name,
  start: () => void log.push(`start ${name}`),
  stop: () => void log.push(`stop ${name}`),
  ...overrides,
});

describe('the lifecycle', () => {
  it('starts its parts in order and stops them in reverse', async () => {
    const log: string[] = [];
    const lifecycle = createLifecycle({ parts: [part('a', log), part('b', log)], logger: createRecordingLogger() });

    await lifecycle.start();
    await lifecycle.stop();

    expect(log).to.deep.equal(['start a', 'start b', 'stop b', 'stop a']);
  });

  it('is ready between the last start and the first stop', async () => {
    const lifecycle = createLifecycle({ parts: [part('a', [])], logger: createRecordingLogger() });

    const before = lifecycle.isReady();
    await lifecycle.start();
    const started = lifecycle.isReady();
    const stopped = lifecycle.stop();

    expect([before, started, lifecycle.isReady()]).to.deep.equal([false, true, false]);
    await stopped;
  });

  it('stops what had started when a part does not start, and names the part', async () => {
    const log: string[] = [];
    const broken = part('b', log, {
      start: () => {
        throw new Error('no broker');
      },
    });
    const lifecycle = createLifecycle({ parts: [part('a', log), broken], logger: createRecordingLogger() });

    const error = await lifecycle.start().catch((thrown: unknown) => thrown);

    expect(error).to.have.property('message', 'b did not start');
    expect(log).to.deep.equal(['start a', 'stop b', 'stop a']);
  });

  it('goes on stopping when a part fails to stop', async () => {
    const log: string[] = [];
    const stubborn = part('b', log, { stop: () => Promise.reject(new Error('stuck')) });
    const lifecycle = createLifecycle({ parts: [part('a', log), stubborn], logger: createRecordingLogger() });

    await lifecycle.start();
    await lifecycle.stop();

    expect(log).to.include('stop a');
  });

  it('does not wait for ever for a part that never stops', async () => {
    const logger = createRecordingLogger();
    const endless = part('a', [], { stop: () => new Promise<void>(() => {}) });
    const lifecycle = createLifecycle({ parts: [endless], logger, stopWithinMs: 20 });

    await lifecycle.start();
    await lifecycle.stop();

    expect(logger.lines.map(({ event }) => event)).to.include('service.stop_overran');
  });

  it('ends the process non-zero when a loop cannot go on, after an orderly stop', async () => {
    const log: string[] = [];
    const exited = new Promise<number>((resolve) => {
      const lifecycle = createLifecycle({ parts: [part('a', log)], logger: createRecordingLogger(), exit: resolve });
      void lifecycle.start().then(() => lifecycle.fail(new Error('the loop died')));
    });

    expect(await exited).to.equal(1);
    expect(log).to.deep.equal(['start a', 'stop a']);
  });

  it('is as healthy as its worst part, and says which one that is', async () => {
    const sick = part('consumer', [], { health: () => ({ alive: true, ready: false, reason: 'database away' }) });
    const lifecycle = createLifecycle({ parts: [part('a', []), sick], logger: createRecordingLogger() });

    await lifecycle.start();

    expect(lifecycle.health()).to.deep.equal({ alive: true, ready: false, reason: 'consumer: database away' });
  });
});
