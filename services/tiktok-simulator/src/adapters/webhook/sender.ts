import http from 'node:http';
import https from 'node:https';
import type { OutgoingWebhook, WebhookAnswer, WebhookSender } from '../../application/ports.ts';
import { signatureHeader } from './signature.ts';

/** What the delivery log keeps of an answer. */
const KEPT_ANSWER_CHARACTERS = 500;

/** Posts over node:http, since `fetch` writes every header name in lower case and TikTok does not. */
export const createWebhookSender = ({ secret }: { readonly secret: string }): WebhookSender & { stop(): void } => {
  const agents = { 'http:': new http.Agent({ keepAlive: true }), 'https:': new https.Agent({ keepAlive: true }) };

  const post = (webhook: OutgoingWebhook, isSecondTry: boolean): Promise<WebhookAnswer> =>
    new Promise((resolve) => {
      const url = new URL(webhook.url);
      const isSecure = url.protocol === 'https:';
      const body = Buffer.from(webhook.body);
      const request = (isSecure ? https : http).request(url, {
        method: 'POST',
        agent: agents[isSecure ? 'https:' : 'http:'],
        headers: headersOf(webhook, body, secret),
      });
      // A deadline for the whole answer: a receiver that keeps sending bits of a head would never be idle.
      const deadline = setTimeout(() => request.destroy(new Error('no answer in time')), webhook.timeoutMs);
      request.on('response', (response) => void readAnswer(response).then(resolve));
      request.on('close', () => clearTimeout(deadline));
      request.on('error', (error) => {
        // A kept connection that the receiver closed meanwhile says nothing about the receiver: a new one does.
        if (request.reusedSocket && !isSecondTry && isReset(error)) resolve(post(webhook, true));
        else resolve({ status: null, error: error.message, answer: '' });
      });
      request.end(body);
    });

  return {
    send: (webhook) => post(webhook, false),
    stop: () => {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
};

const headersOf = (webhook: OutgoingWebhook, body: Buffer, secret: string) => {
  const signature = SIGNATURES[webhook.signature](secret, webhook.stampSeconds, body);
  return {
    'Content-Type': 'application/json',
    'Content-Length': body.length,
    ...(signature === null ? {} : { 'Tiktok-Signature': signature }),
    'webhook-schema-version': '1.0',
    'x-tt-logid': webhook.logId,
  };
};

type Sign = (secret: string, stampSeconds: number, body: Buffer) => string | null;

/** As it is done, and the ways in which it can be wrong. */
const SIGNATURES: Readonly<Record<OutgoingWebhook['signature'], Sign>> = {
  normal: signatureHeader,
  wrong: (secret, stampSeconds, body) => signatureHeader(`not ${secret}`, stampSeconds, body),
  other_body: (secret, stampSeconds, body) => signatureHeader(secret, stampSeconds, Buffer.concat([body, body])),
  missing: () => null,
  malformed: (secret, stampSeconds, body) => signatureHeader(secret, stampSeconds, body).replace('t=', 'time:'),
  spaced: (secret, stampSeconds, body) => signatureHeader(secret, stampSeconds, body).replace(',', ', '),
};

const readAnswer = async (response: http.IncomingMessage): Promise<WebhookAnswer> => {
  const status = response.statusCode ?? null;
  let answer = '';
  try {
    for await (const chunk of response) {
      if (answer.length < KEPT_ANSWER_CHARACTERS) answer += String(chunk).slice(0, KEPT_ANSWER_CHARACTERS);
    }
  } catch {
    // The status had arrived before the body broke off, and it is what counts.
  }
  return { status, error: null, answer };
};

const isReset = (error: NodeJS.ErrnoException): boolean => error.code === 'ECONNRESET' || error.code === 'EPIPE';
