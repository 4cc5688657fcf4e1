/** What the operator endpoints of the services answer (schemas/openapi/operator.json). Times are epoch milliseconds. */

export const SERVICES = ['ingress', 'auth', 'conversation', 'outbound'] as const;
export type ServiceName = (typeof SERVICES)[number];

export interface DeadLetter {
  readonly id: string;
  readonly recordType: string | null;
  readonly reason: string;
  readonly attempts: number;
  readonly at: number;
  readonly group: string;
  readonly origin: {
    readonly topic: string;
    readonly partition: number | null;
    readonly offset: string | null;
    readonly key: string | null;
  };
  readonly redrivenAt: number | null;
}

export interface DeadLetterDetail extends DeadLetter {
  readonly sizeBytes: number;
  readonly isValueOmitted: boolean;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Redriven {
  readonly redriven: number;
  readonly skipped: Readonly<Record<string, number>>;
}

export interface ConsumerReport {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  readonly position: string | null;
  readonly endOffset: string;
  readonly lag: number | null;
  readonly lastProgressAt: number | null;
  readonly state: 'running' | 'retrying' | 'idle' | 'elsewhere';
  readonly reason: string | null;
}

export interface Outbox {
  readonly name: string;
  readonly waiting: number;
  readonly oldestAt: number | null;
  readonly setAside: number;
}

export interface Lineage {
  readonly channelId: string;
  readonly conversationId: string;
  readonly message: {
    readonly messageId: string;
    readonly direction: string;
    readonly kind: string | null;
    readonly source: string | null;
    readonly sentAt: number;
    readonly receivedAt: number;
    readonly logId: string | null;
  } | null;
  readonly reply: {
    readonly replyId: string;
    readonly requestedAt: number | null;
    readonly retryOf: string | null;
    readonly attempts: number;
    readonly times: Readonly<Record<string, number | null>>;
    readonly failure: {
      readonly code: string;
      readonly tiktokCode: number | null;
      readonly tiktokRequestId: string | null;
    } | null;
  } | null;
  readonly status: string | null;
  readonly records: readonly {
    readonly topic: string;
    readonly partition: number;
    readonly offset: string;
    readonly at: number;
    readonly type: string | null;
    readonly eventId: string | null;
  }[];
  readonly isSearchComplete: boolean;
}

/** Which dead letters are given back. */
export type Redriving = { readonly reason: string } & (
  | { readonly ids: readonly string[] }
  | { readonly all: true; readonly matchingReason: string | undefined }
);

/** The operator endpoints of the services. Who acts is whose token it is; each act says why. */
export interface Operations {
  /** The newest first, up to `limit` of them. */
  deadLetters(
    service: ServiceName,
    query: { readonly limit: number; readonly reason: string | undefined },
  ): Promise<{ readonly letters: readonly DeadLetter[]; readonly hasMore: boolean }>;
  deadLetter(service: ServiceName, id: string): Promise<DeadLetterDetail>;
  redrive(service: ServiceName, redriving: Redriving): Promise<Redriven>;
  consumers(service: ServiceName): Promise<readonly ConsumerReport[]>;
  outboxes(service: ServiceName): Promise<readonly Outbox[]>;
  lineage(id: string, conversationId: string | undefined): Promise<Lineage>;
}
