import { useQuery } from '@tanstack/react-query';
import { Link, useRoute } from 'wouter';
import { useApi } from '../../api/context.tsx';
import { channelsQuery } from '../../api/queries.ts';
import { usePerson } from '../../session/context.tsx';
import { Banner } from '../../ui/banner.tsx';
import { Button } from '../../ui/button.tsx';
import { Empty, ListState, Partial } from '../../ui/list-state.tsx';
import { PageFrame } from '../../ui/page-frame.tsx';
import { words } from '../../words.ts';
import { Arrival } from './arrival.tsx';
import { Attempts } from './attempts.tsx';
import { ChannelCard } from './channel-card.tsx';
import styles from './channels.module.css';
import { Guide, Needs } from './guide.tsx';
import { featureQuery } from './queries.ts';
import { type Connect, refusalText, useConnect } from './use-connect.ts';

/** Deliveries and answers change what is shown, and are no event of a channel. */
const RENEWED_EVERY_MS = 10_000;

export const ChannelsPage = () => {
  const [isGuide] = useRoute('/channels/guide');
  return isGuide ? <Guide /> : <Channels />;
};

const Channels = () => {
  const api = useApi();
  const { accountId } = usePerson();
  const query = useQuery({ ...channelsQuery(api), refetchInterval: RENEWED_EVERY_MS });
  const feature = useQuery({ ...featureQuery(api, accountId), refetchInterval: RENEWED_EVERY_MS });
  const connect = useConnect();
  const channels = query.data ?? [];
  const isOff = feature.data === false;
  return (
    <PageFrame
      title={words.channels.title}
      lead={feature.data === true ? `${words.channels.lead} ${words.channels.featureOn}` : words.channels.lead}
      acts={
        <>
          <Link href="/channels/guide">{words.channels.guide}</Link>
          {channels.length > 0 && <ConnectButton connect={connect} isOff={isOff} />}
        </>
      }
    >
      <Arrival channels={channels} />
      {feature.isError && (
        <Partial title={words.channels.featureUnknown} error={feature.error} onRetry={feature.refetch} />
      )}
      {isOff && (
        <Banner tone="warn" icon="lock" role="status" title={words.channels.featureOff.title}>
          {words.channels.featureOff.advice}
        </Banner>
      )}
      {connect.isError && <Refusal error={connect.error} />}
      <ListState
        query={query}
        isEmpty={channels.length === 0}
        empty={
          <div className={styles.card}>
            <Empty
              icon="tiktok"
              title={words.channels.none.title}
              acts={<ConnectButton connect={connect} isOff={isOff} />}
            >
              <p>{words.channels.none.advice}</p>
              <Needs />
            </Empty>
          </div>
        }
      >
        <ul className={styles.channels} aria-label={words.channels.list}>
          {channels.map((channel) => (
            <ChannelCard key={channel.channelId} channel={channel} connect={connect} isOff={isOff} />
          ))}
        </ul>
      </ListState>
      <Attempts />
    </PageFrame>
  );
};

const ConnectButton = ({ connect, isOff }: { readonly connect: Connect; readonly isOff: boolean }) => (
  <Button look="primary" icon="tiktok" disabled={isOff || connect.isPending} onClick={() => connect.mutate(null)}>
    {connect.isPending ? words.channels.opening : words.channels.connect}
  </Button>
);

const Refusal = ({ error }: { readonly error: unknown }) => {
  const { sentence, advice } = refusalText(error);
  return (
    <Banner tone="bad" role="alert" title={sentence}>
      {advice}
    </Banner>
  );
};
