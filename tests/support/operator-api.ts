// biome-ignore lint/suspicious/noExplicitAny: answers are read field by field in the specs
type Json = Record<string, any>;

/** Calls of the operator endpoints as one person; `authorization` is left out for nobody. */
export const operatorApi = (publicUrl: string, authorization?: string) => {
  const call = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${publicUrl}/operator/v1${path}`, {
      method,
      headers: {
        ...(authorization === undefined ? {} : { authorization }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Json };
  };
  return {
    get: (path: string) => call('GET', path),
    post: (path: string, body: object) => call('POST', path, body),
  };
};
