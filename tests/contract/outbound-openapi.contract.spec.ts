import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { createApp } from '@tiktok-channel/platform/http-server';
import { createRecordingLogger } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { OPERATIONS, openApiDocument } from '../../services/outbound/src/adapters/http/openapi.ts';
import { mountReplies } from '../../services/outbound/src/adapters/http/replies.routes.ts';

const file = new URL('../../schemas/openapi/outbound.json', import.meta.url);

describe("outbound's OpenAPI document", () => {
  it('stands in the contract as the code has it', () => {
    const written = JSON.parse(readFileSync(file, 'utf8'));
    expect(written, 'run npm run openapi -w @tiktok-channel/outbound').to.deep.equal(
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
  const app = createApp({
    logger: createRecordingLogger(),
    mount: (mounted) =>
      mountReplies(mounted, { operator: (_request, _response, next) => next(), operate: {} as never }),
  });
  return app.router.stack.flatMap(({ route }) => {
    const methods = [...new Set(route?.stack.map(({ method }) => method))];
    // What refuses every other method of a path stands for none.
    return methods.length > 1 ? [] : methods.map((method) => `${method} ${route?.path}`);
  });
};
