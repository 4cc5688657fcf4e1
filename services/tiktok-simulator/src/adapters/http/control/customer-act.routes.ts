import type { Router } from 'express';
import { z } from 'zod';
import { hasCommentToMessage } from '../../../application/comments.ts';
import type { TikTok } from '../../../application/tiktok.ts';
import { embedUrl } from '../../../domain/content-kinds.ts';
import type { Business, Referral } from '../../../domain/model.ts';
import { anyCustomer, businessOf, CUSTOMER_PATH, conversationOf, customerSummary } from './people.ts';
import { ControlProblem, readBody } from './problem.ts';
import { reactAs } from './reaction.ts';

const tap = z.strictObject({ messageId: z.string().min(1), buttonId: z.string().min(1) });

/** Source of the rules: 2083 characters of letters, digits, `-`, `_` and `=`. */
const ref = z.string().regex(/^[A-Za-z0-9_=-]{1,2083}$/, 'takes 1 to 2083 letters, digits, -, _ and =');

const referral = z.discriminatedUnion('source', [
  z.strictObject({
    source: z.literal('ad'),
    advertiserId: z.string().min(1).optional(),
    adId: z.string().min(1).optional(),
    adName: z.string().default('Winter sale'),
    videoId: z.string().min(1).optional(),
    messageMaterialId: z.string().min(1).optional(),
  }),
  z.strictObject({
    source: z.literal('short_link'),
    ref,
    prefilledMessage: z.string().default(''),
    auditStatus: z.enum(['PASS', 'REJECT']).default('PASS'),
  }),
]);

const comment = z.strictObject({
  text: z.string().min(1),
  videoId: z
    .string()
    .regex(/^\d{1,19}$/, 'is at most 19 digits')
    .optional(),
  /** Whether TikTok takes it for a wish to buy; as a rule where the business has Comment-to-Message. */
  highIntent: z.boolean().optional(),
  /** False for an answer to another comment; with `isByAdult` what a direct reply depends on. */
  isFirstLevel: z.boolean().default(true),
  isByAdult: z.boolean().default(true),
});

/** Who follows whom; both make a mutual follow. */
const follow = z.strictObject({ isFollower: z.boolean().optional(), isFollowedBack: z.boolean().optional() });

/** What customers do beside writing. */
export const addCustomerActRoutes = (router: Router, tiktok: TikTok): void => {
  const { messaging, world, comments } = tiktok;

  router.post(`${CUSTOMER_PATH}/reactions`, (req, res) => {
    res.status(201).json(reactAs(tiktok, req, req.body));
  });
  router.post(`${CUSTOMER_PATH}/taps`, (req, res) => {
    const conversation = conversationOf(tiktok, req);
    const { messageId, buttonId } = readBody(tap, req);
    const tapped = messaging.customerTaps(conversation, { cardMessageId: messageId, buttonId });
    if (!tapped.ok) throw new ControlProblem(404, TAP_PROBLEMS[tapped.error]);
    const { conversationId } = conversation;
    res.status(201).json({ conversationId, messageId: tapped.value.message.messageId });
  });
  router.post(`${CUSTOMER_PATH}/referrals`, (req, res) => {
    const business = businessOf(tiktok, req);
    const customer = anyCustomer(tiktok, req);
    const conversation = messaging.customerComes(
      business,
      customer,
      referralOf(tiktok, business, readBody(referral, req)),
    );
    res.status(201).json({ conversationId: conversation.conversationId });
  });
  router.post(`${CUSTOMER_PATH}/comments`, (req, res) => {
    const business = businessOf(tiktok, req);
    const customer = anyCustomer(tiktok, req);
    const { highIntent, videoId = postOf(business), ...said } = readBody(comment, req);
    if (highIntent === true && !hasCommentToMessage(business)) {
      throw new ControlProblem(409, 'highIntent: only businesses in Vietnam, Indonesia and Thailand hear of comments');
    }
    const isHighIntent = highIntent ?? hasCommentToMessage(business);
    const { commentId } = comments.write(business, customer, { ...said, videoId, isHighIntent });
    res.status(201).json({ commentId });
  });
  router.post(`${CUSTOMER_PATH}/follow`, (req, res) => {
    const conversation = world.openConversation(businessOf(tiktok, req), anyCustomer(tiktok, req));
    const { isFollowedBack, isFollower = isFollowedBack === undefined ? true : undefined } = readBody(follow, req);
    if (isFollower !== undefined) world.follow(conversation, isFollower);
    if (isFollowedBack !== undefined) world.followBack(conversation, isFollowedBack);
    res.status(201).json(customerSummary(conversation));
  });
  router.post(`${CUSTOMER_PATH}/acceptances`, (req, res) => {
    const conversation = conversationOf(tiktok, req);
    messaging.customerAccepts(conversation);
    res.status(201).json({ conversationId: conversation.conversationId });
  });
};

const TAP_PROBLEMS = {
  card_unknown: 'messageId: there is no card with this id in the conversation',
  button_unknown: 'buttonId: the card has no such button',
} as const;

const postOf = ({ posts }: Business): string => posts[0] ?? '0';

const referralOf = ({ ids, time }: TikTok, business: Business, given: z.infer<typeof referral>): Referral => {
  const at = time.now();
  if (given.source === 'short_link') return { ...given, at };
  const { adName, videoId = postOf(business) } = given;
  const { advertiserId = ids.number('advertiser'), adId = ids.number('ad') } = given;
  const { messageMaterialId = ids.number('material') } = given;
  return { source: 'ad', advertiserId, adId, adName, embedUrl: embedUrl(videoId), messageMaterialId, at };
};
