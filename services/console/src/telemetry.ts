import type { LogEvents } from '@tiktok-channel/platform/telemetry';

export const LOG_EVENTS: LogEvents = {
  'proxy.failed': 'a request could not be passed on',
  'replica.changed': 'requests go to another replica',
  'service.ready': 'it listens, with its ports',
  'service.starting': 'the settings that hold, secrets as present or absent',
};
