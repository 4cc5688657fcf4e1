import { expect } from 'chai';
import type { WatchBuild } from '../../../application/watch-build.ts';
import type { Build } from '../../../domain/build.ts';
import { projectionsCommands } from './projections.command.ts';

const partition = (number: number, position: number) => ({ topic: 't', partition: number, position, endOffset: 100 });
const half: Build = {
  build: 2,
  state: 'building',
  behind: 100,
  leftOut: 0,
  isTelling: false,
  partitions: [partition(0, 100), partition(1, 0)],
};

describe('tiktok-channel projections rebuild', () => {
  it('shows by a bar how much of the topics is read', async () => {
    const lines: string[] = [];
    const watchBuild: WatchBuild = async (_build, { onProgress }) => {
      onProgress(half);
      return { ...half, state: 'caught_up' };
    };
    const commands = projectionsCommands({
      terminal: {
        print: async () => {},
        note: () => {},
        progress: (line) => lines.push(line),
        style: (_format, text) => text,
        closed: new AbortController().signal,
      },
      run: async (work) => {
        await work();
      },
      withProjections: (work) => work({ projections: {} as never, watchBuild }),
    });
    await commands.find((command) => command.name() === 'rebuild')?.parseAsync(['2'], { from: 'user' });

    expect(lines).to.deep.equal([`${'█'.repeat(15)}${'░'.repeat(15)} 100 of 200 records, 1 partition to go`]);
  });
});
