/** A form for `HttpCall.body`: undici takes its own class only, not Node's. */
export { FormData } from 'undici';
export { type CircuitBreaker, CircuitOpen, createCircuitBreaker } from './circuit-breaker.ts';
export {
  type CallDeadline,
  createHttpClient,
  type HttpAnswer,
  type HttpCall,
  type HttpClient,
  HttpClientError,
  jsonOf,
} from './http-client.ts';
export { retrying } from './retrying.ts';
