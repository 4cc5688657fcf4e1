import type { Request } from 'express';
import { z } from 'zod';
import type { TikTok } from '../../../application/tiktok.ts';
import { updatedAt } from '../../../application/world.ts';
import type { Business, Conversation, Customer } from '../../../domain/model.ts';
import { ControlProblem, readParams } from './problem.ts';

export const CUSTOMER_PATH = '/businesses/:businessId/customers/:username';

/** TikTok's characters and length, as its app asks for them. Periods alone are not a name, and would be lost in a path. */
export const usernameField = z
  .string()
  .regex(/^(?!\.+$)[A-Za-z0-9_.]{2,24}$/, 'take 2 to 24 letters, digits, underscores and periods');

const params = z.object({ username: usernameField });

export const readUsername = (req: Request): string => readParams(params, req).username;

/** The business of the path. */
export const businessOf = ({ world }: TikTok, req: Request): Business => {
  const business = world.business(String(req.params.businessId));
  if (business === null) throw new ControlProblem(404, `there is no business ${String(req.params.businessId)}`);
  return business;
};

/** The customer of the path, made when nobody has that name. */
export const anyCustomer = ({ world }: TikTok, req: Request): Customer => world.customer(readUsername(req));

export const knownCustomer = ({ world }: TikTok, req: Request): Customer => {
  const customer = world.findCustomer(readUsername(req));
  if (customer === null) throw new ControlProblem(404, `@${readUsername(req)} has not written to anybody yet`);
  return customer;
};

/** The conversation of both sides of the path. */
export const conversationOf = (tiktok: TikTok, req: Request): Conversation => {
  const conversation = tiktok.world.conversationOf(businessOf(tiktok, req), knownCustomer(tiktok, req));
  if (conversation === null) throw new ControlProblem(409, 'there is no conversation of the two yet');
  return conversation;
};

export const customerSummary = (conversation: Conversation) => ({
  ...conversation.customer,
  conversationId: conversation.conversationId,
  conversationType: conversation.type,
  isFollower: conversation.isFollower,
  isFollowedBack: conversation.isFollowedBack,
  typingUntil: conversation.typingUntil,
  referrals: conversation.referrals,
  messages: conversation.messages.length,
  updatedAt: updatedAt(conversation),
});
