import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { useApi } from '../../api/context.tsx';
import { channelsQuery, noticesQuery } from '../../api/queries.ts';
import { usePerson } from '../../session/context.tsx';
import { dayAndTime } from '../../time/format.ts';
import { useNow } from '../../time/use-now.ts';
import { Banner } from '../../ui/banner.tsx';
import { words } from '../../words.ts';
import styles from './inbox.module.css';
import { channelName } from './people.ts';

const DAY_MS = 24 * 3_600_000;

/** What everybody who answers has to know. */
export const InboxNotes = () => {
  const api = useApi();
  const { role } = usePerson();
  const nowMs = useNow(60_000);
  const { data: channels = [] } = useQuery(channelsQuery(api));
  const { data: notices } = useQuery(noticesQuery(api));
  const lost = channels.filter(({ state }) => state === 'needs_reauthorization');
  const newest = notices?.items[0];
  const { reauthorize, european } = words.inbox;
  return (
    <div className={styles.notes}>
      {lost.map(({ channelId }) => (
        <Banner
          key={channelId}
          tone="bad"
          role="status"
          title={reauthorize.title(channelName(channels, channelId))}
          acts={role === 'administrator' ? <Link href="/channels">{reauthorize.act}</Link> : undefined}
        >
          {reauthorize.advice} {role === 'administrator' ? '' : reauthorize.forAgents}
        </Banner>
      ))}
      {newest !== undefined && newest.sentAt > nowMs - DAY_MS && (
        <Banner tone="neutral" title={european.title(channelName(channels, newest.channelId))}>
          {european.advice(dayAndTime(newest.sentAt))}
        </Banner>
      )}
    </div>
  );
};
