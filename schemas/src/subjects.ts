import { type RecordSchema, readRecordSchemas } from './avro-files.ts';

export interface RegistrySettings {
  /** Base URL of a registry with Confluent's API. */
  readonly url: string;
}

/** TopicRecordNameStrategy: a topic carries several record types, each with its own line of versions. */
export const subjectOf = ({ topic, fullName }: Pick<RecordSchema, 'topic' | 'fullName'>): string =>
  `${topic}-${fullName}`;

const LEVEL = 'FULL_TRANSITIVE';

/** What the registry has of one record of the contract. */
export interface SubjectFinding {
  readonly subject: string;
  /** Of today's schema; null when the registry does not have it. */
  readonly version: number | null;
  /** The subject's own compatibility level; null when it has none. */
  readonly level: string | null;
  readonly isAsRegistered: boolean;
}

export type Registration =
  | { readonly kind: 'registered'; readonly subject: string }
  /** The registry had this very schema. `levelBefore` when its level was another one and is put right. */
  | { readonly kind: 'unchanged'; readonly subject: string; readonly levelBefore: string | null }
  /** `reason`: in the registry's words. */
  | { readonly kind: 'refused'; readonly subject: string; readonly reason: string };

export interface Subjects {
  find(): Promise<readonly SubjectFinding[]>;
  /** One after the other, in the order of the topics. With `dryRun` it says what would be, and changes nothing. */
  register(options?: { readonly dryRun?: boolean }): AsyncIterable<Registration>;
}

/** `unavailable`: no answer, or the registry's own trouble. `unexpected`: an answer that no registry gives. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError';
  readonly code: 'unavailable' | 'unexpected';

  constructor(code: RegistryError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The subjects of the contract in a registry, for those who look after it. Rejects with `RegistryError`. */
export const createSubjects = (
  settings: RegistrySettings,
  records: readonly RecordSchema[] = readRecordSchemas(),
): Subjects => {
  const ask = createAsk(settings);
  return {
    find: () => Promise.all(records.map((record) => findSubject(ask, record))),
    async *register({ dryRun = false } = {}) {
      for (const record of records) yield await registerSubject(ask, record, dryRun);
    },
  };
};

const findSubject = async (ask: Ask, record: RecordSchema): Promise<SubjectFinding> => {
  const subject = subjectOf(record);
  const [found, config] = await Promise.all([
    ask('POST', ['subjects', subject], { schema: JSON.stringify(record.schema) }),
    ask('GET', ['config', subject]),
  ]);
  const version = found.status === 200 ? Number(found.body.version) : null;
  const level = config.status === 200 ? String(config.body.compatibilityLevel) : null;
  return { subject, version, level, isAsRegistered: version !== null && level === LEVEL };
};

const registerSubject = async (ask: Ask, record: RecordSchema, dryRun: boolean): Promise<Registration> => {
  const { subject, version, level } = await findSubject(ask, record);
  // Before the first version, so that there is no moment in which anything is accepted.
  if (level !== LEVEL && !dryRun) await expectOk(ask('PUT', ['config', subject], { compatibility: LEVEL }));
  if (version !== null) return { kind: 'unchanged', subject, levelBefore: level === LEVEL ? null : (level ?? 'none') };
  const schema = JSON.stringify(record.schema);
  const reason = dryRun ? await whyIncompatible(ask, subject, schema) : await whyRefused(ask, subject, schema);
  return reason === null ? { kind: 'registered', subject } : { kind: 'refused', subject, reason };
};

const whyRefused = async (ask: Ask, subject: string, schema: string): Promise<string | null> => {
  const { status, body } = await ask('POST', ['subjects', subject, 'versions'], { schema });
  return status === 200 ? null : wordsOf(status, body);
};

const whyIncompatible = async (ask: Ask, subject: string, schema: string): Promise<string | null> => {
  const { status, body } = await ask('POST', ['compatibility', 'subjects', subject, 'versions?verbose=true'], {
    schema,
  });
  // A new subject has nothing to be compatible with.
  if (status === 404 || body.is_compatible === true) return null;
  if (status !== 200) return wordsOf(status, body);
  const messages = Array.isArray(body.messages) ? body.messages.join('; ') : '';
  return messages || 'it is not compatible with the versions that are there';
};

const wordsOf = (status: number, body: Answer['body']): string =>
  typeof body.message === 'string' ? body.message : `it answered ${status}`;

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

type Ask = (method: 'GET' | 'POST' | 'PUT', path: readonly string[], body?: object) => Promise<Answer>;

const ANSWER_WITHIN_MS = 5_000;

const createAsk =
  ({ url }: RegistrySettings): Ask =>
  async (method, path, body) => {
    const response = await answerOf(`${url}/${path.map(encodeOnce).join('/')}`, {
      method,
      headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    if (response.status >= 500) throw new RegistryError('unavailable', `the registry answered ${response.status}`);
    if (response.status === 401 || response.status === 403) {
      throw new RegistryError('unavailable', `the registry refuses this caller (${response.status})`);
    }
    return { status: response.status, body: await bodyOf(response) };
  };

/** Queries are written out by this file alone. */
const encodeOnce = (part: string): string => (part.includes('?') ? part : encodeURIComponent(part));

const answerOf = async (url: string, init: RequestInit): Promise<Response> => {
  try {
    return await fetch(url, init);
  } catch (error) {
    throw new RegistryError('unavailable', 'the registry did not answer', { cause: error });
  }
};

const bodyOf = async (response: Response): Promise<Answer['body']> => {
  try {
    return Object(await response.json());
  } catch (error) {
    throw new RegistryError('unexpected', `what answered ${response.status} is no schema registry`, { cause: error });
  }
};

const expectOk = async (asking: Promise<Answer>): Promise<void> => {
  const { status, body } = await asking;
  if (status !== 200) throw new RegistryError('unexpected', `the registry refused: ${wordsOf(status, body)}`);
};
