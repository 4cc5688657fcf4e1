import type { Ticket } from './send-queue.ts';
import { elapsedMs } from './wait.ts';

/** Watches tickets that all have the same time to live, so the oldest is always the next to expire: one timer does. */
export interface Deadlines {
  add(ticket: Ticket): void;
}

const COMPACT_AFTER = 4_096;

export const createDeadlines = (expire: (ticket: Ticket) => void): Deadlines => {
  let tickets: Ticket[] = [];
  let first = 0;
  let isArmed = false;

  const oldest = (): Ticket | undefined => {
    while (tickets[first]?.isSettled === true) first += 1;
    if (first === tickets.length || first >= COMPACT_AFTER) {
      tickets = tickets.slice(first);
      first = 0;
    }
    return tickets[first];
  };

  const arm = (ticket: Ticket): void => {
    isArmed = true;
    setTimeout(check, Math.max(1, Math.ceil(ticket.deadlineAt - elapsedMs()))).unref();
  };

  const check = (): void => {
    isArmed = false;
    const now = elapsedMs();
    let ticket = oldest();
    while (ticket !== undefined && ticket.deadlineAt <= now) {
      expire(ticket);
      ticket = oldest();
    }
    if (ticket !== undefined) arm(ticket);
  };

  return {
    add(ticket) {
      oldest();
      tickets.push(ticket);
      if (!isArmed) arm(ticket);
    },
  };
};
