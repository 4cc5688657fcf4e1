import { createChannelTokens, TOKEN_DEADLINE_MS } from '@tiktok-channel/platform/channel-tokens';
import { createCircuitBreaker, createHttpClient } from '@tiktok-channel/platform/http-client';
import { createServiceTokens } from '@tiktok-channel/platform/identity';
import type { Part } from '@tiktok-channel/platform/lifecycle';
import { CONTENT_LIMITS } from '@tiktok-channel/platform/reply-rules';
import { createTikTokApi } from '@tiktok-channel/platform/tiktok';
import { createImages } from './adapters/conversation/images.client.ts';
import { createTikTok } from './adapters/tiktok/tiktok.client.ts';
import { createLinkedImages } from './adapters/web/linked-images.client.ts';
import { createCallGate, type RequestRate } from './application/call-gate.ts';
import type { Core } from './compose-core.ts';

/** The circuit before TikTok opens after so many failed calls in a row, and is tried again after so long. */
const CIRCUIT = { failures: 8, openMs: 10_000 } as const;

/** From the first request for a linked image to the last byte, redirects included. */
const LINKED_IMAGE_WITHIN_MS = 10_000;

/** Auth, conversation, the web and TikTok, unless a test stands in for them. */
export const composeNeighbours = (core: Core, rate: RequestRate) => {
  const { settings, clock, logger, metrics } = core;
  const serviceToken = createServiceTokens({ service: 'outbound', secrets: settings.SERVICE_TOKEN_SECRETS, clock });
  const auth = createHttpClient({ name: 'auth', deadlineMs: TOKEN_DEADLINE_MS });
  const conversation = createHttpClient({ name: 'conversation' });
  const tiktokClient = createHttpClient({ name: 'tiktok', connections: settings.OUTBOUND_CONCURRENCY });
  const api = createTikTokApi({
    client: tiktokClient,
    baseUrl: settings.TIKTOK_API_BASE_URL,
    version: settings.TIKTOK_API_VERSION,
  });
  const circuit = createCircuitBreaker({
    ...CIRCUIT,
    onChange: (state) => {
      metrics.showCircuit(state);
      logger.warn('tiktok.circuit', { state });
    },
  });
  const gate = createCallGate({ rate, circuit, clock });
  const tokens = createChannelTokens({ client: auth, baseUrl: settings.AUTH_INTERNAL_URL, serviceToken, clock });
  const parts: readonly Part[] = [
    { name: 'auth', stop: auth.close },
    { name: 'conversation', stop: conversation.close },
    { name: 'tiktok', stop: tiktokClient.close },
  ];
  return {
    parts,
    gate,
    channels: core.channels ?? tokens,
    /** What is remembered of a channel that has changed. */
    forgetChannel: tokens.forget,
    images:
      core.images ?? createImages({ client: conversation, baseUrl: settings.CONVERSATION_INTERNAL_URL, serviceToken }),
    linkedImages:
      core.linkedImages ??
      createLinkedImages({
        hosts: settings.OUTBOUND_IMAGE_HOSTS,
        maxBytes: CONTENT_LIMITS.imageBytes,
        withinMs: LINKED_IMAGE_WITHIN_MS,
      }),
    tiktok: core.tiktok ?? createTikTok({ api, gate, circuit, onAnswer: createShareKeeper(core, rate), clock }),
  };
};

/** Keeps the share in step with what TikTok says; a database that is away makes no answer of TikTok's wait. */
const createShareKeeper =
  ({ metrics, logger }: Core, rate: RequestRate) =>
  ({ isRefusedForNumber }: { readonly isRefusedForNumber: boolean }): void => {
    if (isRefusedForNumber) metrics.countRateRefusal();
    const kept = isRefusedForNumber ? rate.refused() : rate.taken();
    kept.catch((error: unknown) => logger.warn('tiktok.share_not_kept', { isRefusedForNumber }, error));
  };
