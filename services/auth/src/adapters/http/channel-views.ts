import { z } from 'zod';
import type { ChannelHealth } from '../../application/ports.ts';
import { limitsOf } from '../../domain/scopes.ts';
import { statusReasons } from '../../domain/status-reasons.ts';

const time = z.number().int().describe('Epoch milliseconds.');

const webhookView = z.object({
  state: z.enum(['registered', 'refused', 'unavailable', 'unchecked']).describe('Of the whole app.'),
  checkedAt: time.nullable(),
});

/** A channel, and how it is. Never a token. */
export const channelView = z.object({
  channelId: z.string(),
  username: z.string().nullable(),
  displayName: z.string().nullable(),
  profileImageUrl: z.string().nullable(),
  state: z.enum(['connected', 'expiring', 'needs_reauthorization', 'disconnected']),
  reason: z
    .object({ code: z.string(), sentence: z.string(), advice: z.string() })
    .nullable()
    .describe('Why it is not connected; null when it is.'),
  scopes: z.array(z.string()),
  missingScopes: z.array(z.string()),
  limits: z
    .array(z.object({ scope: z.string(), consequence: z.string() }))
    .describe('What is missing without a scope.'),
  authorizedAt: time,
  token: z
    .object({
      works: z.boolean(),
      renewedAt: time,
      expiresAt: time,
      authorizationExpiresAt: time.describe('When the owner has to authorise again at the latest.'),
    })
    .nullable()
    .describe('Null once it is forgotten.'),
  webhook: webhookView,
  lastDeliveryAt: time.nullable().describe('When TikTok last delivered something for the channel.'),
  lastSentAt: time.nullable().describe('When TikTok last accepted a reply.'),
});

export const viewOf = (
  { channel, tokens, activity, webhook }: ChannelHealth,
  nowMs: number,
): z.infer<typeof channelView> => ({
  channelId: channel.channelId,
  username: channel.username,
  displayName: channel.displayName,
  profileImageUrl: channel.profileImageUrl,
  state: channel.status,
  reason: channel.statusReason === null ? null : { code: channel.statusReason, ...statusReasons[channel.statusReason] },
  scopes: [...channel.grantedScopes],
  missingScopes: [...channel.missingScopes],
  limits: [...limitsOf(channel.missingScopes)],
  authorizedAt: channel.authorizedAtMs,
  token:
    tokens === null
      ? null
      : {
          works: tokens.accessRefusedAtMs === null && nowMs < tokens.accessExpiresAtMs,
          renewedAt: tokens.renewedAtMs,
          expiresAt: tokens.accessExpiresAtMs,
          authorizationExpiresAt: tokens.refreshExpiresAtMs,
        },
  webhook: { state: webhook?.state ?? 'unchecked', checkedAt: webhook?.checkedAtMs ?? null },
  lastDeliveryAt: activity?.lastDeliveryAtMs ?? null,
  lastSentAt: activity?.lastSentAtMs ?? null,
});
