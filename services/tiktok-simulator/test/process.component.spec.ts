import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';

const MAIN = path.join(import.meta.dirname, '../src/main.ts');

describe('the simulator as a process', () => {
  it('prints its port when it is ready, and stops on SIGTERM while polls are open', async () => {
    const env = {
      PATH: process.env.PATH,
      HOST: '127.0.0.1',
      PORT: '0',
      SIMULATOR_APP_ID: 'app',
      SIMULATOR_APP_SECRET: 'demo-app-secret',
    };
    const child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    const ready = JSON.parse(line) as { event: string; port: number };
    expect(ready.event).to.equal('service.ready');

    const url = `http://127.0.0.1:${ready.port}`;
    expect((await fetch(`${url}/health/ready`)).status).to.equal(200);
    expect((await fetch(`${url}/health/live`)).status).to.equal(200);
    expect(await (await fetch(`${url}/phone/`)).text()).to.include('<main class="phone"');
    const { version } = (await (await fetch(`${url}/_control/clock`)).json()) as { version: number };
    const held = fetch(`${url}/_control/clock?version=${version}&follower=spec`).catch(() => {});

    const startedMs = Date.now();
    child.kill('SIGTERM');
    const [code] = await once(child, 'exit');
    expect(code).to.equal(0);
    // A poll is held for 25 s.
    expect(Date.now() - startedMs).to.be.below(20_000);
    await held;
  });
});
