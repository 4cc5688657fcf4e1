import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Express } from 'express';
import type { Logger } from '../kernel/index.ts';
import { createApp } from './app.ts';

export interface HealthReport {
  readonly alive: boolean;
  readonly ready?: boolean;
  readonly reason?: string;
}

/** The internal port: `/health/live`, `/health/ready`, `/metrics`, and what `mount` adds under `/internal`. Never routed to from outside. */
export const createInternalApp = ({
  logger,
  lifecycle,
  handleMetrics,
  mount = () => {},
}: {
  readonly logger: Logger;
  readonly lifecycle: { health(): HealthReport; isReady(): boolean };
  readonly handleMetrics: (request: IncomingMessage, response: ServerResponse) => void;
  readonly mount?: (app: Express) => void;
}): Express =>
  createApp({
    logger,
    mount: (app) => {
      app.get('/health/live', (_request, response) => {
        const { alive, reason } = lifecycle.health();
        response.status(alive ? 200 : 503).json({ alive, ...(reason === undefined ? {} : { reason }) });
      });
      app.get('/health/ready', (_request, response) => {
        const { alive, ready = alive, reason } = lifecycle.health();
        const isReady = lifecycle.isReady() && ready;
        response.status(isReady ? 200 : 503).json({ ready: isReady, ...(reason === undefined ? {} : { reason }) });
      });
      app.get('/metrics', (request, response) => handleMetrics(request, response));
      mount(app);
    },
  });
