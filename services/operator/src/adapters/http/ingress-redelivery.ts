import { createHmac } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Secret } from '@tiktok-channel/platform/config';
import { createHttpClient, type HttpAnswer, HttpClientError } from '@tiktok-channel/platform/http-client';
import type { Clock } from '@tiktok-channel/platform/kernel';
import { z } from 'zod';
import type { Redeliver, UnrecognizedDelivery } from '../../application/ports.ts';
import { OperatorFailure } from '../../domain/failure.ts';

interface IngressSettings {
  /** Of ingress's internal port. */
  readonly baseUrl: string;
  readonly appSecret: Secret;
  readonly clock: Clock;
}

export interface IngressRedelivery {
  readonly redeliver: Redeliver;
  close(): Promise<void>;
}

/** How long a delivery is given again to an ingress that cannot store it. */
const PATIENCE_MS = 60_000;
/** And where nobody listens, or something else goes wrong on the way. */
const PATIENCE_WITH_SILENCE_MS = 5_000;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5_000;
const PATH = '/internal/v1/redeliveries';

/** Gives deliveries to ingress as TikTok gave them, with a signature of now. */
export const createIngressRedelivery = (settings: IngressSettings): IngressRedelivery => {
  const { baseUrl } = settings;
  const client = createHttpClient({ name: 'ingress' });
  const call = (delivery: UnrecognizedDelivery): Promise<HttpAnswer> =>
    client.call({
      method: 'POST',
      url: `${baseUrl}${PATH}`,
      headers: headersOf(delivery, settings),
      body: Buffer.from(delivery.rawBody),
    });

  const redeliver: Redeliver = async (delivery, signal) => {
    const startedAt = performance.now();
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
      const answer = await answerOrTrouble(() => call(delivery));
      if (!('trouble' in answer)) return redeliveryOf(answer);
      const isOver = performance.now() - startedAt + waitMs > answer.patienceMs;
      if (signal.aborted || isOver) throw ingressAway(baseUrl, answer.trouble);
      await delay(waitMs);
    }
  };
  return { redeliver, close: client.close };
};

const headersOf = ({ rawBody, logId, receivedAtMs }: UnrecognizedDelivery, { appSecret, clock }: IngressSettings) => {
  const seconds = Math.floor(clock.now() / 1_000);
  const digest = createHmac('sha256', appSecret.reveal()).update(`${seconds}.`).update(rawBody).digest('hex');
  return {
    'content-type': 'application/json',
    'tiktok-signature': `t=${seconds},s=${digest}`,
    'x-received-at': String(receivedAtMs),
    ...(logId === null ? {} : { 'x-tt-logid': logId }),
  };
};

interface Trouble {
  readonly trouble: string;
  readonly patienceMs: number;
}

const answerOrTrouble = async (call: () => Promise<HttpAnswer>): Promise<HttpAnswer | Trouble> => {
  try {
    const answer = await call();
    return answer.status === 503 ? { trouble: 'it answers 503', patienceMs: PATIENCE_MS } : answer;
  } catch (error) {
    if (!(error instanceof HttpClientError)) throw error;
    return { trouble: error.code.replace('_', ' '), patienceMs: PATIENCE_WITH_SILENCE_MS };
  }
};

const ingressAway = (baseUrl: string, trouble: string): OperatorFailure =>
  new OperatorFailure(
    `ingress takes no deliveries at ${baseUrl} (${trouble})`,
    'see with `tiktok-channel doctor` what it waits for, then run this again: what was given before does no harm twice',
  );

const redeliveryAnswer = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('published'), events: z.array(z.object({ type: z.string() })) }),
  z.object({ kind: z.literal('unrecognized'), reason: z.string() }),
]);

const redeliveryOf = ({ status, body }: HttpAnswer) => {
  if (status === 401) {
    throw new OperatorFailure(
      'ingress refuses the signature (401)',
      'set TIKTOK_APP_SECRET as ingress has it, and see with `tiktok-channel doctor` that the clocks agree',
    );
  }
  const parsed = status === 200 ? redeliveryAnswer.safeParse(jsonOrNull(body)) : null;
  if (!parsed?.success) {
    throw new OperatorFailure(
      `what answers as ingress answered ${status} to a delivery`,
      'set INGRESS_INTERNAL_URL to the internal port of an ingress of this version',
    );
  }
  if (parsed.data.kind === 'unrecognized') return parsed.data;
  return { kind: 'published', types: parsed.data.events.map(({ type }) => type.split('.').at(-1) ?? type) } as const;
};

const jsonOrNull = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    // Its message would quote the body; that it is no JSON is all that counts.
    return null;
  }
};
