import { expect } from 'chai';
import { token } from '../testing/token.ts';
import { personOf } from './person.ts';

const names = { user: 'sub', account: 'https://company.example/account', role: 'realm.roles' };
const claims = {
  sub: 'u1',
  'https://company.example/account': 'acme ✓',
  realm: { roles: ['offline_access', 'agent'] },
};

describe('who a token names', () => {
  it('is read from the claims that the settings name', () => {
    expect(personOf(token(claims), { name: 'Jo' }, names)).to.deep.equal({
      userId: 'u1',
      accountId: 'acme ✓',
      role: 'agent',
      name: 'Jo',
    });
  });

  it('is called by the user id where the provider has no name', () => {
    expect(personOf(token(claims), {}, names)?.name).to.equal('u1');
  });

  it('is nobody without a role of ours, and nobody for what is no token', () => {
    expect(personOf(token({ ...claims, realm: { roles: ['guest'] } }), {}, names)).to.equal(null);
    expect(personOf(token({ ...claims, sub: 7 }), {}, names)).to.equal(null);
    for (const text of ['', 'opaque', 'a.b.c', 'a.bnVsbA.c']) expect(personOf(text, {}, names), text).to.equal(null);
  });
});
