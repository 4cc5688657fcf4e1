import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useApi } from '../../api/context.tsx';
import { channelsQuery } from '../../api/queries.ts';
import type { Conversation, Referral } from '../../api/types.ts';
import { dayAndTime } from '../../time/format.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { useMedium } from '../../ui/use-medium.ts';
import { words } from '../../words.ts';
import styles from './panel.module.css';
import { channelName, handleOf, nameOf } from './people.ts';
import { useWindowState } from './window-pill.tsx';

interface CustomerPanelProps {
  readonly conversation: Conversation;
  /** On screens where it lies over the conversation. */
  readonly isShown: boolean;
}

/** "Who is this, and what may I still do?" */
export const CustomerPanel = ({ conversation, isShown }: CustomerPanelProps) => {
  const { customer, channelId, referrals, lastMessage } = conversation;
  const { data: channels } = useQuery(channelsQuery(useApi()));
  const { url: picture } = useMedium(customer.avatarUrl);
  const name = nameOf(customer);
  const follows = { true: 'yes', false: 'no', null: 'unknown' } as const;
  return (
    <aside className={`${styles.panel} ${isShown ? styles.isShown : ''}`} aria-label={words.panel.title}>
      <div className={styles.person}>
        <Avatar name={name} picture={picture} size={76} />
        <h2>
          <bdi>{name}</bdi>
        </h2>
        <p>{handleOf(customer.username)}</p>
      </div>
      <dl className={styles.facts}>
        <Fact name={words.panel.follows}>{words.panel.followsValues[follows[`${customer.isFollower}`]]}</Fact>
        <Fact name={words.panel.channel}>{channelName(channels, channelId)}</Fact>
        <Fact name={words.panel.lastMessage}>{dayAndTime(lastMessage.sentAt)}</Fact>
        {customer.profileUrl !== null && (
          <Fact name={words.panel.profile}>
            <a href={customer.profileUrl} target="_blank" rel="noopener noreferrer">
              {words.conversation.openInTikTok}
            </a>
          </Fact>
        )}
      </dl>
      {referrals.length > 0 && (
        <section>
          <h3>{words.panel.cameFrom}</h3>
          {referrals.map((referral) => (
            <ReferralCard key={`${referral.at} ${referral.reference}`} referral={referral} />
          ))}
        </section>
      )}
      <section>
        <h3>{words.panel.answering}</h3>
        <div className={styles.card}>
          <Answering conversation={conversation} name={name} />
        </div>
      </section>
    </aside>
  );
};

const Fact = ({ name, children }: { readonly name: string; readonly children: ReactNode }) => (
  <>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </>
);

const ReferralCard = ({ referral }: { readonly referral: Referral }) => {
  const { source, adName, reference, prefilledMessage, at } = referral;
  const titles = { ad: words.panel.ad(adName), link: words.panel.link, unknown: words.panel.elsewhere };
  return (
    <div className={styles.card}>
      <p>{titles[source]}</p>
      {prefilledMessage !== null && prefilledMessage !== '' && <p>{words.panel.prefilled(prefilledMessage)}</p>}
      <p className={styles.small}>{[reference, dayAndTime(at)].filter((each) => each !== null).join(', ')}</p>
    </div>
  );
};

const Answering = ({ conversation, name }: { readonly conversation: Conversation; readonly name: string }) => {
  const state = useWindowState(conversation);
  const { closesAt, remaining, certain } = conversation.replyWindow;
  const { windows } = words.panel;
  const sentences = {
    closed: () => [windows.closed(name)],
    silence: () => [windows.silence(remaining ?? 0, name)],
    open: () => [
      windows.until(dayAndTime(closesAt ?? 0)),
      remaining === null ? windows.anyNumber : windows.remaining(remaining, name),
      windows.after(name),
    ],
  };
  const said = sentences[state.kind === 'closing' ? 'open' : state.kind]();
  return (
    <>
      <p>{said.join(' ')}</p>
      {!certain && <p className={styles.small}>{windows.uncertain}</p>}
    </>
  );
};
