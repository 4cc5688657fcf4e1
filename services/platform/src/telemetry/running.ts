import type { IncomingMessage, ServerResponse } from 'node:http';

export interface Telemetry {
  /** Answers `/metrics` in the Prometheus text format. */
  handleMetrics(request: IncomingMessage, response: ServerResponse): void;
  /** Sends what is buffered. */
  shutdown(): Promise<void>;
}

let running: Telemetry = {
  handleMetrics: (_request, response) => {
    response.writeHead(503, { 'content-type': 'text/plain' }).end('telemetry is off\n');
  },
  shutdown: async () => {},
};

export const setTelemetry = (telemetry: Telemetry): void => {
  running = telemetry;
};

/** What `telemetry/register` started; without it, a stand-in that says so. */
export const telemetry = (): Telemetry => running;

/** The first part of a process, so that it is stopped last: what the others' end still said is sent. */
export const telemetryPart = { name: 'telemetry', stop: () => running.shutdown() } as const;
