import { once } from 'node:events';
import { stripVTControlCharacters, styleText } from 'node:util';

type Format = 'bold' | 'cyan' | 'dim' | 'green' | 'magenta' | 'red' | 'yellow';

/** Where a command says what it has to say: results on one stream, everything else on the other. */
export interface Terminal {
  /** Resolves when there is room for more; at once when nobody reads any longer. */
  print(text: string): Promise<void>;
  /** For people, beside the result. */
  note(text: string): void;
  /** One line that the next one replaces; only where a person watches. */
  progress(text: string): void;
  /** Plain where colours are not wanted: no terminal, NO_COLOR. */
  style(format: Format, text: string): string;
  /** Ends when nobody reads the result any longer (`… | head`). */
  readonly closed: AbortSignal;
}

const CLEAR_LINE = '\r\u001b[2K';

export const createTerminal = (stdout: NodeJS.WriteStream, stderr: NodeJS.WriteStream): Terminal => {
  const closing = new AbortController();
  // Asked once: it looks at the terminal and the environment every time.
  const hasColours = styleText('red', '-', { stream: stdout }) !== '-';
  let hasProgress = false;
  stdout.on('error', () => closing.abort());
  const clear = (): void => {
    if (hasProgress) stderr.write(CLEAR_LINE);
    hasProgress = false;
  };
  return {
    async print(text) {
      clear();
      if (closing.signal.aborted || stdout.write(`${text}\n`)) return;
      await once(stdout, 'drain', { signal: closing.signal }).catch(() => undefined);
    },
    note(text) {
      clear();
      stderr.write(`${text}\n`);
    },
    progress(text) {
      if (!stderr.isTTY) return;
      stderr.write(`${CLEAR_LINE}${text}`);
      hasProgress = true;
    },
    style: (format, text) => (hasColours ? styleText(format, text, { validateStream: false }) : text),
    closed: closing.signal,
  };
};

/** Columns under each other, as wide as they need to be. */
export const table = (rows: readonly (readonly string[])[]): string => {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, widthOf(cell));
  }
  return rows
    .map((row) =>
      row
        .map((cell, column) => padded(cell, widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};

const widthOf = (cell: string): number => stripVTControlCharacters(cell).length;

const padded = (cell: string, width: number): string => cell + ' '.repeat(width - widthOf(cell));

/** What a terminal would obey, written out: text of other people is printed, and never followed. */
export const harmless = (text: string): string =>
  text.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu, (character) => ESCAPES[character] ?? escaped(character));

const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

const escaped = (character: string): string => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
