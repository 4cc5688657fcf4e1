import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { expect } from 'chai';
import { type StartedConsole, startConsole } from './support.ts';

describe('a connection whose upload failed', () => {
  let console: StartedConsole;
  let agent: Agent;

  beforeEach(async () => {
    console = await startConsole();
    agent = new Agent({ keepAlive: true, maxSockets: 1 });
  });
  afterEach(async () => {
    agent.destroy();
    await console.stop();
  });

  it('takes the rest of the body, and then the next request', async () => {
    console.services.conversation.answerBy((upload) => upload.once('data', () => upload.socket.destroy()));
    const uploading = request(`${console.url}/v1/media`, { method: 'POST', agent });
    uploading.end(randomBytes(20_000_000));
    const [failed] = (await once(uploading, 'response')) as [IncomingMessage];
    const { localPort } = failed.socket;
    failed.resume();
    await once(failed, 'end');

    const asking = request(`${console.url}/v1/channels`, { agent }).end();
    const [answer] = (await once(asking, 'response')) as [IncomingMessage];
    expect([failed.statusCode, answer.statusCode, answer.socket.localPort]).to.deep.equal([502, 200, localPort]);
    answer.resume();
  });
});
