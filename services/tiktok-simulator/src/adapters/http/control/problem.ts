import type { ErrorRequestHandler, Request, Response } from 'express';
import { z } from 'zod';

/** A refusal of the control API, which is ours and not TikTok's. */
export class ControlProblem extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const TITLES: Readonly<Record<number, string>> = { 400: 'Bad request', 404: 'Not found', 409: 'Conflict' };

/** Problem documents (RFC 9457); what is not expected goes on to the server's own handler. */
export const answerProblem: ErrorRequestHandler = (error: unknown, _req, res, next) => {
  if (error instanceof ControlProblem) return sendProblem(res, error.status, error.message);
  if (error instanceof SyntaxError) return sendProblem(res, 400, 'the body is not JSON');
  return next(error);
};

const sendProblem = (res: Response, status: number, detail: string): void => {
  res.status(status).type('application/problem+json');
  res.send(JSON.stringify({ type: 'about:blank', title: TITLES[status] ?? 'Error', status, detail }));
};

/** The body, or a problem that says what is wrong with it. */
export const readBody = <S extends z.ZodType>(schema: S, req: Request): z.infer<S> => {
  const parsed = schema.safeParse(req.body ?? {});
  if (!parsed.success) throw new ControlProblem(400, z.prettifyError(parsed.error));
  return parsed.data;
};
