export {
  createIdentifyPerson,
  type IdentifyPerson,
  type Person,
  type PersonSettings,
  personIn,
  type Role,
  requirePerson,
} from './person.ts';
export { createServiceTokens, requireService } from './service-token.ts';
