export {
  checkContent,
  type ImageSource,
  type ReplyAttachment,
  type ReplyContent,
  type SendableCard,
  type SendableContent,
} from './content.ts';
export {
  type Failure,
  type FailureCode,
  failureCatalogue,
  failureCodes,
  failureOfTikTokCode,
} from './failure-catalogue.ts';
export { failureCodesDocument } from './failure-document.ts';
export { CONTENT_LIMITS, IMAGE_TYPES, isSendableImageType } from './limits.ts';
export {
  isSurelyOpen,
  REPLY_RULE_PRESETS,
  type ReplyRules,
  type ReplyWindow,
  type ReplyWindowFacts,
  replyRulesOf,
  replyWindowAt,
  windowRefusal,
} from './reply-window.ts';
