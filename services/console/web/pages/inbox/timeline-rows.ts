import type { Message, Referral } from '../../api/types.ts';
import type { Outgoing } from '../../outbox/outbox.ts';
import { overtakingEchoes } from './overtaking-echoes.ts';

/** What stands in a conversation, from the oldest down. */
export type TimelineRow =
  | { readonly kind: 'day'; readonly key: string; readonly atMs: number }
  | { readonly kind: 'referral'; readonly key: string; readonly referral: Referral }
  | { readonly kind: 'message'; readonly key: string; readonly message: Message; readonly isLastOfGroup: boolean }
  | { readonly kind: 'outgoing'; readonly key: string; readonly item: Outgoing };

interface TimelineInput {
  /** The newest first, as they come page by page. */
  readonly messages: readonly Message[];
  readonly referrals: readonly Referral[];
  readonly outgoing: readonly Outgoing[];
  /** Whether older messages are still to be read: what is older than the oldest one here is left out until then. */
  readonly hasOlder: boolean;
  readonly dayOf: (atMs: number) => string;
}

const MINUTE_MS = 60_000;

export const keyOf = ({ replyId, messageId }: Message): string => replyId ?? messageId ?? '';

export const timelineRows = ({
  messages,
  referrals,
  outgoing,
  hasOlder,
  dayOf,
}: TimelineInput): readonly TimelineRow[] => {
  const oldestMs = messages.at(-1)?.sentAt ?? Number.POSITIVE_INFINITY;
  const shownReplies = new Set(messages.map(({ replyId }) => replyId));
  const shownReferrals = referrals.filter(({ at }) => !hasOlder || at >= oldestMs);
  const underway = outgoing.filter(({ replyId }) => replyId === null || !shownReplies.has(replyId));
  const echoes = overtakingEchoes(messages, underway);
  const shown = messages.filter((message) => !echoes.has(message)).toReversed();
  const said = [...messageEntries(shown, dayOf), ...shownReferrals.map(referralEntry)].sort(
    (one, other) => one.atMs - other.atMs,
  );
  return withDays([...said, ...underway.map(outgoingEntry)], dayOf);
};

interface Entry {
  readonly atMs: number;
  readonly row: TimelineRow;
}

const messageEntries = (messages: readonly Message[], dayOf: TimelineInput['dayOf']): readonly Entry[] =>
  messages.map((message, index) => ({
    atMs: message.sentAt,
    row: {
      kind: 'message',
      key: keyOf(message),
      message,
      isLastOfGroup: !isOneGroup(message, messages[index + 1] ?? null, dayOf),
    },
  }));

const referralEntry = (referral: Referral): Entry => ({
  atMs: referral.at,
  row: { kind: 'referral', key: `referral ${referral.at} ${referral.source} ${referral.reference}`, referral },
});

const outgoingEntry = (item: Outgoing): Entry => ({
  atMs: item.queuedAt,
  row: { kind: 'outgoing', key: item.replyId ?? item.key, item },
});

const withDays = (entries: readonly Entry[], dayOf: TimelineInput['dayOf']): readonly TimelineRow[] =>
  entries.flatMap(({ atMs, row }, index) => {
    const before = entries[index - 1];
    const isSameDay = before !== undefined && dayOf(before.atMs) === dayOf(atMs);
    return isSameDay ? [row] : [{ kind: 'day', key: `day ${dayOf(atMs)} ${row.key}`, atMs }, row];
  });

/** Each of these can be taken back, or sent again, and waits for its own reason. */
const UNDECIDED: ReadonlySet<Message['status']> = new Set(['queued', 'delayed', 'unknown']);

/** Of one side, within a minute, and alike in what is said about them: the line below stands once. */
const isOneGroup = (message: Message, next: Message | null, dayOf: (atMs: number) => string): boolean =>
  next !== null &&
  next.direction === message.direction &&
  next.status === message.status &&
  next.source === message.source &&
  next.automatic === message.automatic &&
  message.failure === null &&
  !UNDECIDED.has(message.status) &&
  next.sentAt - message.sentAt < MINUTE_MS &&
  dayOf(next.sentAt) === dayOf(message.sentAt);

/** When the newest message of the customer was written that stands in the rows up to this one; null when there is none. */
export const seenUpTo = (rows: readonly TimelineRow[], lastIndex: number): number | null =>
  rows
    .slice(0, lastIndex + 1)
    .flatMap((row) => (row.kind === 'message' && row.message.direction === 'incoming' ? [row.message.sentAt] : []))
    .at(-1) ?? null;
