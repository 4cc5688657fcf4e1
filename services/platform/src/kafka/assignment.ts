import type { Locator } from './locator.ts';
import { createPosition, type Position } from './position.ts';
import { partitionKey, type TopicPartition } from './records.ts';

/** What the room does to a fetch loop; topics are logical names. */
export interface FetchControl {
  pause(partitions: readonly TopicPartition[]): void;
  resume(partition: TopicPartition): void;
  seek(partition: TopicPartition, offset: bigint): void;
}

/** The partitions that this member owns, and where each is. */
export interface Assignment {
  /** To be called synchronously when the group has been joined: nothing may be fetched from a wrong place. */
  replace(partitions: readonly TopicPartition[]): void;
  /** Where a batch that was fetched from `fetchedOffset` starts; `null` when it has to be dropped. */
  accept(partition: TopicPartition, fetchedOffset: bigint): Position | null;
  /** False when the partition has been lost or is being read again. */
  owns(position: Position): boolean;
  /** Reads the position again: another owner has moved it. */
  relocate(position: Position): void;
  /** Lets the partition wait, and then go on from its position. The others are not affected. */
  pauseFor(position: Position, pause: { readonly reason: string; readonly afterMs: number }): void;
  /** kafkajs went past records that it hands to nobody (control records, aborted transactions). */
  skipTo(partition: TopicPartition, offset: bigint): void;
  /** What this member owns; the position is null while it is being read. */
  owned(): readonly (TopicPartition & { readonly position: Position | null })[];
  clear(): void;
}

interface AssignmentOptions {
  readonly control: FetchControl;
  /** Without it Kafka's committed offsets are the positions. */
  readonly locate: Locator | null;
}

interface Slot extends TopicPartition {
  /** `null` while it is being read. */
  position: Position | null;
  resumption: NodeJS.Timeout | null;
}

export const createAssignment = ({ control, locate }: AssignmentOptions): Assignment => {
  let slots = new Map<string, Slot>();

  const slotOf = ({ topic, partition }: TopicPartition): Slot | undefined => slots.get(partitionKey(topic, partition));
  const isCurrent = (slot: Slot): boolean => slotOf(slot) === slot;

  const clear = (): void => {
    for (const { resumption } of slots.values()) if (resumption !== null) clearTimeout(resumption);
    slots = new Map();
  };

  const place = (slot: Slot, position: Position): void => {
    slot.position = position;
    control.seek(slot, position.nextOffset);
    control.resume(slot);
  };

  const read = (toRead: readonly Slot[]): void => {
    control.pause(toRead);
    for (const slot of toRead) slot.position = null;
    void locate?.(toRead, { isCurrent, place });
  };

  /** Kafka's own position is the only one there is. */
  const follow = (slot: Slot, fetchedOffset: bigint): Position => {
    if (slot.position?.nextOffset === fetchedOffset) return slot.position;
    slot.position = createPosition(slot, { stored: fetchedOffset, next: fetchedOffset });
    return slot.position;
  };

  /** What lies before the stored position has been applied and is left out; beyond it something would be missing. */
  const check = (slot: Slot, fetchedOffset: bigint): Position | null => {
    if (slot.position === null || fetchedOffset <= slot.position.nextOffset) return slot.position;
    read([slot]);
    return null;
  };

  return {
    replace(partitions) {
      clear();
      for (const { topic, partition } of partitions) {
        slots.set(partitionKey(topic, partition), { topic, partition, position: null, resumption: null });
      }
      if (locate !== null) read([...slots.values()]);
      // A partition may come back that was waiting when it was lost.
      else for (const slot of slots.values()) control.resume(slot);
    },
    accept(partition, fetchedOffset) {
      const slot = slotOf(partition);
      if (slot === undefined || slot.resumption !== null) return null;
      return locate === null ? follow(slot, fetchedOffset) : check(slot, fetchedOffset);
    },
    owns: (position) => slotOf(position)?.position === position,
    relocate(position) {
      const slot = slotOf(position);
      if (slot === undefined) return;
      if (locate === null) slot.position = null;
      else read([slot]);
    },
    pauseFor(position, { reason, afterMs }) {
      const slot = slotOf(position);
      if (slot === undefined) return;
      position.trouble = reason;
      control.pause([slot]);
      control.seek(slot, position.nextOffset);
      slot.resumption = setTimeout(() => {
        slot.resumption = null;
        control.resume(slot);
      }, afterMs);
    },
    skipTo(partition, offset) {
      const position = slotOf(partition)?.position;
      if (position && position.nextOffset < offset) position.nextOffset = offset;
    },
    owned: () => [...slots.values()],
    clear,
  };
};
