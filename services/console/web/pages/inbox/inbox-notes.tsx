import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { useApi } from '../../api/context.tsx';
import { channelsQuery, noticesQuery } from '../../api/queries.ts';
import { usePerson } from '../../session/context.tsx';
import { dayAndTime } from '../../time/format.ts';
import { useNow } from '../../time/use-now.ts';
import { Banner } from '../../ui/banner.tsx';
import { Partial } from '../../ui/list-state.tsx';
import { words } from '../../words.ts';
import styles from './inbox.module.css';
import { channelName } from './people.ts';

const DAY_MS = 24 * 3_600_000;

/** What everybody who answers has to know. */
export const InboxNotes = () => {
  const api = useApi();
  const { role } = usePerson();
  const nowMs = useNow(60_000);
  const channelsAnswer = useQuery(channelsQuery(api));
  const noticesAnswer = useQuery(noticesQuery(api));
  const channels = channelsAnswer.data ?? [];
  const failed = [channelsAnswer, noticesAnswer].filter(({ isError }) => isError);
  const lost = channels.filter(({ state }) => state === 'needs_reauthorization');
  const newest = noticesAnswer.data?.items[0];
  const { reauthorize, european } = words.inbox;
  return (
    <div className={styles.notes}>
      {failed.length > 0 && (
        <Partial
          title={words.inbox.notesAway}
          error={failed[0]?.error}
          onRetry={() => Promise.all(failed.map(({ refetch }) => refetch()))}
        />
      )}
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
