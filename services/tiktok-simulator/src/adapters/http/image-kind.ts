import { fileTypeFromBuffer } from 'file-type';

/** The MIME type by content, whatever a name says; null for what is none of `accepted`. */
export const imageKindOf = async (bytes: Uint8Array, accepted: ReadonlySet<string>): Promise<string | null> => {
  const type = await fileTypeFromBuffer(bytes);
  return type !== undefined && accepted.has(type.mime) ? type.mime : null;
};
