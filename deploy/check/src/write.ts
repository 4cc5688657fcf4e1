import { mkdir, writeFile } from 'node:fs/promises';
import { REPOSITORY, writtenFiles } from './written-files.ts';

for (const { path, content } of await writtenFiles()) {
  const file = new URL(path, REPOSITORY);
  await mkdir(new URL('.', file), { recursive: true });
  await writeFile(file, content);
  console.log(`written: ${path}`);
}
