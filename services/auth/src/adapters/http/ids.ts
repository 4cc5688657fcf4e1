/** PostgreSQL's text holds no U+0000, so nothing has such an id. */
export const isStorable = (id: string): boolean => !id.includes('\0');
