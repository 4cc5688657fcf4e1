const segment = encodeURIComponent;

/** Addresses of this page, so that one part leads to another. */
export const PATHS = {
  deadLetters: '/operations/dead-letters',
  replies: '/operations/replies',
  channels: '/operations/channels',
  progress: '/operations/progress',
  lineage: '/operations/message',
  builds: '/operations/read-models',
} as const;

export const deadLetterPath = (service: string, id: string): string => `${PATHS.deadLetters}/${service}/${segment(id)}`;

/** With these parameters, without those that are empty. */
export const withQuery = (path: string, parameters: Readonly<Record<string, string>>): string => {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== ''));
  return query.size === 0 ? path : `${path}?${query}`;
};

export const replyPath = (replyId: string, channel: string): string =>
  withQuery(`${PATHS.replies}/${segment(replyId)}`, { channel });

export const lineagePath = (id: string, conversation: string): string => withQuery(PATHS.lineage, { id, conversation });
