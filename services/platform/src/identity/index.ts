export { createIdentifyPerson, type IdentifyPerson, personIn, type Role, requirePerson } from './person.ts';
export { createServiceTokens, requireService } from './service-token.ts';
