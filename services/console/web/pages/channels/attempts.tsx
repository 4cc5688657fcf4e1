import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../api/context.tsx';
import type { Attempt } from '../../api/types.ts';
import { usePerson } from '../../session/context.tsx';
import { dayAndTime, machineTime } from '../../time/format.ts';
import { Button } from '../../ui/button.tsx';
import { Details } from '../../ui/details.tsx';
import { ListState } from '../../ui/list-state.tsx';
import { Pill, type Tone } from '../../ui/pill.tsx';
import { words } from '../../words.ts';
import { ScopeLimits } from './arrival.tsx';
import styles from './channels.module.css';
import { attemptsQuery } from './queries.ts';

/** An attempt that TikTok never came back from ends by time alone. */
const RENEWED_EVERY_MS = 15_000;
const SHOWN = 3;

const { attempts: texts } = words.channels;

/** How the latest attempts to connect ended: of one that never came back, with what it may have been. */
export const Attempts = () => {
  const { accountId } = usePerson();
  const query = useQuery({ ...attemptsQuery(useApi(), accountId), refetchInterval: RENEWED_EVERY_MS });
  const [isWhole, setWhole] = useState(false);
  const attempts = query.data ?? [];
  const shown = isWhole ? attempts : attempts.slice(0, SHOWN);
  return (
    <section className={styles.attempts} aria-labelledby="attempts">
      <h2 id="attempts">{texts.title}</h2>
      <ListState query={query} isEmpty={attempts.length === 0} empty={<p className={styles.never}>{texts.none}</p>}>
        <ol className={styles.card}>
          {shown.map((attempt) => (
            <AttemptRow key={attempt.attemptId} attempt={attempt} />
          ))}
        </ol>
      </ListState>
      {shown.length < attempts.length && <Button onClick={() => setWhole(true)}>{words.common.more}</Button>}
    </section>
  );
};

const stateOf = (outcome: string): readonly [tone: Tone, text: string] => {
  if (outcome === 'connected') return ['good', texts.ended.connected];
  if (outcome === 'pending') return ['neutral', texts.ended.pending];
  return ['bad', texts.ended.other];
};

const AttemptRow = ({ attempt }: { readonly attempt: Attempt }) => {
  const [tone, state] = stateOf(attempt.outcome);
  return (
    <li className={styles.attempt}>
      <p className={styles.attemptHead}>
        <Pill tone={tone}>{state}</Pill>
        <time dateTime={machineTime(attempt.startedAt)}>{dayAndTime(attempt.startedAt)}</time>
        <span>{texts.by(attempt.startedBy)}</span>
      </p>
      <p>
        {attempt.sentence} {attempt.advice}
      </p>
      {attempt.likelyCauses.length > 0 && (
        <>
          <p>{texts.likely}</p>
          <ul className={styles.checks}>
            {attempt.likelyCauses.map((cause) => (
              <li key={cause}>{cause}</li>
            ))}
          </ul>
        </>
      )}
      {attempt.missingScopes.length > 0 && (
        <>
          <p>{texts.without}</p>
          <ScopeLimits limits={attempt.missingScopes} />
        </>
      )}
      <Details
        facts={[
          [texts.attempt, attempt.attemptId],
          [words.common.code, attempt.outcome],
          [texts.tiktokCode, attempt.tiktok === null ? null : String(attempt.tiktok.code)],
          [texts.tiktokRequest, attempt.tiktok?.requestId ?? null],
        ]}
      />
    </li>
  );
};
