/** A build of the read models, as conversation tells of it. */
export interface Build {
  readonly build: number;
  readonly state: 'served' | 'building' | 'caught_up';
  /** Records that the served build has and this one lacks. */
  readonly behind: number;
  readonly leftOut: number;
  readonly isTelling: boolean;
  readonly partitions: readonly BuildPartition[];
}

export interface BuildPartition {
  readonly topic: string;
  readonly partition: number;
  readonly position: number;
  readonly endOffset: number;
}

export interface Progress {
  readonly done: number;
  readonly total: number;
}

/** Of all topics together. */
export const progressOf = ({ partitions }: Pick<Build, 'partitions'>): Progress => ({
  done: partitions.reduce((sum, { position, endOffset }) => sum + Math.min(position, endOffset), 0),
  total: partitions.reduce((sum, { endOffset }) => sum + endOffset, 0),
});

export interface FoundDifference {
  readonly table: string;
  readonly kind: 'differs' | 'only_served' | 'only_build';
  readonly column: string | null;
  readonly rows: number;
}

export interface Comparison {
  readonly build: number;
  readonly servedBuild: number;
  readonly tables: readonly {
    readonly table: string;
    readonly served: number;
    readonly build: number;
    readonly differing: number;
  }[];
  readonly differences: readonly {
    readonly channelId: string;
    readonly conversationId: string | null;
    readonly found: readonly FoundDifference[];
  }[];
  readonly hasMore: boolean;
}
