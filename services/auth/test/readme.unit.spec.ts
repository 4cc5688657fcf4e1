import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { authorizationFailures } from '../src/domain/authorization-failures.ts';
import { statusReasons } from '../src/domain/status-reasons.ts';

describe("auth's page, of what happens and who sees what,", () => {
  const page = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const [attempts = '', channels = ''] =
    /## What happens.*?(?=\n## )/s.exec(page)?.[0].split('\nChannels, once connected') ?? [];
  const codesIn = (text: string): readonly string[] => [...text.matchAll(/`(\w+)`/g)].map(([, code]) => String(code));

  it('has a row for every way in which an attempt ends', () => {
    const ends = [...Object.keys(authorizationFailures), 'connected', 'no_callback', 'interrupted'];
    expect(codesIn(attempts)).to.include.members(ends);
  });

  it('has no row of an end that there is not', () => {
    const outcomes = attempts
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .flatMap((row) => codesIn(row.split('|')[3] ?? '').slice(0, 1));
    const ends = [...Object.keys(authorizationFailures), 'connected', 'no_callback', 'outcome'];
    expect(outcomes.filter((outcome) => !ends.includes(outcome))).to.deep.equal([]);
  });

  it('has a row for every reason why a channel is not well', () => {
    expect(codesIn(channels)).to.include.members(Object.keys(statusReasons));
  });
});
