import type { paths as AuthPaths } from './generated/auth.ts';
import type { components } from './generated/conversation.ts';
import type { paths as ProjectionPaths } from './generated/conversation-operator.ts';
import type { paths as OperatorPaths } from './generated/operator.ts';
import type { paths as ReplyPaths } from './generated/outbound.ts';

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

type Answer<Paths, Path extends keyof Paths, Method extends 'get' | 'post' = 'get'> =
  Paths[Path] extends Readonly<
    Record<
      Method,
      { readonly responses: { readonly 200: { readonly content: { readonly 'application/json': infer Body } } } }
    >
  >
    ? Body
    : never;
export type Channel = Answer<AuthPaths, '/v1/channels/{channelId}'>;
export type Attempt = Answer<AuthPaths, '/v1/accounts/{accountId}/tiktok/authorizations'>['items'][number];

export type DeadLetter = Answer<OperatorPaths, '/operator/v1/dead-letters'>['items'][number];
export type ShownDeadLetter = Answer<OperatorPaths, '/operator/v1/dead-letters/{id}'>;
export type Redriven = Answer<OperatorPaths, '/operator/v1/dead-letters/redrive', 'post'>;
export type ListedReply = Answer<ReplyPaths, '/operator/v1/replies'>['items'][number];
export type ShownReply = Answer<ReplyPaths, '/operator/v1/replies/{replyId}'>;
export type ConsumerReport = Answer<OperatorPaths, '/operator/v1/consumers'>['items'][number];
export type Outbox = Answer<OperatorPaths, '/operator/v1/outbox'>['items'][number];
export type Lineage = Answer<ProjectionPaths, '/operator/v1/messages/{messageId}/lineage'>;
export type Build = Answer<ProjectionPaths, '/operator/v1/projections'>['items'][number];
export type Comparison = Answer<ProjectionPaths, '/operator/v1/projections/{build}/compare', 'post'>;
