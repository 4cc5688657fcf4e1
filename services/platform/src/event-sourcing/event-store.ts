/** Events to add to one stream, with what is to be published about them: both are stored, or neither. */
export interface Append<Event, Row> {
  readonly streamId: string;
  /** Length of the stream that the decision was based on. */
  readonly expectedVersion: number;
  readonly events: readonly Event[];
  /** Outbox rows; the relay publishes them after the commit. */
  readonly outbox: readonly Row[];
}

/** The port that a command handler needs. A stream's version is the number of its events. */
export interface EventStore<Event, Row> {
  load(streamId: string): Promise<readonly Event[]>;
  /** Throws {@link VersionConflict} when the stream is not at `expectedVersion`; then nothing was stored. */
  append(append: Append<Event, Row>): Promise<void>;
}

/** Somebody else appended first: load, decide and append again. */
export class VersionConflict extends Error {
  override readonly name = 'VersionConflict';
  readonly code = 'version_conflict';
  readonly retryable = true;
  readonly streamId: string;
  readonly expectedVersion: number;

  constructor({
    streamId,
    expectedVersion,
    cause,
  }: {
    readonly streamId: string;
    readonly expectedVersion: number;
    readonly cause?: unknown;
  }) {
    super(`stream ${streamId} is not at version ${expectedVersion}`, { cause });
    this.streamId = streamId;
    this.expectedVersion = expectedVersion;
  }
}
