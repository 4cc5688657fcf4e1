import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { startSpanSink } from '../support/span-sink.ts';

describe('a service that stops', () => {
  let sink: Awaited<ReturnType<typeof startSpanSink>>;

  before(async () => {
    sink = await startSpanSink();
  });
  after(() => sink.stop());

  it('sends the spans that it still holds', async () => {
    const child = spawn(process.execPath, ['--import', '@tiktok-channel/platform/telemetry/register', 'src/main.ts'], {
      cwd: fileURLToPath(new URL('../../services/console/', import.meta.url)),
      env: {
        PATH: process.env.PATH,
        HOST: '127.0.0.1',
        PORT: '0',
        INTERNAL_PORT: '0',
        INGRESS_URL: 'http://127.0.0.1:9',
        AUTH_URL: 'http://127.0.0.1:9',
        CONVERSATION_URL: 'http://127.0.0.1:9',
        OUTBOUND_URL: 'http://127.0.0.1:9',
        HISTORY_URL: 'http://127.0.0.1:9',
        OTEL_SERVICE_NAME: 'console',
        OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        OTEL_BSP_SCHEDULE_DELAY: '600000',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(child, 'exit');
    for await (const line of createInterface({ input: child.stdout })) {
      const { event, port } = JSON.parse(line);
      if (event !== 'service.ready') continue;
      await (await fetch(`http://127.0.0.1:${port}/channels`)).text();
      child.kill('SIGTERM');
    }

    expect(await exited).to.deep.equal([0, null]);
    expect(sink.spans.map(({ service }) => service)).to.include('console');
  });
});
