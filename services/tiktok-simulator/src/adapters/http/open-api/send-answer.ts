import { ok, refuse } from '@tiktok-channel/platform/kernel';
import type { Request, Response } from 'express';
import type { TikTok } from '../../../application/tiktok.ts';
import type { SendAnswer } from '../../../domain/api-switches.ts';
import { refusal } from '../../../domain/codes.ts';
import { type Answer, sendAnswer } from './envelope.ts';

interface Sending {
  readonly tiktok: TikTok;
  readonly context: { readonly req: Request; readonly res: Response };
  /** Takes the message; answers its id. */
  readonly accept: () => string;
  readonly beforeAnswer?: () => Promise<void>;
}

interface Ending {
  readonly accepts: boolean;
  /** Undefined for an answer that never comes. */
  readonly answer?: (sending: Sending, messageId: string) => void;
}

/** Ends a send that passed every check, in one of the ways in which it can end. */
export const answerSend = async (kind: SendAnswer, sending: Sending): Promise<'answered'> => {
  const { accepts, answer } = ENDINGS[kind];
  const messageId = accepts ? sending.accept() : '';
  const { switches, deliveries } = sending.tiktok;
  if (accepts && switches.now().echo_before_answer) await deliveries.attempted(messageId);
  await sending.beforeAnswer?.();
  answer?.(sending, messageId);
  return 'answered';
};

const drop: Required<Ending>['answer'] = ({ context }) => {
  context.req.socket.destroy();
};
const answerStatus =
  (status: number): Required<Ending>['answer'] =>
  ({ context }) => {
    context.res.status(status).type('text').send('upstream error');
  };
const answerEnvelope =
  (envelope: (messageId: string) => Answer): Required<Ending>['answer'] =>
  ({ tiktok, context }, messageId) =>
    sendAnswer(tiktok, context.res, envelope(messageId));

const ENDINGS: Readonly<Record<SendAnswer, Ending>> = {
  normal: { accepts: true, answer: answerEnvelope((message_id) => ok({ message: { message_id } })) },
  dropped_after_acceptance: { accepts: true, answer: drop },
  hangs_after_acceptance: { accepts: true },
  '500_after_acceptance': { accepts: true, answer: answerStatus(500) },
  '502_after_acceptance': { accepts: true, answer: answerStatus(502) },
  '51065_after_acceptance': { accepts: true, answer: answerEnvelope(() => refuse(refusal(51065))) },
  dropped_before_acceptance: { accepts: false, answer: drop },
  hangs_before_acceptance: { accepts: false },
  '500_before_acceptance': { accepts: false, answer: answerStatus(500) },
};
