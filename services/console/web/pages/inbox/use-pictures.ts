import { useState } from 'react';

/** A picture that is to be sent, as its file is. */
export interface Picture {
  readonly key: string;
  readonly file: File;
}

export interface Pictures {
  readonly list: readonly Picture[];
  add(files: readonly File[]): void;
  remove(key: string): void;
  /** One place earlier. */
  advance(key: string): void;
  clear(): void;
}

/** What was picked, pasted or dropped, in the order in which it will be sent. */
export const usePictures = (): Pictures => {
  const [list, setList] = useState<readonly Picture[]>([]);
  return {
    list,
    add: (files) => setList((before) => [...before, ...files.map((file) => ({ key: crypto.randomUUID(), file }))]),
    remove: (key) => setList((before) => before.filter((picture) => picture.key !== key)),
    advance: (key) => setList((before) => advanced(before, key)),
    clear: () => setList([]),
  };
};

const advanced = (list: readonly Picture[], key: string): readonly Picture[] => {
  const at = list.findIndex((picture) => picture.key === key);
  const [picture, before] = [list[at], list[at - 1]];
  return picture === undefined || before === undefined ? list : list.toSpliced(at - 1, 2, picture, before);
};
