import type { Clock } from '@tiktok-channel/platform/kernel';
import type { SwitchBoard } from './switch-board.ts';

const DAY_MS = 86_400_000;

/** In which conversations each business wrote today. Days are UTC's; no source says whose TikTok's are. */
export interface DailyConversations {
  /** Whether it may write in this one too. */
  hasRoom(businessId: string, conversationId: string): boolean;
  note(businessId: string, conversationId: string): void;
}

interface Dependencies {
  readonly clock: Clock;
  readonly switches: SwitchBoard;
}

export const createDailyConversations = ({ clock, switches }: Dependencies): DailyConversations => {
  const written = new Map<string, Set<string>>();
  let day = -1;

  const today = (businessId: string): Set<string> => {
    const current = Math.floor(clock.now() / DAY_MS);
    if (current !== day) written.clear();
    day = current;
    const known = written.get(businessId) ?? new Set();
    written.set(businessId, known);
    return known;
  };

  return {
    hasRoom: (businessId, conversationId) => {
      const { daily_conversations } = switches.now();
      const known = today(businessId);
      return daily_conversations === 0 || known.has(conversationId) || known.size < daily_conversations;
    },
    note: (businessId, conversationId) => {
      today(businessId).add(conversationId);
    },
  };
};
