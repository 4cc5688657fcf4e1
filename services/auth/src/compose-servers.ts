import { createApp, createHttpServer, createInternalApp } from '@tiktok-channel/platform/http-server';
import { createIdentifyPerson, type IdentifyPerson, requireService } from '@tiktok-channel/platform/identity';
import type { Lifecycle } from '@tiktok-channel/platform/lifecycle';
import { createOperatorApi, type OperatorApi } from '@tiktok-channel/platform/operator-api';
import { createBacklogReader } from '@tiktok-channel/platform/postgres';
import { telemetry } from '@tiktok-channel/platform/telemetry';
import { topics } from '@tiktok-channel/schemas';
import type { Express } from 'express';
import { mountAccessTokens } from './adapters/http/access-token.routes.ts';
import { mountAccounts } from './adapters/http/accounts.routes.ts';
import { mountAuthorization } from './adapters/http/authorization.routes.ts';
import { mountChannels } from './adapters/http/channels.routes.ts';
import { mountLocalOpenId } from './adapters/http/local-openid.routes.ts';
import { mountLocalKeys, mountLocalTokens } from './adapters/http/local-sign-in.routes.ts';
import { mountOperator } from './adapters/http/operator.routes.ts';
import { type Consuming, REDRIVEN_GROUPS } from './compose-background.ts';
import { type Core, ids, isProduction } from './compose-core.ts';
import type { Stores } from './compose-stores.ts';
import { redirectUriOf, type UseCases } from './compose-use-cases.ts';

/** Services that act on channels, and so need their tokens. */
const TOKEN_USERS = ['outbound', 'conversation', 'ingress'] as const;

interface Served {
  readonly stores: Stores;
  readonly useCases: UseCases;
  readonly lifecycle: Lifecycle;
  readonly consuming: Consuming;
}

export const composeServers = (core: Core, served: Served) => {
  const { settings, logger, clock } = core;
  const { HOST: host, OIDC_ISSUER: issuer, OIDC_AUDIENCE: audience } = settings;
  const ownKeysUrl = () => `http://127.0.0.1:${internal.port()}/.well-known/jwks.json`;
  const identify = identifyLater(() =>
    createIdentifyPerson(
      { issuer, audience, jwksUrl: settings.OIDC_JWKS_URL ?? ownKeysUrl(), claims: settings.OIDC_CLAIMS },
      { clock },
    ),
  );
  const internal = createHttpServer({
    name: 'internal HTTP',
    listener: composeInternalApp(core, served),
    host,
    port: settings.INTERNAL_PORT,
  });
  const operatorApi = composeOperatorApi(core, served, identify);
  const mount = (app: Express): void => {
    mountPublic(app, core, served, identify);
    operatorApi.mount(app);
  };
  const open = createHttpServer({
    name: 'public HTTP',
    listener: createApp({ logger, mount }),
    host,
    port: settings.PORT,
  });
  return { internal, open, operatorPart: operatorApi.part };
};

const composeOperatorApi = (core: Core, { stores, consuming }: Served, identify: IdentifyPerson): OperatorApi =>
  createOperatorApi({
    ...core,
    service: 'auth',
    identify,
    kafka: stores.kafka,
    codec: stores.codec,
    producer: consuming.producer,
    topics: {
      audit: topics.audit.name,
      deadLetters: topics.authDeadLetters.name,
      redrive: topics.authRedrive.name,
    },
    redrivenGroups: REDRIVEN_GROUPS,
    consumers: () => consuming.consumers,
    outboxes: [{ name: 'auth.outbox', readBacklog: createBacklogReader(stores.database) }],
  });

const mountPublic = (app: Express, core: Core, { stores, useCases }: Served, identify: IdentifyPerson): void => {
  const { settings, clock } = core;
  const { PUBLIC_URL: publicUrl, OIDC_ISSUER: issuer, OIDC_AUDIENCE: audience } = settings;
  const shared = { identify, clock, ids, ...stores, ...useCases };
  mountAuthorization(app, { publicUrl, ...shared });
  mountAccounts(app, { redirectUri: redirectUriOf(core), ...shared });
  mountChannels(app, shared);
  mountOperator(app, shared);
  if (isProduction(settings)) return;

  const signIn = { keys: stores.signingKeys, issuer, audience, clock };
  mountLocalTokens(app, signIn);
  mountLocalOpenId(app, { ...signIn, publicUrl });
};

const composeInternalApp = ({ settings, logger, clock }: Core, { stores, useCases, lifecycle }: Served) =>
  createInternalApp({
    logger,
    lifecycle,
    handleMetrics: (request, response) => telemetry().handleMetrics(request, response),
    mount: (app) => {
      mountAccessTokens(app, {
        requireService: requireService({
          audience: 'auth',
          allowed: TOKEN_USERS,
          secrets: settings.SERVICE_TOKEN_SECRETS,
          clock,
        }),
        handOutToken: useCases.handOutToken,
      });
      if (!isProduction(settings)) mountLocalKeys(app, { keys: stores.signingKeys });
    },
  });

/** The address of our own keys is known once the port is. */
const identifyLater = (create: () => IdentifyPerson): IdentifyPerson => {
  let identify: IdentifyPerson | undefined;
  return (authorization) => {
    identify ??= create();
    return identify(authorization);
  };
};
