/** A place to be filled in: brokers, registry and the way of authentication are settings of each company. */
export const servers = {
  kafka: {
    host: '{bootstrap}',
    protocol: 'kafka-secure',
    description: "The company's own Kafka. Which of the ways of authentication applies is a setting of its cluster.",
    variables: {
      bootstrap: {
        description: '`host:port` of a broker to start from (`KAFKA_BROKERS`).',
        default: 'kafka.example.com:9093',
      },
    },
    security: [{ $ref: '#/components/securitySchemes/sasl' }, { $ref: '#/components/securitySchemes/certificate' }],
    bindings: {
      kafka: {
        schemaRegistryUrl: 'https://registry.example.com',
        schemaRegistryVendor: 'confluent',
        bindingVersion: '0.5.0',
      },
    },
  },
} as const;

export const security = {
  sasl: { type: 'scramSha512', description: 'SASL/SCRAM over TLS.' },
  certificate: { type: 'X509', description: 'A client certificate over TLS.' },
} as const;
