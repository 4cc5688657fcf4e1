import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { createRunFolder } from '../folders.ts';
import { findPort } from '../ports.ts';
import { asProcess, type KafkaServer } from './kafka.ts';

export interface KafkaUser {
  readonly name: string;
  /** For SCRAM-SHA-512. */
  readonly password: string;
}

/** A broker as production has it: encrypted, with users who may do what they were allowed and nothing else. */
export interface SecuredKafka extends KafkaServer {
  /** `host:port` of the listener with TLS and SCRAM-SHA-512; `brokers` is a plain one, for whoever sets it up. */
  readonly scram: string;
  /** `host:port` of the listener that asks clients for a certificate. */
  readonly mutual: string;
  /** PEM file of who signed the certificates. */
  readonly caFile: string;
  /** PEM files of a client's certificate: its user is `CN=<name>`. */
  issue(name: string): Promise<{ readonly certFile: string; readonly keyFile: string }>;
}

const STORE = { 'ssl.keystore.type': 'PEM', 'ssl.truststore.type': 'PEM' };

/** Runs as a process of this machine, for which Java and openssl are needed. Nobody but an anonymous client of the plain listener may do anything at first. */
export const startSecuredKafka = async ({ users }: { readonly users: readonly KafkaUser[] }): Promise<SecuredKafka> => {
  const folder = await createRunFolder('kafka-tls');
  const authority = await createAuthority(folder);
  const { certFile, keyFile } = await authority.issue('broker');
  const store = join(folder, 'broker-store.pem');
  await writeFile(store, [await readFile(keyFile), await readFile(certFile)].join('\n'), { mode: 0o600 });

  const [scram, mutual] = [`127.0.0.1:${await findPort()}`, `127.0.0.1:${await findPort()}`];
  const { server, brokers } = await asProcess(
    await findPort(),
    { way: 'process' },
    {
      listeners: [`SCRAM://${scram}`, `MUTUAL://${mutual}`],
      protocols: ',SCRAM:SASL_SSL,MUTUAL:SSL',
      properties: {
        ...STORE,
        'ssl.keystore.location': store,
        'ssl.truststore.location': authority.caFile,
        'inter.broker.listener.name': 'PLAINTEXT',
        'listener.name.scram.sasl.enabled.mechanisms': 'SCRAM-SHA-512',
        'listener.name.scram.scram-sha-512.sasl.jaas.config':
          'org.apache.kafka.common.security.scram.ScramLoginModule required;',
        'listener.name.mutual.ssl.client.auth': 'required',
        'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
        'super.users': 'User:ANONYMOUS',
      },
      formatArguments: users.flatMap(({ name, password }) => [
        '--add-scram',
        `SCRAM-SHA-512=[name=${name},password=${password}]`,
      ]),
    },
  );
  await server.start().catch(async (error: unknown) => {
    await server.dispose();
    throw error;
  });
  const dispose = async (): Promise<void> => {
    await server.dispose();
    await rm(folder, { recursive: true, force: true });
  };

  return { ...server, dispose, brokers, scram, mutual, caFile: authority.caFile, issue: authority.issue };
};

const createAuthority = async (folder: string) => {
  const [caFile, caKey] = [join(folder, 'ca.crt'), join(folder, 'ca.key')];
  const openssl = (...args: readonly string[]) => execa('openssl', args, { cwd: folder });
  const newKey = ['-newkey', 'rsa:2048', '-nodes'];
  await mkdir(folder, { recursive: true });
  await openssl(
    'req',
    '-x509',
    ...newKey,
    '-days',
    '2',
    '-subj',
    '/CN=test authority',
    '-keyout',
    caKey,
    '-out',
    caFile,
  );
  let serial = 1;

  const issue = async (name: string) => {
    const [certFile, keyFile, request] = ['crt', 'key', 'csr'].map((end) => join(folder, `${name}.${end}`)) as [
      string,
      string,
      string,
    ];
    const extensions = join(folder, `${name}.ext`);
    await writeFile(extensions, 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
    await openssl('req', ...newKey, '-subj', `/CN=${name}`, '-keyout', keyFile, '-out', request);
    const signedBy = ['-CA', caFile, '-CAkey', caKey, '-set_serial', String(serial++)];
    await openssl('x509', '-req', '-in', request, ...signedBy, '-days', '2', '-extfile', extensions, '-out', certFile);
    await chmod(keyFile, 0o600);

    return { certFile, keyFile };
  };

  return { caFile, issue };
};
