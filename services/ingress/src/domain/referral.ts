import { ok, type Result } from '@tiktok-channel/platform/kernel';
import { type ContentIn, provenanceOf } from './content-in.ts';
import { type Fields, flagIn, idIn, objectIn, optionalObjectIn, textIn, timeIn } from './fields.ts';
import { invalid, type Misreading } from './misreading.ts';
import { personIn } from './participants.ts';
import type { AdReferral, LinkReferral, Referral } from './records.ts';

/** A person entered the conversation by an ad or a link. A source that is not known here is a referral all the same. */
export const readReferral = (input: ContentIn): Result<Referral, Misreading> => {
  const { content, envelope } = input;
  const conversationId = idIn(content.conversation_id);
  if (conversationId === null) return invalid('conversation_id');
  const occurredAt = timeIn(content.timestamp);
  if (occurredAt === null) return invalid('timestamp');
  const referral = objectIn(content.referral);
  if (referral === null) return invalid('referral');

  return ok({
    channelId: envelope.channelId,
    conversationId,
    person: personIn(input),
    ...wayIn(referral),
    occurredAt,
    isFollower: flagIn(content.is_follower),
    origin: 'WEBHOOK',
    ...provenanceOf(input),
  });
};

type Way = Pick<Referral, 'source' | 'tiktokSource' | 'ad' | 'link'>;

const wayIn = (referral: Fields): Way => {
  const tiktokSource = textIn(referral.source);
  switch (tiktokSource) {
    case 'ad':
      return { source: 'AD', tiktokSource, ad: adIn(optionalObjectIn(referral.ad)), link: null };
    case 'short_link':
      return { source: 'LINK', tiktokSource, ad: null, link: linkIn(optionalObjectIn(referral.short_link)) };
    default:
      return { source: 'UNKNOWN', tiktokSource, ad: null, link: null };
  }
};

const adIn = (ad: Fields): AdReferral => ({
  adId: idIn(ad.ad_id),
  advertiserId: idIn(ad.advertiser_id),
  adName: textIn(ad.ad_name),
  embedUrl: textIn(ad.embed_url),
  materialId: idIn(ad.message_material_id),
  clickedAt: timeIn(ad.timestamp),
});

const linkIn = (link: Fields): LinkReferral => ({
  reference: textIn(link.ref),
  prefilledMessage: textIn(link.prefilled_message),
  prefilledMessageAudit: textIn(link.prefilled_message_audit_status),
});
