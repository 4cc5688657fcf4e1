import { randomUUID } from 'node:crypto';
import type { Express, RequestHandler } from 'express';
import { jsonBody, notFound, onlyMethods, validate } from '../http-server/index.ts';
import { type IdentifyPerson, personIn, requirePerson } from '../identity/index.ts';
import type { Admin, Consumer, Kafka, Producer } from '../kafka/index.ts';
import type { Clock, Logger } from '../kernel/index.ts';
import type { OutboxBacklog } from '../outbox/index.ts';
import { type AuditCodec, createRecordAct, type RecordAct } from './audit.ts';
import { placeOf, summaryOf } from './dead-letter.ts';
import { createLetterBox } from './letter-box.ts';
import { createListDeadLetters, cursorText } from './list-dead-letters.ts';
import { onBroker } from './on-broker.ts';
import { createRedrive } from './redrive.ts';
import { listQuery, redriveBody } from './request.ts';
import { consumerItem, detailOf, letterItem, outboxItem } from './views.ts';

export interface OperatorApiOptions {
  /** As it calls itself in `ce_source`. */
  readonly service: string;
  readonly kafka: Pick<Kafka, 'createAdmin'>;
  readonly identify: IdentifyPerson;
  readonly codec: () => AuditCodec;
  /** Brings what is given back, and the audit. The service starts it. */
  readonly producer: Pick<Producer, 'send'>;
  readonly topics: { readonly audit: string; readonly deadLetters: string; readonly redrive: string };
  /** Groups of this service that read the redrive topic. */
  readonly redrivenGroups: readonly string[];
  /** Those that run in this process. */
  readonly consumers: () => readonly Pick<Consumer, 'report'>[];
  readonly outboxes: readonly { readonly name: string; readonly readBacklog: () => Promise<OutboxBacklog> }[];
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface OperatorApi {
  mount(app: Express): void;
  /** For endpoints of the service's own: lets operators through. */
  readonly operator: RequestHandler;
  readonly recordAct: RecordAct;
  /** Of the lifecycle. */
  readonly part: { readonly name: string; stop(): Promise<void> };
}

/** The operator endpoints that every service has: dead letters, consumers, outboxes. */
export const createOperatorApi = (options: OperatorApiOptions): OperatorApi => {
  const { service, codec, producer, topics, clock, logger } = options;
  const admin = options.kafka.createAdmin();
  const operator = requirePerson(options.identify, 'operator');
  const recordAct = createRecordAct({
    trail: () => ({ codec: codec(), topic: topics.audit, source: `/tiktok-channel/${service}` }),
    producer,
    ids: { next: randomUUID },
    clock,
    logger,
  });
  return {
    operator,
    recordAct,
    mount: (app) => mountOperatorApi(app, { ...options, admin, operator, recordAct }),
    part: { name: 'operator endpoints', stop: admin.stop },
  };
};

interface Mounting extends OperatorApiOptions {
  readonly admin: Admin;
  readonly operator: RequestHandler;
  readonly recordAct: RecordAct;
}

const DEAD_LETTERS = '/operator/v1/dead-letters';
const REDRIVE = '/operator/v1/dead-letters/redrive';
const ONE_DEAD_LETTER = '/operator/v1/dead-letters/:id';
const CONSUMERS = '/operator/v1/consumers';
const OUTBOX = '/operator/v1/outbox';

const mountOperatorApi = (app: Express, api: Mounting): void => {
  const { operator, admin, logger, topics } = api;
  const letterBox = createLetterBox({ admin, topic: topics.deadLetters, redriveTopic: topics.redrive, logger });
  const redrive = createRedrive({
    letterBox,
    redriveTopic: topics.redrive,
    producer: api.producer,
    groups: api.redrivenGroups,
    logger,
  });

  app.get(DEAD_LETTERS, operator, listHandler(createListDeadLetters(letterBox)));
  app.all(DEAD_LETTERS, onlyMethods('GET'));

  app.post(REDRIVE, operator, jsonBody, redriveHandler(api, redrive));
  app.all(REDRIVE, onlyMethods('POST'));

  app.get(ONE_DEAD_LETTER, operator, async (request, response) => {
    const place = placeOf(String(request.params.id));
    const letter = place === null ? null : await letterBox.find(place);
    if (letter === null) throw notFound('this dead letter');
    const summary = summaryOf(letter);
    response.json(detailOf(letter, (await letterBox.redrivenAt([summary])).get(summary.id)));
  });
  app.all(ONE_DEAD_LETTER, onlyMethods('GET'));

  app.get(CONSUMERS, operator, async (_request, response) => {
    const reports = await onBroker(api)(() => Promise.all(api.consumers().map(({ report }) => report())));
    response.json({ items: reports.flat().map(consumerItem(api.clock)), nextCursor: null });
  });
  app.all(CONSUMERS, onlyMethods('GET'));

  app.get(OUTBOX, operator, async (_request, response) => {
    const items = await Promise.all(
      api.outboxes.map(async ({ name, readBacklog }) => outboxItem(name, await readBacklog())),
    );
    response.json({ items, nextCursor: null });
  });
  app.all(OUTBOX, onlyMethods('GET'));
};

const listHandler =
  (listDeadLetters: ReturnType<typeof createListDeadLetters>): RequestHandler =>
  async (request, response) => {
    const { limit, cursor = null, reason } = validate(listQuery, request.query);
    const { letters, redrivenAt, next } = await listDeadLetters({ limit, cursor, reason });
    response.json({
      items: letters.map((letter) => letterItem(letter, redrivenAt.get(letter.id))),
      nextCursor: next === null ? null : cursorText(next),
    });
  };

const redriveHandler =
  ({ recordAct, topics }: Mounting, redrive: ReturnType<typeof createRedrive>): RequestHandler =>
  async (request, response) => {
    const { ids, matchingReason, reason } = validate(redriveBody, request.body);
    const act = { actor: personIn(response).userId, action: 'dead_letters.redriven', reason };
    const topic = topics.deadLetters;
    if (ids === undefined) {
      await recordAct({ ...act, subject: matchingReason === undefined ? topic : `${topic}?reason=${matchingReason}` });
      response.json(await redrive.all((letter) => matchingReason === undefined || letter.reason === matchingReason));
      return;
    }
    await redrive.check(ids);
    await recordAct({ ...act, subject: `${topic}/${ids.map(({ partition, offset }) => `${partition}-${offset}`)}` });
    response.json(await redrive.these(ids));
  };
