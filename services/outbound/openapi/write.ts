import { writeFileSync } from 'node:fs';
import { openApiDocument } from '../src/adapters/http/openapi.ts';

/** Run it after a change of a route: the contract's spec compares. */
const target = new URL('../../../schemas/openapi/outbound.json', import.meta.url);
writeFileSync(target, `${JSON.stringify(openApiDocument(), null, 2)}\n`);
