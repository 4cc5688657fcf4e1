const DEPENDENCIES = {
  database: 'the database of this service',
  registry: 'the schema registry of this service',
  auth: 'auth',
  conversation: 'conversation',
  tiktok: 'TikTok',
} as const;

type Dependency = keyof typeof DEPENDENCIES;

/** Something that is needed does not answer, for a reason that will pass: nothing is known to be done, and the same can be asked again. */
export class DependencyUnavailable extends Error {
  override readonly name = 'DependencyUnavailable';
  readonly code: `${Dependency}_unavailable`;
  readonly retryable = true;

  constructor(dependency: Dependency, cause?: unknown) {
    super(`${DEPENDENCIES[dependency]} does not answer`, { cause });
    this.code = `${dependency}_unavailable`;
  }
}
