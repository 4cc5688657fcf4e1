import type { paths } from './generated/auth.ts';
import type { components } from './generated/conversation.ts';

type Schemas = components['schemas'];
export type Conversation = Schemas['Conversation'];
export type ConversationList = Schemas['ConversationList'];
export type Message = Schemas['Message'];
export type MessageList = Schemas['MessageList'];
export type Content = Schemas['Content'];
export type Media = Schemas['Media'];
export type Failure = Schemas['Failure'];
export type Reply = Schemas['Reply'];
export type Referral = Conversation['referrals'][number];
export type ReplyWindow = Conversation['replyWindow'];

type Answer<Path extends keyof paths> = paths[Path] extends {
  readonly get: {
    readonly responses: { readonly 200: { readonly content: { readonly 'application/json': infer Body } } };
  };
}
  ? Body
  : never;
export type Channel = Answer<'/v1/channels/{channelId}'>;
export type Attempt = Answer<'/v1/accounts/{accountId}/tiktok/authorizations'>['items'][number];
