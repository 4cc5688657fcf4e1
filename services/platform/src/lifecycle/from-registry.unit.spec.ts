import { expect } from 'chai';
import { DependencyUnavailable } from '../kernel/index.ts';
import { createRecordingLogger } from '../testing/index.ts';
import { createFromRegistry } from './index.ts';

describe('what needs the registry', () => {
  it('is opened when the registry is back, and is not ready before', async () => {
    const codec = {};
    const logger = createRecordingLogger();
    let tries = 0;
    const schemas = createFromRegistry({
      logger,
      pauseMs: 1,
      open: async () => {
        tries += 1;
        if (tries < 3) throw new Error('no answer');
        return codec;
      },
    });

    const before = schemas.health();
    expect(schemas.current).to.throw(DependencyUnavailable);
    await schemas.start();

    expect([before, schemas.health()]).to.containSubset([{ alive: true, ready: false }, { ready: true }]);
    expect(schemas.current()).to.equal(codec);
    expect(logger.lines.map(({ event }) => event)).to.deep.equal(['registry.unavailable', 'registry.unavailable']);
  });

  it('is not waited for when the process stops', async () => {
    const schemas = createFromRegistry({
      logger: createRecordingLogger(),
      pauseMs: 60_000,
      open: () => Promise.reject(new Error('no answer')),
    });

    const started = schemas.start();
    await new Promise(setImmediate);
    await schemas.stop();
    await started;

    expect(schemas.current).to.throw(DependencyUnavailable);
  });
});
