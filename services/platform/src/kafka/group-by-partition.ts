import type { Message, PartitionerArgs, PartitionMetadata } from 'kafkajs';

interface Grouping {
  readonly topic: string;
  readonly partitionMetadata: PartitionMetadata[];
  readonly messages: readonly Message[];
  readonly partitioner: (args: PartitionerArgs) => number;
}

/** The messages of each partition in their order. kafkajs copies a partition's list for each message that it adds. */
export const groupByPartition = ({ topic, partitionMetadata, messages, partitioner }: Grouping) => {
  const groups: Record<number, Message[]> = {};
  if (partitionMetadata.length === 0) return groups;
  for (const message of messages) {
    const partition = partitioner({ topic, partitionMetadata, message });
    const group = groups[partition];
    if (group === undefined) groups[partition] = [message];
    else group.push(message);
  }
  return groups;
};
