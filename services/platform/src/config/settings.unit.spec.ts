import { inspect } from 'node:util';
import { expect } from 'chai';
import { z } from 'zod';
import { describeSettings, readSettings, secret, setting } from './index.ts';

const schema = z.object({
  PORT: setting.port,
  API_URL: setting.url,
  APP_SECRET: setting.secrets,
  KAFKA_BROKERS: setting.list.default(['a:1']),
});

describe('settings', () => {
  it('report every bad variable in one error, by name and never by value', () => {
    const read = () => readSettings(schema, { PORT: 'hunter2-port', APP_SECRET: 'short', API_URL: '' });

    expect(read)
      .to.throw(/PORT.*\n.*API_URL.*\n.*APP_SECRET/s)
      .with.property('message')
      .that.does.not.match(/hunter2|short,/);
  });

  it('say of a missing variable that it is not set', () => {
    expect(() => readSettings(schema, { PORT: '1', API_URL: 'http://a' })).to.throw('APP_SECRET: is not set');
  });

  it('take an empty variable as absent', () => {
    const settings = readSettings(schema, {
      PORT: '1',
      API_URL: 'http://a/',
      APP_SECRET: 'long-enough',
      KAFKA_BROKERS: '',
    });

    expect(settings.KAFKA_BROKERS).to.deep.equal(['a:1']);
  });

  it('are described for the start log with secrets only as present', () => {
    const settings = readSettings(schema, { PORT: '1', API_URL: 'http://a/', APP_SECRET: 'secret-one,secret-two' });

    expect(describeSettings({ ...settings, DATABASE_URL: 'postgres://me:pass@host/db' })).to.deep.equal({
      PORT: '1',
      API_URL: 'http://a',
      APP_SECRET: 'present (2)',
      KAFKA_BROKERS: 'a:1',
      DATABASE_URL: 'postgres://[redacted]@host/db',
    });
  });
});

describe('the start log', () => {
  for (const [what, url] of [
    ['before the host of any address', 'https://me:hunter2@registry/base'],
    ['that holds an @', 'postgres://me:hunter2@x@host/db'],
    ['that is a parameter', 'postgres://host/db?user=me&password=hunter2'],
  ] as const) {
    it(`tells no password ${what}`, () => {
      expect(JSON.stringify(describeSettings({ ANY_URL: url })))
        .to.not.include('hunter2')
        .and.not.include('x@');
    });
  }
});

describe('a secret', () => {
  it('shows itself in no print, only by reveal', () => {
    const hidden = secret('hunter2');

    expect([String(hidden), JSON.stringify({ hidden }), inspect(hidden), `${hidden}`].join()).to.not.include('hunter2');
    expect(hidden.reveal()).to.equal('hunter2');
  });
});
