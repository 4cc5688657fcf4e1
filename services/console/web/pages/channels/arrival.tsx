import { useQuery } from '@tanstack/react-query';
import { useLocation, useSearch } from 'wouter';
import { useApi } from '../../api/context.tsx';
import type { Channel } from '../../api/types.ts';
import { usePerson } from '../../session/context.tsx';
import { Banner } from '../../ui/banner.tsx';
import { Button } from '../../ui/button.tsx';
import { words } from '../../words.ts';
import { failureText } from './authorization-outcomes.ts';
import styles from './channels.module.css';
import { attemptsQuery, channelTitle } from './queries.ts';

/** What came of it, for who comes back from TikTok. Anybody can write an address: it is believed of channels that are there alone. */
export const Arrival = ({ channels }: { readonly channels: readonly Channel[] }) => {
  const query = new URLSearchParams(useSearch());
  const connected = channels.find(({ channelId }) => channelId === query.get('connected'));
  const code = query.get('error');
  if (code !== null) return <FailedArrival code={code} />;
  if (connected === undefined) return null;
  const { title, advice } = words.channels.arrived;
  return (
    <Banner tone="good" role="status" title={title(channelTitle(connected))} acts={<Dismiss />}>
      {connected.lastDeliveryAt === null && advice}
    </Banner>
  );
};

const FailedArrival = ({ code }: { readonly code: string }) => {
  const { accountId } = usePerson();
  const { data: [latest] = [] } = useQuery(attemptsQuery(useApi(), accountId));
  const { arrived } = words.channels;
  const { sentence, advice } = failureText(code);
  const missing = latest?.outcome === code ? latest.missingScopes : [];
  return (
    <Banner tone="bad" role="alert" title={`${arrived.failed}. ${sentence}`} acts={<Dismiss />}>
      <p>{advice}</p>
      {missing.length > 0 && (
        <>
          <p>{arrived.missing}</p>
          <ScopeLimits limits={missing} />
        </>
      )}
    </Banner>
  );
};

const Dismiss = () => {
  const [, navigate] = useLocation();
  return (
    <Button look="plain" onClick={() => navigate('/channels', { replace: true })}>
      {words.channels.arrived.dismiss}
    </Button>
  );
};

/** Permissions that are missing, and what stops without each. */
export const ScopeLimits = ({ limits }: { readonly limits: Channel['limits'] }) => (
  <ul className={styles.limits}>
    {limits.map(({ scope, consequence }) => (
      <li key={scope}>
        <code>{scope}</code> {consequence}
      </li>
    ))}
  </ul>
);
