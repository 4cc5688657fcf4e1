import type { Clock } from '@tiktok-channel/platform/kernel';
import { createIds, type Ids, type Seeds } from '../domain/ids.ts';
import { type Authorizations, createAuthorizations } from './authorizations.ts';
import { type AutoMessages, createAutoMessages } from './auto-messages.ts';
import { type CallFaults, createCallFaults } from './call-faults.ts';
import { type CallLog, createCallLog } from './call-log.ts';
import { type ClockFollowers, createClockFollowers } from './clock-followers.ts';
import { type Comments, createComments } from './comments.ts';
import { createDailyConversations } from './daily-conversations.ts';
import { createDeliveries, type Deliveries } from './deliveries.ts';
import { createDeveloperApp, type DeveloperApp } from './developer-app.ts';
import { createDirectReplies, type DirectReplies } from './direct-replies.ts';
import { createMediaStore, type MediaStore } from './media-store.ts';
import { createMessaging, type Messaging } from './messaging.ts';
import type { WebhookSender } from './ports.ts';
import { createPublish, type Publish } from './publish.ts';
import { createRateLimit, type RateLimit } from './rate-limit.ts';
import { createSendMessage, type SendMessage } from './send-message.ts';
import { createSimulatorTime, type SimulatorTime } from './simulator-time.ts';
import { createSwitchBoard, type SwitchBoard } from './switch-board.ts';
import { createWorld, type World } from './world.ts';

/** TikTok as this process plays it, without its HTTP. */
export interface TikTok {
  readonly app: DeveloperApp;
  readonly authorizations: Authorizations;
  readonly autoMessages: AutoMessages;
  readonly comments: Comments;
  readonly callFaults: CallFaults;
  readonly calls: CallLog;
  readonly deliveries: Deliveries;
  readonly directReplies: DirectReplies;
  readonly followers: ClockFollowers;
  readonly ids: Ids;
  readonly media: MediaStore;
  readonly messaging: Messaging;
  readonly publish: Publish;
  readonly rateLimit: RateLimit;
  readonly sendMessage: SendMessage;
  readonly switches: SwitchBoard;
  readonly time: SimulatorTime;
  readonly world: World;
  stop(): void;
}

interface Options {
  readonly appId: string;
  readonly appSecret: string;
  readonly redirectUrls: readonly string[];
  readonly webhookUrl: string | null;
  readonly seeds: Seeds;
  readonly systemClock: Clock;
  readonly sender: WebhookSender;
}

export const createTikTok = ({ seeds, systemClock, sender, ...registration }: Options): TikTok => {
  const ids = createIds(seeds);
  const time = createSimulatorTime(systemClock);
  const followers = createClockFollowers({ time, systemClock });
  const switches = createSwitchBoard();
  const app = createDeveloperApp({ ...registration, switches });
  const world = createWorld({ ids, time });
  const media = createMediaStore({ ids, time });
  const authorizations = createAuthorizations({ ids, time, switches });
  const deliveries = createDeliveries({ app, ids, time, switches, sender });
  const publish = createPublish({ deliveries, authorizations, switches });
  const messaging = createMessaging({ world, publish, switches, time });
  const autoMessages = createAutoMessages({ ids, time, publish });
  const comments = createComments({ ids, time, world, publish });
  const directReplies = createDirectReplies({ comments, world, time });
  const dailyConversations = createDailyConversations({ clock: time, switches });
  const sendMessage = createSendMessage({ world, media, messaging, directReplies, dailyConversations, switches, time });
  const rateLimit = createRateLimit({ clock: time, switches });
  const calls = createCallLog({ clock: time });
  const callFaults = createCallFaults({ ids, switches });

  return {
    app,
    authorizations,
    autoMessages,
    comments,
    callFaults,
    calls,
    deliveries,
    directReplies,
    followers,
    ids,
    media,
    messaging,
    publish,
    rateLimit,
    sendMessage,
    switches,
    time,
    world,
    stop: () => {
      followers.stop();
      time.stop();
      deliveries.stop();
    },
  };
};
