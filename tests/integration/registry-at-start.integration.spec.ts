import { composeAuth, readAuthSettings } from '@tiktok-channel/auth';
import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { createAuthWorld } from '../support/auth.ts';
import { type CuttableLine, cuttableLine } from '../support/cuttable-line.ts';
import { createOutboundWorld } from '../support/outbound.ts';

describe('a start while the registry is away', () => {
  let line: CuttableLine;
  let overrides: Readonly<Record<string, string>>;

  beforeEach(async () => {
    line = await cuttableLine(process.env.SCHEMA_REGISTRY_URL ?? '');
    overrides = { PORT: '0', SCHEMA_REGISTRY_URL: line.url.replace(/\/$/, '') };
    await line.cut();
  });
  afterEach(async () => {
    await line?.cut();
  });

  it('of auth waits for it, and goes on by itself', async () => {
    const world = await createAuthWorld();
    const { logger } = world;
    const auth = composeAuth({ settings: readAuthSettings({ ...world.environment, ...overrides }), logger });
    try {
      const starting = auth.lifecycle.start();
      await eventually('a try', () => logger.lines.some(({ event }) => event === 'registry.unavailable'));
      expect(auth.lifecycle.isReady()).to.equal(false);

      await line.mend();
      await starting;
      expect(auth.lifecycle.isReady()).to.equal(true);
    } finally {
      await auth.lifecycle.stop();
      await world.stop();
    }
  });

  it('of outbound waits for it, and goes on by itself', async () => {
    const world = await createOutboundWorld();
    try {
      const starting = world.startOutbound(overrides);
      await eventually('a try', () => world.logger.lines.some(({ event }) => event === 'registry.unavailable'));

      await line.mend();
      expect((await starting).lifecycle.isReady()).to.equal(true);
    } finally {
      await world.stop();
    }
  });
});
