import type { ErrorRequestHandler, Request, Response } from 'express';
import type { z } from 'zod';

/** A refusal of the control API, which is ours and not TikTok's. */
export class ControlProblem extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  404: 'Not found',
  409: 'Conflict',
  413: 'Content too large',
};

/** Problem documents (RFC 9457); what is not expected goes on to the server's own handler. */
export const answerProblem: ErrorRequestHandler = (error: unknown, _req, res, next) => {
  if (error instanceof ControlProblem) return sendProblem(res, error.status, error.message);
  if (error instanceof SyntaxError) return sendProblem(res, 400, 'the body is not JSON');
  if (isTooLarge(error)) return sendProblem(res, 413, 'the body is larger than 8 MB');
  return next(error);
};

/** As Express's JSON reader says it. */
const isTooLarge = (error: unknown): boolean =>
  error instanceof Error && 'type' in error && error.type === 'entity.too.large';

const sendProblem = (res: Response, status: number, detail: string): void => {
  res.status(status).type('application/problem+json');
  res.send(JSON.stringify({ type: 'about:blank', title: TITLES[status] ?? 'Error', status, detail }));
};

/** The body, or a problem that says what is wrong with it. */
export const readBody = <S extends z.ZodType>(schema: S, req: Request): z.infer<S> => readAs(schema, req.body ?? {});

/** The parameters of the path, or a problem that names the wrong one. */
export const readParams = <S extends z.ZodType>(schema: S, req: Request): z.infer<S> => readAs(schema, req.params);

export const readQuery = <S extends z.ZodType>(schema: S, req: Request): z.infer<S> => readAs(schema, req.query);

/** The value as the schema reads it, or a problem that names what is wrong. */
export const readAs = <S extends z.ZodType>(schema: S, value: unknown): z.infer<S> => {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new ControlProblem(400, parsed.error.issues.map(sentenceOf).join('; '));
  return parsed.data;
};

/** `username: a username is …`; without the field where it is the whole. */
const sentenceOf = ({ path, message }: z.core.$ZodIssue): string =>
  path.length === 0 ? message : `${path.join('.')}: ${message}`;
