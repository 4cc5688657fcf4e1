import type { Dashboard } from './dashboard.ts';
import { kafkaClient, runtime } from './ground.ts';
import { channels, replies } from './replies.ts';
import { intake, overview, projections } from './service.ts';

export const dashboards: readonly Dashboard[] = [
  overview,
  intake,
  projections,
  replies,
  channels,
  kafkaClient,
  runtime,
];
