import avsc from 'avsc';

interface Tap {
  writeString(text: string): void;
}

interface StringWriter {
  _write(tap: Tap, value: unknown): void;
}

/**
 * avsc writes a short text with a lone surrogate as bytes that are no UTF-8: other readers refuse the whole record, or
 * read three characters for one. Written as U+FFFD, as Node does in keys and headers. Replaced for all of avsc's strings,
 * since it has no setting for it (5.7.9).
 */
export const writeWellFormedStrings = (): void => {
  const prototype = avsc.types.StringType.prototype as unknown as StringWriter;
  const write = prototype._write;
  Object.assign(prototype, {
    _write(tap: Tap, value: unknown) {
      write.call(this, tap, typeof value === 'string' && !value.isWellFormed() ? value.toWellFormed() : value);
    },
  });
};
