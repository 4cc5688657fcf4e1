export { claimEnvironment, claimsIn, type PersonClaims } from './claims.ts';
export {
  createIdentifyPerson,
  type IdentifyPerson,
  type Person,
  personIn,
  type Role,
  requirePerson,
} from './person.ts';
export { createServiceTokens, requireService } from './service-token.ts';
