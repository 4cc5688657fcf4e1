import { chooseWay, type RegistryServer, startRegistry } from '@tiktok-channel/local';
import { createCodec, topics } from '@tiktok-channel/schemas';
import { createSubjects } from '@tiktok-channel/schemas/subjects';
import { expect } from 'chai';
import { hasStackTrace, NOBODY, runCommand } from '../support/operator.ts';

const RECORDS = Object.values(topics).flatMap(({ records }) => records).length;
const AUDIT = 'tiktok.audit.v1-tiktok.audit.v1.OperatorActed';

/** A registry of its own: what is broken here must be broken for nobody else. */
describe('tiktok-channel schemas register', () => {
  let registry: RegistryServer;

  const register = (...options: readonly string[]) =>
    runCommand(['schemas', 'register', ...options], { SCHEMA_REGISTRY_URL: registry.url });
  const ask = (method: string, path: string, body?: object) =>
    fetch(`${registry.url}/${path}`, {
      method,
      headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const found = () => createSubjects({ url: registry.url }).find();

  before(async function () {
    this.timeout(60_000);
    registry = await startRegistry({ way: await chooseWay() });
  });
  after(() => registry.dispose());

  it('only says what it would do when that is all it is asked for', async () => {
    const result = await register('--dry-run');

    expect(result.code, result.stderr).to.equal(0);
    expect(result.stdout.match(/^would be new/gm)).to.have.length(RECORDS);
    expect((await found()).filter(({ version, level }) => version !== null || level !== null)).to.deep.equal([]);
  });

  it("answers 1 to a schema that the registry refuses, with the registry's words, and registers the others", async () => {
    const schema = {
      type: 'record',
      name: 'OperatorActed',
      namespace: 'tiktok.audit.v1',
      fields: [{ name: 'role', type: 'long' }],
    };
    await ask('POST', `subjects/${AUDIT}/versions`, { schema: JSON.stringify(schema) });
    await ask('PUT', `config/${AUDIT}`, { compatibility: 'FULL_TRANSITIVE' });

    const before = await register('--dry-run', '--json');
    const result = await register();

    expect(before.code).to.equal(1);
    expect(JSON.parse(before.stdout)).to.deep.include({
      kind: 'refused',
      subject: AUDIT,
      reason: 'it is not compatible with the versions that are there',
    });
    expect(result.code).to.equal(1);
    expect(result.stdout)
      .to.match(/refused +tiktok\.audit\.v1.*\n.*[Ii]ncompatible/)
      .and.include('What to do:');
    expect(result.stdout.match(/^new version/gm)).to.have.length(RECORDS - 1);
    expect((await found()).filter(({ isAsRegistered }) => !isAsRegistered).map(({ subject }) => subject)).to.deep.equal(
      [AUDIT],
    );
    await ask('DELETE', `subjects/${AUDIT}`);
  });

  it('registers what is missing, puts a level right, and leaves the rest as it was', async () => {
    const other = 'tiktok.statuses.v1-tiktok.statuses.v1.ReplySent';
    await ask('PUT', `config/${other}`, { compatibility: 'BACKWARD' });

    const result = await register();
    const again = await register();

    expect(result.code, result.stdout).to.equal(0);
    expect(result.stdout).to.include(`new version  ${AUDIT}\n`);
    expect(result.stdout).to.include(`as it was    ${other}, its level was put right (BACKWARD -> FULL_TRANSITIVE)`);
    expect(again.stdout.match(/^as it was +\S+$/gm)).to.have.length(RECORDS);
    expect((await found()).every(({ isAsRegistered }) => isAsRegistered)).to.equal(true);
  });

  it('registers what the services then find', async () => {
    const codec = await createCodec({ registry: { url: registry.url }, writes: ['MessageReceived', 'OperatorActed'] });

    expect(codec.fullName('OperatorActed')).to.equal('tiktok.audit.v1.OperatorActed');
  });

  it('says in a sentence that the registry is away', async () => {
    const result = await runCommand(['schemas', 'register'], { SCHEMA_REGISTRY_URL: `http://${NOBODY}` });

    expect(result.code).to.equal(1);
    expect(result.stderr).to.include('the registry did not answer').and.include('What to do:');
    expect(hasStackTrace(result)).to.equal(false);
  });

  it('says in a sentence that what answers is no registry', async () => {
    const result = await runCommand(['schemas', 'register'], {
      SCHEMA_REGISTRY_URL: registry.url.replace(/\/apis.*/, '/health'),
    });

    expect(result.code).to.equal(1);
    expect(hasStackTrace(result)).to.equal(false);
  });
});
