import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { findPort } from '../ports.ts';
import { waitUntil } from '../wait.ts';
import { createSupervisedProcess, type ProcessEvent, ProcessNotReady } from './supervised-process.ts';

const SERVER = `
  const server = require('node:http').createServer((request, response) => response.end('ready'));
  server.listen(Number(process.env.PORT), '127.0.0.1', () => console.log('listening'));
`;

describe('a supervised process', () => {
  let folder: string;
  let events: ProcessEvent[];

  const supervise = async (script: string, startDeadlineMs = 10_000) => {
    const port = await findPort();

    return createSupervisedProcess({
      name: 'child',
      command: {
        file: process.execPath,
        args: ['-e', script],
        env: { PORT: String(port) },
        cwd: folder,
        logFile: join(folder, 'child.log'),
        stopSignal: 'SIGTERM',
      },
      isReady: () =>
        fetch(`http://127.0.0.1:${port}`).then(
          ({ ok }) => ok,
          () => false,
        ),
      onEvent: (event) => events.push(event),
      startDeadlineMs,
    });
  };

  beforeEach(async () => {
    events = [];
    folder = await mkdtemp(join(tmpdir(), 'supervised-process-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  it('is ready when its start resolves, and gone when its stop does', async () => {
    const child = await supervise(SERVER);
    await child.start();
    const [pid = 0] = child.pids();
    expect(() => process.kill(pid, 0)).not.to.throw();
    await child.stop();

    expect(() => process.kill(pid, 0)).to.throw('ESRCH');
    expect(child.pids()).to.deep.equal([]);
    expect(events.map(({ kind }) => kind)).to.deep.equal(['started', 'ready']);
  });

  it('comes back under another id after it was killed', async () => {
    const child = await supervise(SERVER);
    await child.start();
    const [before] = child.pids();
    await child.kill('SIGKILL');
    await waitUntil('no restart', async () => events.length === 5, { deadlineMs: 5_000 });
    const [after] = child.pids();
    await child.stop();

    expect(after).not.to.equal(before);
    expect(events.map(({ kind }) => kind)).to.deep.equal(['started', 'ready', 'ended', 'started', 'ready']);
  });

  it('is tried again at growing distance while it dies at once', async () => {
    const child = await supervise(`if (require('node:fs').existsSync('broken')) process.exit(7); ${SERVER}`);
    await child.start();
    await writeFile(join(folder, 'broken'), '');
    await child.kill('SIGKILL');
    const ends = () => events.filter((event) => event.kind === 'ended');
    await waitUntil('no three deaths', async () => ends().length === 3, { deadlineMs: 10_000 });
    await rm(join(folder, 'broken'));
    await child.ready();
    await child.stop();

    expect(ends().map(({ againInMs }) => againInMs)).to.deep.equal([250, 500, 1000]);
    expect(ends().map(({ exit }) => exit.code)).to.deep.equal([null, 7, 7]);
  });

  it('says why it did not start, with the end of its log', async () => {
    const child = await supervise('console.log("no database"); process.exit(1)');
    const error: unknown = await child.start().catch((cause: unknown) => cause);

    expect(error).to.be.instanceOf(ProcessNotReady);
    expect(String(error)).to.include('child ended before it was ready.').and.to.include('no database');
  });

  it('can be stopped while it is not ready yet', async () => {
    const child = await supervise('setInterval(() => {}, 1e6)');
    const starting = child.start().catch(() => 'gave up');
    await waitUntil('no start', async () => child.pids().length > 0, { deadlineMs: 5_000 });
    await child.stop();

    expect(await starting).to.equal('gave up');
  });
});
