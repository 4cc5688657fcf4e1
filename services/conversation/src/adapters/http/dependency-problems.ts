import { unavailable } from '@tiktok-channel/platform/http-server';
import type { ErrorRequestHandler, Express } from 'express';
import { DependencyUnavailable } from '../../application/ports.ts';

/** Mount it after the routes: an outage of a dependency becomes a 503 that says when to come back. */
export const mountDependencyProblems = (app: Express): void => {
  app.use(toProblem);
};

const toProblem: ErrorRequestHandler = (error, _request, _response, next) => {
  next(error instanceof DependencyUnavailable ? unavailable(error.message) : error);
};
