import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../api/context.tsx';
import { LISTS } from '../../api/queries.ts';
import type { Channel } from '../../api/types.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { Banner } from '../../ui/banner.tsx';
import { Button } from '../../ui/button.tsx';
import { Pill, type Tone } from '../../ui/pill.tsx';
import { ReasonDialog } from '../../ui/reason-dialog.tsx';
import { words } from '../../words.ts';
import { ChannelHealth } from './channel-health.tsx';
import styles from './channels.module.css';
import { channelTitle } from './queries.ts';
import type { Connect } from './use-connect.ts';

const TONES: Readonly<Record<Channel['state'], Tone>> = {
  connected: 'good',
  expiring: 'warn',
  needs_reauthorization: 'bad',
  disconnected: 'neutral',
};

const NEEDS_OWNER: ReadonlySet<Channel['state']> = new Set(['needs_reauthorization', 'expiring']);

interface ChannelCardProps {
  readonly channel: Channel;
  readonly connect: Connect;
  readonly isOff: boolean;
}

/** One account: who it is, how it is, and what can be done about it. */
export const ChannelCard = ({ channel, connect, isOff }: ChannelCardProps) => {
  const [isAsking, setAsking] = useState(false);
  const name = channelTitle(channel);
  const isGone = channel.state === 'disconnected';
  return (
    <li className={styles.card}>
      <div className={styles.cardHead}>
        <Who channel={channel} name={name} />
        <div className={styles.cardActs}>
          <Button
            look={NEEDS_OWNER.has(channel.state) ? 'primary' : 'quiet'}
            disabled={isOff || connect.isPending}
            onClick={() => connect.mutate(channel.channelId)}
          >
            {isGone ? words.channels.connectAgain : words.channels.reconnect}
          </Button>
          {!isGone && <Button onClick={() => setAsking(true)}>{words.channels.disconnect.act}</Button>}
        </div>
      </div>
      {channel.reason !== null && (
        <Banner tone={isGone ? 'neutral' : 'bad'} role="status" title={channel.reason.sentence}>
          {channel.reason.advice}
        </Banner>
      )}
      {!isGone && channel.lastDeliveryAt === null && <Waiting />}
      {!isGone && <ChannelHealth channel={channel} name={name} />}
      {isAsking && <Disconnect channel={channel} name={name} onClose={() => setAsking(false)} />}
    </li>
  );
};

const Who = ({ channel, name }: { readonly channel: Channel; readonly name: string }) => (
  <>
    <Avatar name={name} picture={channel.profileImageUrl} hasBadge />
    <div className={styles.who}>
      <h2>{name}</h2>
      {channel.username !== null && <p>{`@${channel.username}`}</p>}
    </div>
    <Pill tone={TONES[channel.state]}>{words.channels.states[channel.state]}</Pill>
  </>
);

const Waiting = () => (
  <Banner tone="neutral" icon="clock" title={words.channels.waiting.title}>
    <p>{words.channels.waiting.advice}</p>
    <ul className={styles.checks}>
      {words.channels.waiting.checks.map((check) => (
        <li key={check}>{check}</li>
      ))}
    </ul>
  </Banner>
);

interface DisconnectProps {
  readonly channel: Channel;
  readonly name: string;
  readonly onClose: () => void;
}

const Disconnect = ({ channel: { channelId }, name, onClose }: DisconnectProps) => {
  const api = useApi();
  const queries = useQueryClient();
  const disconnect = useMutation({
    mutationFn: (reason: string) =>
      api.auth.POST('/v1/channels/{channelId}/disconnect', { params: { path: { channelId } }, body: { reason } }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: [LISTS.channels] });
      onClose();
    },
  });
  const { title, advice, act } = words.channels.disconnect;
  return (
    <ReasonDialog
      title={title(name)}
      act={act}
      look="danger"
      isBusy={disconnect.isPending}
      error={disconnect.error}
      onClose={onClose}
      onConfirm={(reason) => disconnect.mutate(reason)}
    >
      <p>{advice}</p>
    </ReasonDialog>
  );
};
