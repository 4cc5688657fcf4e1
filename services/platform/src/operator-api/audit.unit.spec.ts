import { expect } from 'chai';
import { HttpProblem } from '../http-server/index.ts';
import { KafkaSendError, type OutgoingRecord } from '../kafka/index.ts';
import { createManualClock, createRecordingLogger } from '../testing/index.ts';
import { createRecordAct } from './index.ts';

const codec = {
  fullName: (name: string) => `tiktok.audit.v1.${name}`,
  encode: (_name: string, act: object) => Buffer.from(JSON.stringify(act)),
};

const recording = (send: (records: readonly OutgoingRecord[]) => Promise<void>) => {
  const logger = createRecordingLogger();
  const recordAct = createRecordAct({
    trail: () => ({ codec, topic: 'tiktok.audit.v1', source: '/tiktok-channel/outbound' }),
    producer: { send },
    ids: { next: () => 'id-1' },
    clock: createManualClock(1_767_225_600_000),
    logger,
  });
  return { recordAct, logger };
};

const act = { actor: 'olga', action: 'reply.retried', subject: 'R-1', reason: 'the customer waits' };

describe('the audit of an act', () => {
  it('says who, what, on what, when and why, before it is done', async () => {
    const sent: OutgoingRecord[] = [];
    const { recordAct } = recording(async (records) => void sent.push(...records));

    await recordAct({ ...act, accountId: 'acme' });

    const [record] = sent;
    expect(JSON.parse(String(record?.value))).to.deep.equal({
      ...act,
      accountId: 'acme',
      role: 'operator',
      at: 1_767_225_600_000,
    });
    expect(record).to.deep.include({ topic: 'tiktok.audit.v1', key: 'acme' });
    expect(record?.headers).to.include({
      ce_source: '/tiktok-channel/outbound',
      ce_type: 'tiktok.audit.v1.OperatorActed',
      ce_subject: 'R-1',
      ce_partitionkey: 'acme',
    });
  });

  it('that cannot be written refuses the act, and no line holds the reason, which is words', async () => {
    const { recordAct, logger } = recording(() =>
      Promise.reject(new KafkaSendError('deadline_exceeded', 'no answer within 5000 ms')),
    );

    const error: unknown = await recordAct(act).catch((thrown: unknown) => thrown);

    expect(error).to.be.instanceOf(HttpProblem).and.to.include({
      status: 503,
      message: 'nothing was done, since it could not be put on record',
    });
    expect(JSON.stringify(logger.lines)).to.not.contain(act.reason);
  });
});
