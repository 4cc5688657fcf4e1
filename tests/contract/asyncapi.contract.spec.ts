import { readFileSync } from 'node:fs';
import { AvroSchemaParser } from '@asyncapi/avro-schema-parser';
import { type AsyncAPIDocumentInterface, type Diagnostic, DiagnosticSeverity, Parser } from '@asyncapi/parser';
import { cloudEventHeaders, HEADERS } from '@tiktok-channel/platform/kafka';
import { type Topic, topics } from '@tiktok-channel/schemas';
import { expect } from 'chai';
import { asyncApiDocument } from '../../schemas/asyncapi/document.ts';
import { cloudEventHeaders as cloudEvent, deadLetterHeaders } from '../../schemas/asyncapi/headers.ts';
import { asyncApiText, FILE } from '../../schemas/asyncapi/yaml.ts';

const ALL_TOPICS: readonly Topic[] = Object.values(topics);

describe('the AsyncAPI document', function () {
  this.timeout(60_000);

  const text = readFileSync(FILE, 'utf8');
  let parser: Parser;
  let document: AsyncAPIDocumentInterface;

  /** What is wrong, by AsyncAPI's own parser. Not among it: that there is a newer version of the format. */
  const faultsOf = (diagnostics: readonly Diagnostic[]) =>
    diagnostics.filter(({ severity }) => severity <= DiagnosticSeverity.Warning).map(({ message }) => message);

  const avroFaultsOf = async (data: unknown) => {
    const schemaFormat = 'application/vnd.apache.avro;version=1.9.0';
    const where = { path: [], schemaFormat, defaultSchemaFormat: schemaFormat, asyncapi: {} as never, meta: {} };
    return AvroSchemaParser().validate({ data, ...where });
  };

  before(async () => {
    parser = new Parser();
    parser.registerSchemaParser(AvroSchemaParser());
    const parsed = await parser.parse(text);
    expect(faultsOf(parsed.diagnostics)).to.deep.equal([]);
    if (parsed.document === undefined) throw new Error('there is no document');
    document = parsed.document;
  });

  it('is what topics.ts and the .avsc files say; else run: npm run asyncapi -w @tiktok-channel/schemas', () => {
    expect(text === asyncApiText(), 'the file is current').to.equal(true);
  });

  for (const [fault, wrong, right] of [
    ['an operation without action', '    action: send\n', ''],
    ['a reference that leads nowhere', '#/components/messages/ReplySent', '#/components/messages/ReplySend'],
    ['a binding that Kafka has not', 'partitions: 12', 'partitions: twelve'],
  ] as const) {
    it(`would be refused with ${fault}`, async () => {
      const broken = text.replace(wrong, right);
      expect(broken).to.not.equal(text);

      const { diagnostics } = await parser.parse(broken);

      expect(faultsOf(diagnostics)).to.not.deep.equal([]);
    });
  }

  // The parser hands on schemas of another format unseen in version 3 of AsyncAPI, so its Avro part is asked itself.
  it('has Avro schemas that are Avro', async () => {
    const messages = Object.values<{ readonly payload?: { readonly schema?: unknown } }>(
      asyncApiDocument().components.messages,
    );
    const schemas = messages.flatMap(({ payload }) => payload?.schema ?? []);

    for (const schema of schemas) expect(await avroFaultsOf(schema)).to.deep.equal([]);

    expect(schemas).to.have.length(ALL_TOPICS.flatMap(({ records }) => records).length);
    expect(await avroFaultsOf({ type: 'record', name: 'A', fields: [{ name: 'b', type: 'c' }] })).to.not.deep.equal([]);
  });

  it('needs nothing from elsewhere', () => {
    expect([...text.matchAll(/\$ref: "?([^"\n]+)/g)].filter(([, target]) => !target?.startsWith('#/'))).to.deep.equal(
      [],
    );
  });

  for (const topic of ALL_TOPICS) {
    it(`has the topic ${topic.name} with its records, to be written and to be read`, () => {
      const channel = document.channels().filterBy((candidate) => candidate.address() === topic.name)[0];
      const { partitions, topicConfiguration } = channel?.bindings().get('kafka')?.value() ?? {};

      expect(
        channel
          ?.messages()
          .all()
          .map((message) => message.title()),
      ).to.deep.equal(topic.records.length === 0 ? ['DeadLetter'] : topic.records);
      expect(partitions).to.equal(topic.partitions);
      expect(topicConfiguration['cleanup.policy']).to.deep.equal([topic.cleanup]);
      expect(topicConfiguration['retention.ms']).to.equal((topic.retentionDays ?? -1 / 86_400_000) * 86_400_000);
      expect(
        channel
          ?.operations()
          .all()
          .map((operation) => operation.action()),
      ).to.have.members(['send', 'receive']);
    });
  }

  it('tells the headers that events carry', () => {
    const given = { id: 'i', source: 's', type: 't', timeMs: 0, subject: 's', partitionKey: 'p' };
    const event = cloudEventHeaders({ ...given, correlationId: 'c', causationId: 'c', traceparent: 't' });

    expect(Object.keys(cloudEvent.properties)).to.have.members(Object.keys(event));
  });

  it('tells the headers that dead letters carry', () => {
    const names = Object.values(HEADERS).filter((name) => name.startsWith('dlq_'));

    expect(Object.keys(deadLetterHeaders.properties)).to.have.members(names);
  });
});
