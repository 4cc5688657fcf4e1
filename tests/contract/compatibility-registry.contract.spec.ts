import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { breaks, growth, type RecordJson } from '../support/compatibility-changes.ts';

const HEADERS = { 'content-type': 'application/vnd.schemaregistry.v1+json' };

const call = (method: 'POST' | 'PUT', path: string, body: object): Promise<Response> =>
  fetch(`${process.env.SCHEMA_REGISTRY_URL}${path}`, { method, headers: HEADERS, body: JSON.stringify(body) });

const register = async (subject: string, schema: RecordJson): Promise<number> =>
  (await call('POST', `/subjects/${subject}/versions`, { schema: JSON.stringify(schema) })).status;

/** What the registry answers to a second version, the subject being one of its own at FULL_TRANSITIVE. */
const secondVersion = async (older: RecordJson, newer: RecordJson): Promise<number> => {
  const subject = `compatibility-${randomUUID()}`;
  expect((await call('PUT', `/config/${subject}`, { compatibility: 'FULL_TRANSITIVE' })).status).to.equal(200);
  expect(await register(subject, older)).to.equal(200);
  return register(subject, newer);
};

describe('a schema registry at FULL_TRANSITIVE', () => {
  describe('accepts what only the gate refuses', () => {
    for (const { what, older, newer } of breaks.filter(({ registry }) => registry === 'accepts')) {
      it(what, async () => {
        expect(await secondVersion(older, newer)).to.equal(200);
      });
    }
  });

  describe('refuses as the gate does', () => {
    for (const { what, older, newer } of breaks.filter(({ registry }) => registry === 'refuses')) {
      it(what, async () => {
        expect(await secondVersion(older, newer)).to.be.oneOf([409, 422]);
      });
    }
  });

  describe('accepts what the gate lets pass', () => {
    for (const { what, older, newer } of growth) {
      it(what, async () => {
        expect(await secondVersion(older, newer)).to.equal(200);
      });
    }
  });
});
