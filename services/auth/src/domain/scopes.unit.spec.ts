import { expect } from 'chai';
import { compareScopes, isUsable } from './scopes.ts';

describe('scopes', () => {
  const policy = { required: ['read', 'send'], optional: ['type'] };

  it('are complete when all wanted ones were granted', () => {
    const grant = compareScopes(policy, ['type', 'send', 'read', 'more']);
    expect(grant.missing).to.deep.equal([]);
    expect(isUsable(policy, grant)).to.equal(true);
  });

  it('are usable without an optional one, which is named', () => {
    const grant = compareScopes(policy, ['read', 'send']);
    expect(grant.missing).to.deep.equal(['type']);
    expect(isUsable(policy, grant)).to.equal(true);
  });

  it('are not usable without a required one', () => {
    expect(isUsable(policy, compareScopes(policy, ['read', 'type']))).to.equal(false);
  });
});
