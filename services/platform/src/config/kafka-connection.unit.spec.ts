import { expect } from 'chai';
import { type Environment, kafkaConnection, kafkaEnvironment, readSettings } from './index.ts';

const connectionWith = (environment: Environment) =>
  kafkaConnection(readSettings(kafkaEnvironment, { KAFKA_BROKERS: 'a:9092,b:9092', ...environment }));

describe('settings of the connection to Kafka', () => {
  it('are a plain connection when nothing else is said', () => {
    expect(connectionWith({})).to.deep.equal({ brokers: ['a:9092', 'b:9092'], topicPrefix: '' });
  });

  it('are TLS with the authorities of the machine, or with those of a file', () => {
    const { tls: machine } = connectionWith({ KAFKA_SSL: 'true' });
    const { tls: file } = connectionWith({ KAFKA_SSL_CA: '/etc/kafka/ca.crt' });

    expect(machine).to.deep.equal({ caFile: undefined, certFile: undefined, keyFile: undefined });
    expect(file).to.include({ caFile: '/etc/kafka/ca.crt' });
  });

  it('name a user with a password that no print shows', () => {
    const connection = connectionWith({
      KAFKA_SASL_MECHANISM: 'scram-sha-512',
      KAFKA_SASL_USERNAME: 'ingress',
      KAFKA_SASL_PASSWORD: 'hunter2-hunter2',
    });

    expect(connection.sasl).to.include({ mechanism: 'scram-sha-512', username: 'ingress' });
    expect(JSON.stringify(connection)).to.not.include('hunter2');
    expect(connection.sasl?.password.reveal()).to.equal('hunter2-hunter2');
  });

  for (const [what, environment, named] of [
    ['a certificate without its key', { KAFKA_SSL_CERT: '/c' }, 'KAFKA_SSL_KEY'],
    ['a user without a password', { KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'a' }, 'KAFKA_SASL_PASSWORD'],
    ['a password without a user', { KAFKA_SASL_PASSWORD: 'hunter2-hunter2' }, 'KAFKA_SASL_USERNAME'],
    ['files for TLS that is off', { KAFKA_SSL: 'false', KAFKA_SSL_CA: '/ca' }, 'KAFKA_SSL'],
    ['a mechanism that does not exist', { KAFKA_SASL_MECHANISM: 'gssapi' }, 'KAFKA_SASL_MECHANISM'],
  ] as const) {
    it(`refuse ${what}, by name`, () => {
      expect(() => connectionWith(environment))
        .to.throw(named)
        .and.to.have.property('message')
        .that.does.not.match(/hunter2/);
    });
  }
});
