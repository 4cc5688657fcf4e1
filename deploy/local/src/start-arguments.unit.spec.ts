import { expect } from 'chai';
import { readStartArguments } from './start-arguments.ts';

describe('what follows npm start --', () => {
  it('is how many of each service run, one by default', () => {
    expect(readStartArguments([])).to.deep.equal({ kind: 'run', replicas: 1 });
    expect(readStartArguments(['--replicas', '2'])).to.deep.equal({ kind: 'run', replicas: 2 });
    expect(readStartArguments(['--replicas=4'])).to.deep.equal({ kind: 'run', replicas: 4 });
  });

  it('is explained when asked for', () => {
    for (const flag of ['--help', '-h']) {
      const { kind, text } = readStartArguments([flag]) as { kind: string; text: string };
      expect([kind, text.includes('--replicas <n>')]).to.deep.equal(['help', true]);
    }
  });

  for (const [args, reason] of [
    [['--replicas', '0'], '--replicas takes a whole number from 1 to 4, not "0"'],
    [['--replicas', '5'], 'from 1 to 4, not "5"'],
    [['--replicas', '2.5'], 'not "2.5"'],
    [['--replicas', 'two'], 'not "two"'],
    [['--replicas='], 'not ""'],
    [['--replicas'], "Option '--replicas <value>' argument missing"],
    [['--replicas', '-1'], "Option '--replicas' argument is ambiguous"],
    [['--replica', '2'], "Unknown option '--replica'"],
    [['--help=no'], "'-h, --help' does not take an argument"],
    [['2'], 'npm start takes no "2"; options come after --, as in: npm start -- --replicas 2'],
  ] as const) {
    it(`says what is wrong with ${args.join(' ')}, and what would be right`, () => {
      const read = readStartArguments(args) as { kind: string; text: string };
      expect(read.kind).to.equal('wrong');
      expect(read.text).to.include(reason).and.include('npm start [-- <options>]');
    });
  }
});
