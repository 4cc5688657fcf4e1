export { checkContent, type ReplyAttachment, type ReplyContent, type SendableContent } from './content.ts';
export {
  type Failure,
  type FailureCode,
  failureCatalogue,
  failureCodes,
  failureOfTikTokCode,
} from './failure-catalogue.ts';
export { CONTENT_LIMITS, isSendableImageType } from './limits.ts';
