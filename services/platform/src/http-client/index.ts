export {
  createHttpClient,
  type HttpAnswer,
  type HttpCall,
  type HttpClient,
  HttpClientError,
  jsonOf,
} from './http-client.ts';
export { retrying } from './retrying.ts';
