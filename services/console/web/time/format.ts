import { words } from '../words.ts';

/** The page speaks English: of a viewer whose browser does too, the manner of writing times; the zone is always theirs. */
const LOCALE = globalThis.navigator?.language?.startsWith('en') ? globalThis.navigator.language : 'en-GB';

const format = (options: Intl.DateTimeFormatOptions) => {
  const formatter = new Intl.DateTimeFormat(LOCALE, options);
  return (atMs: number): string => formatter.format(atMs);
};

/** 18:04 */
export const clockTime = format({ hour: '2-digit', minute: '2-digit' });
/** Sunday, 22 November */
const longDay = format({ weekday: 'long', day: 'numeric', month: 'long' });
const longDayWithYear = format({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
/** Sun */
const weekday = format({ weekday: 'short' });
/** 22 Nov */
const shortDay = format({ day: 'numeric', month: 'short' });
/** 22 Nov 2026 */
export const fullDay = format({ day: 'numeric', month: 'short', year: 'numeric' });
/** 22 Nov, 18:04 */
export const dayAndTime = format({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
/** 22 Nov 2026, 18:04:11 */
export const exactTime = format({ dateStyle: 'medium', timeStyle: 'medium' });
const yearOf = format({ year: 'numeric' });

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A day of the viewer's zone, to tell whether two moments share it. */
export const dayKey = format({ year: 'numeric', month: '2-digit', day: '2-digit' });

/** As the heading over the messages of a day. */
export const dayHeading = (atMs: number, nowMs: number): string => {
  if (dayKey(atMs) === dayKey(nowMs)) return words.time.today;
  if (dayKey(atMs) === dayKey(nowMs - DAY_MS)) return words.time.yesterday;
  return yearOf(atMs) === yearOf(nowMs) ? longDay(atMs) : longDayWithYear(atMs);
};

/** In a list: how long ago while that is short, then the time, the weekday, the day. */
export const listTime = (atMs: number, nowMs: number): string => {
  const age = nowMs - atMs;
  if (age < MINUTE_MS) return words.time.now;
  if (age < HOUR_MS) return words.time.minutes(Math.floor(age / MINUTE_MS));
  if (dayKey(atMs) === dayKey(nowMs)) return clockTime(atMs);
  if (age < 6 * DAY_MS) return weekday(atMs);
  return yearOf(atMs) === yearOf(nowMs) ? shortDay(atMs) : fullDay(atMs);
};

/** 48 hours and a moment are 48 hours. */
const CLOCKS_DIFFER_MS = 2_000;

/** How long something still lasts, in the two greatest units; for a list in the greatest alone. */
export const remainingTime = (durationMs: number, { isShort = false } = {}): string => {
  const minutes = durationMs <= 0 ? 0 : Math.max(1, Math.ceil((durationMs - CLOCKS_DIFFER_MS) / MINUTE_MS));
  const hours = Math.floor(minutes / 60);
  if (hours === 0) return words.time.minutes(minutes);
  return isShort || minutes % 60 === 0 ? words.time.hours(hours) : words.time.hoursAndMinutes(hours, minutes % 60);
};

/** How long ago, for facts about what runs. */
export const ageOf = (atMs: number, nowMs: number): string => {
  const age = Math.max(0, nowMs - atMs);
  if (age < MINUTE_MS) return words.time.justNow;
  if (age < 2 * HOUR_MS) return words.time.ago(words.time.minutes(Math.floor(age / MINUTE_MS)));
  if (age < 2 * DAY_MS) return words.time.ago(words.time.hours(Math.floor(age / HOUR_MS)));
  return words.time.ago(words.time.days(Math.floor(age / DAY_MS)));
};

const utc = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium', timeZone: 'UTC' });

/** For the `dateTime` of a `time` element. */
export const machineTime = (atMs: number): string => `${utc.format(atMs).replace(' ', 'T')}Z`;
