import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { createApp } from '@tiktok-channel/platform/http-server';
import { createRecordingLogger } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { mountAccessTokens } from '../../services/auth/src/adapters/http/access-token.routes.ts';
import { mountAccounts } from '../../services/auth/src/adapters/http/accounts.routes.ts';
import { mountAuthorization } from '../../services/auth/src/adapters/http/authorization.routes.ts';
import { mountChannels } from '../../services/auth/src/adapters/http/channels.routes.ts';
import { OPERATIONS, openApiDocument } from '../../services/auth/src/adapters/http/openapi.ts';
import { mountOperator } from '../../services/auth/src/adapters/http/operator.routes.ts';

const file = new URL('../../schemas/openapi/auth.json', import.meta.url);

describe("auth's OpenAPI document", () => {
  it('stands in the contract as the code has it', () => {
    const written = JSON.parse(readFileSync(file, 'utf8'));
    expect(written, 'run npm run openapi -w @tiktok-channel/auth').to.deep.equal(
      JSON.parse(JSON.stringify(openApiDocument())),
    );
  });

  it('is valid OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(JSON.parse(readFileSync(file, 'utf8')));
    expect(errors ?? [], JSON.stringify(errors)).to.deep.equal([]);
    expect(valid).to.equal(true);
  });

  it('has every route of the service, and none besides', () => {
    const documented = OPERATIONS.map(({ method, path }) => `${method} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`);
    expect(mountedRoutes().toSorted()).to.deep.equal(documented.toSorted());
  });
});

/** Handlers are mounted, never called. */
const mountedRoutes = (): readonly string[] => {
  const nothing = {} as never;
  const app = createApp({
    logger: createRecordingLogger(),
    mount: (mounted) => {
      mountAuthorization(mounted, nothing);
      mountAccounts(mounted, nothing);
      mountChannels(mounted, nothing);
      mountOperator(mounted, nothing);
      mountAccessTokens(mounted, { requireService: (_request, _response, next) => next(), handOutToken: nothing });
    },
  });
  return app.router.stack.flatMap(({ route }) => {
    const methods = [...new Set(route?.stack.map(({ method }) => method))];
    // What refuses every other method of a path stands for none.
    return methods.length > 1 ? [] : methods.map((method) => `${method} ${route?.path}`);
  });
};
