import { createServiceClock } from '@tiktok-channel/platform/clock';
import { describeSettings } from '@tiktok-channel/platform/config';
import { createLifecycle } from '@tiktok-channel/platform/lifecycle';
import { createLogger } from '@tiktok-channel/platform/telemetry';
import { createResealTokens } from '../application/reseal-tokens.ts';
import { ids } from '../compose-core.ts';
import { composeStores } from '../compose-stores.ts';
import { readAuthSettings } from '../config.ts';
import { createReporters } from '../telemetry.ts';

/** A command: seals with the first of `TOKEN_ENCRYPTION_KEYS` what older ones have sealed. Its first argument says why. */
const logger = createLogger({ service: 'auth-reencrypt' });
const settings = readAuthSettings(process.env);
logger.info('service.starting', { ...describeSettings(settings) });

const { clock, parts } = createServiceClock({ service: 'auth', url: settings.CLOCK_URL, given: undefined, logger });
const stores = composeStores({ settings, logger, clock, report: createReporters(logger) });
const lifecycle = createLifecycle({ parts: [...parts, ...stores.parts], logger });
await lifecycle.start();
try {
  const reseal = createResealTokens({ values: stores.sealedValues, audit: stores.auditReseal });
  const reason = process.argv[2] ?? null;
  const { resealed, sealedWith } = await reseal({
    actId: ids.next(),
    userId: 'command line',
    role: 'operator',
    reason,
  });
  logger.info('tokens.reencrypted', { resealed, ...sealedWith });
} finally {
  await lifecycle.stop();
}
