import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { createControlRouter } from '../src/adapters/http/control/control.router.ts';
import { createTikTok } from '../src/application/tiktok.ts';
import { describeSwitches, NORMAL_SWITCHES } from '../src/domain/switches.ts';
import { startWorld } from './support.ts';

const README = path.join(import.meta.dirname, '../README.md');
const CONTROL = path.join(import.meta.dirname, '../docs/control.md');
const SWITCHES = /(<!-- switches: [^\n]*-->\n)[\s\S]*(<!-- \/switches -->)/;

interface Row {
  readonly normal: unknown;
  readonly takes: string;
  readonly sentence: string;
}

const switchTable = (): string => {
  const rows = Object.entries(describeSwitches(NORMAL_SWITCHES) as Record<string, Row>).map(
    ([name, { normal, takes, sentence }]) => `| \`${name}\` | \`${normal}\` | ${takes} | ${sentence} |`,
  );
  return ['', '| Switch | Normal | Takes | Set otherwise |', '| --- | --- | --- | --- |', ...rows, '', ''].join('\n');
};

/** The formatter lines up the columns of a table. */
const withoutPadding = (text: string): string => text.replaceAll(/ +/g, ' ').replaceAll(/-{3,}/g, '---');

interface Example {
  readonly line: string;
  readonly method: string;
  readonly address: string;
  readonly body: string | undefined;
  /** `NAME=.path` behind the line: what later examples take from the answer. */
  readonly kept: readonly [string, string] | undefined;
}

const readExamples = (text: string): readonly Example[] =>
  [...text.matchAll(/^curl .*$/gm)].map(([line]) => {
    const [command = '', note = ''] = line.split(' # ');
    const body = /--json '([^']*)'/.exec(command)?.[1];
    const address = /(\$SIM\S*?)"?\s*$/.exec(command)?.[1] ?? '';
    const method = /-X (\w+)/.exec(command)?.[1] ?? (body === undefined ? 'GET' : 'POST');
    const [, name, from] = /(\w+)=(\S+)/.exec(note) ?? [];
    return { line, method, address, body, kept: name && from ? [name, from] : undefined };
  });

const pick = (answer: unknown, from: string): string =>
  String(
    from
      .split(/[.[\]]+/)
      .filter(Boolean)
      .reduce((value, key) => (value as Record<string, unknown>)[key], answer),
  );

describe('the README', () => {
  it('lists every switch as it is (UPDATE_README=1 writes the table, the formatter lines it up)', async () => {
    const text = await readFile(README, 'utf8');
    const expected = text.replace(SWITCHES, (_, begin: string, end: string) => `${begin}${switchTable()}${end}`);
    if (process.env.UPDATE_README === '1') await writeFile(README, expected);
    else expect(withoutPadding(text)).to.equal(withoutPadding(expected));
  });
});

describe('the page of the control API', () => {
  it('has examples that work, one after the other', async () => {
    const world = await startWorld();
    try {
      const known = new Map([
        ['SIM', world.simulator.url],
        [
          'AUTHORIZE_URL',
          world.authorizeUrl({ redirect_uri: 'http://127.0.0.1:8080/tiktok/callback', scope: 'message.list.read' }),
        ],
      ]);
      const filled = (text: string, as: (value: string) => string) =>
        text.replaceAll(/\$([A-Z_]+)/g, (whole, name: string) => (known.has(name) ? as(known.get(name) ?? '') : whole));
      for (const { line, method, address, body, kept } of readExamples(await readFile(CONTROL, 'utf8'))) {
        const [simulator = '', rest = ''] = [world.simulator.url, address.slice('$SIM'.length)];
        const answer = await fetch(`${simulator}${filled(rest, encodeURIComponent)}`, {
          method,
          ...(body === undefined
            ? {}
            : { headers: { 'content-type': 'application/json' }, body: filled(body, (value) => value) }),
        });
        const text = await answer.text();
        expect(answer.ok, `${line}: ${answer.status} ${text}`).to.equal(true);
        if (kept) known.set(kept[0], pick(JSON.parse(text), kept[1]));
        await eventually('all deliveries', async () => (await world.control('GET', 'deliveries/counts')).queued === 0);
      }
    } finally {
      await world.stop();
    }
  });

  it('has an example of every call', async () => {
    const tiktok = createTikTok({
      appId: 'app',
      appSecret: 'secret',
      redirectUrls: [],
      webhookUrl: null,
      seeds: { accounts: 'seed', run: 'seed' },
      systemClock: { now: () => 0 },
      sender: { send: async () => ({ status: 200, error: null, answer: '' }) },
    });
    const examples = readExamples(await readFile(CONTROL, 'utf8')).map(
      ({ method, address }) => `${method} ${address.split('?')[0]?.replace('$SIM/_control', '')}`,
    );
    const routes = createControlRouter(tiktok).stack.flatMap(({ route }) =>
      route === undefined ? [] : route.stack.map(({ method }) => ({ method: method.toUpperCase(), path: route.path })),
    );
    tiktok.stop();
    expect(routes.length).to.be.above(25);
    for (const { method, path: pattern } of routes) {
      const shape = new RegExp(`^${method} ${pattern.replaceAll(/:\w+/g, '[^/]+')}$`);
      expect(
        examples.some((example) => shape.test(example)),
        `${method} ${pattern}`,
      ).to.equal(true);
    }
  });
});
