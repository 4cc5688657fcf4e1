/** One word for a POSIX shell, whatever is in it. */
export const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** What `node -p` reads of JSON that is piped to it; in single quotes. */
export const PIPED_JSON = 'JSON.parse(require("fs").readFileSync(0))';
