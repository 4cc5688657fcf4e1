export { dateAt } from './date-at.ts';
export { createFollowingClock } from './following-clock.ts';
export { createServiceClock } from './service-clock.ts';
export { systemClock } from './system-clock.ts';
