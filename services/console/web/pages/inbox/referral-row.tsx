import type { Referral } from '../../api/types.ts';
import { clockTime } from '../../time/format.ts';
import { Icon } from '../../ui/icon.tsx';
import { words } from '../../words.ts';
import styles from './conversation.module.css';

/** What led the customer here, where it happened. */
export const ReferralRow = ({ referral }: { readonly referral: Referral }) => (
  <div className={styles.referral}>
    <Icon name="tag" size={16} />
    <span>{textOf(referral)}</span>
  </div>
);

const textOf = ({ source, adName, reference, at }: Referral): string => {
  const { cameFromAd, cameFromUnnamedAd, cameFromLink, cameFrom } = words.conversation;
  const time = clockTime(at);
  if (source === 'ad') return adName === null ? cameFromUnnamedAd(time) : cameFromAd(adName, time);
  return source === 'link' && reference !== null ? cameFromLink(reference, time) : cameFrom(time);
};
