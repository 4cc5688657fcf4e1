import type { ReactNode } from 'react';
import type { Channel } from '../../api/types.ts';
import { ageOf, exactTime, fullDay, machineTime } from '../../time/format.ts';
import { useNow } from '../../time/use-now.ts';
import { Pill, type Tone } from '../../ui/pill.tsx';
import { words } from '../../words.ts';
import { ScopeLimits } from './arrival.tsx';
import styles from './channels.module.css';

const { health } = words.channels;

/** What has to work for messages to come and go, each with its state. */
export const ChannelHealth = ({ channel, name }: { readonly channel: Channel; readonly name: string }) => {
  const nowMs = useNow(30_000);
  return (
    <dl className={styles.health} aria-label={health.label(name)}>
      <Access channel={channel} nowMs={nowMs} />
      <Permissions channel={channel} />
      <Webhook webhook={channel.webhook} nowMs={nowMs} />
      <Fact name={health.lastDelivery}>
        <Since atMs={channel.lastDeliveryAt} nowMs={nowMs} never={health.noDelivery} />
      </Fact>
      <Fact name={health.lastSent}>
        <Since atMs={channel.lastSentAt} nowMs={nowMs} never={health.noneSent} />
      </Fact>
    </dl>
  );
};

const Fact = ({ name, children }: { readonly name: string; readonly children: ReactNode }) => (
  <div className={styles.fact}>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

const Access = ({ channel: { token, authorizedAt }, nowMs }: { readonly channel: Channel; readonly nowMs: number }) => (
  <Fact name={health.access}>
    {token === null ? (
      <Pill>{health.forgotten}</Pill>
    ) : (
      <>
        <Pill tone={token.works ? 'good' : 'bad'}>{token.works ? health.works : health.broken}</Pill>
        {token.works && <p>{health.renewed(ageOf(token.renewedAt, nowMs), exactTime(token.expiresAt))}</p>}
        <p>
          {health.since(fullDay(authorizedAt))} {health.authorizeBy(fullDay(token.authorizationExpiresAt))}
        </p>
      </>
    )}
  </Fact>
);

const Permissions = ({ channel: { scopes, limits } }: { readonly channel: Channel }) => (
  <Fact name={health.permissions}>
    <Pill tone={limits.length === 0 ? 'good' : 'warn'}>
      {limits.length === 0 ? health.allGranted : health.missing(limits.length)}
    </Pill>
    {limits.length > 0 && (
      <>
        <ScopeLimits limits={limits} />
        <p>{health.grantAgain}</p>
      </>
    )}
    <p>{health.grantedNames(scopes.join(', '))}</p>
  </Fact>
);

const WEBHOOK_TONES: Readonly<Record<Channel['webhook']['state'], Tone>> = {
  registered: 'good',
  refused: 'bad',
  unavailable: 'warn',
  unchecked: 'neutral',
};

const Webhook = ({
  webhook: { state, checkedAt },
  nowMs,
}: {
  readonly webhook: Channel['webhook'];
  readonly nowMs: number;
}) => (
  <Fact name={health.webhook}>
    <Pill tone={WEBHOOK_TONES[state]}>{health.webhooks[state]}</Pill>
    <p>
      {health.webhookAdvice[state]} {checkedAt !== null && health.checked(ageOf(checkedAt, nowMs))}
    </p>
  </Fact>
);

interface SinceProps {
  readonly atMs: number | null;
  readonly nowMs: number;
  readonly never: string;
}

const Since = ({ atMs, nowMs, never }: SinceProps) =>
  atMs === null ? (
    <span className={styles.never}>{never}</span>
  ) : (
    <time dateTime={machineTime(atMs)} title={exactTime(atMs)}>
      {ageOf(atMs, nowMs)}
    </time>
  );
