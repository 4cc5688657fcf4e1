export { claimEnvironment, claimsIn, type PersonClaims, peopleEnvironment } from './claims.ts';
export {
  createIdentifyFrom,
  createIdentifyPerson,
  type IdentifyPerson,
  type Person,
  personIn,
  type Role,
  requirePerson,
} from './person.ts';
export { createServiceTokens, requireService } from './service-token.ts';
