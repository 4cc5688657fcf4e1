/** Everything that the page says, in one place: what a translator gets. Times are worded in `time/format.ts` with what stands here. */
const plural = (count: number, one: string, many: string): string => (count === 1 ? `1 ${one}` : `${count} ${many}`);

export const words = {
  product: 'TikTok Channel',
  common: {
    cancel: 'Cancel',
    close: 'Close',
    code: 'Code',
    copied: 'Copied',
    copy: 'Copy',
    details: 'Details',
    loading: 'Loading',
    more: 'Show more',
    notWhole: 'This may not be all, or not as it is now',
    requestId: 'Request id',
    save: 'Save',
    tryAgain: 'Try again',
    unknown: 'Unknown',
  },
  time: {
    today: 'Today',
    yesterday: 'Yesterday',
    now: 'now',
    justNow: 'just now',
    minutes: (count: number) => `${count} min`,
    hours: (count: number) => `${count} h`,
    hoursAndMinutes: (hours: number, minutes: number) => `${hours} h ${minutes} min`,
    days: (count: number) => plural(count, 'day', 'days'),
    ago: (duration: string) => `${duration} ago`,
  },
  problems: {
    network: {
      title: 'There is no connection',
      advice: 'Check your network. What you wrote is kept.',
    },
    unavailable: {
      title: 'The service does not answer at the moment',
      advice: 'It is tried again by itself in most cases. If it lasts, tell your operator.',
    },
    service_unreachable: {
      title: 'The service does not answer at the moment',
      advice: 'Try again in a moment. If it lasts, tell your operator.',
    },
    unexpected: {
      title: 'Something went wrong here',
      advice: 'Try again. If it happens again, tell your operator what stands under Details.',
    },
    internal_error: {
      title: 'Something went wrong in the service',
      advice: 'Try again. If it happens again, tell your operator the request id under Details.',
    },
    session_ended: {
      title: 'Your session has ended',
      advice: 'Sign in again: you come back to this place.',
    },
    role_not_allowed: {
      title: 'Your role may not do this',
      advice: 'Ask an administrator of your account.',
    },
    not_found: {
      title: 'This is not there',
      advice: 'It may have been removed, or it belongs to another account.',
    },
  },
  shell: {
    navigation: 'Pages',
    skip: 'Skip to the page',
    account: 'Your account',
    signedInAs: (role: string, account: string) => `${role} of ${account}`,
    roles: { administrator: 'Administrator', agent: 'Agent', operator: 'Operator' },
    theme: 'Appearance',
    themes: { system: 'As the system', light: 'Light', dark: 'Dark' },
    signOut: 'Sign out',
    phone: 'Open the customer’s phone',
    away: 'No connection: what you see may be old. It is tried again by itself.',
    notYours: {
      title: 'This page is not for your role',
      advice: (role: string) => `You are signed in as ${role}.`,
    },
    unknownPage: { title: 'There is no such page', advice: 'The address may be incomplete.', act: 'To the start' },
  },
  signIn: {
    title: 'Sign in',
    lead: 'Answer the customers who write to your TikTok business account.',
    act: 'Sign in',
    starting: 'Looking who you are',
    signedOut: 'You are signed out.',
    reasons: {
      access_denied: 'Your identity provider did not let you in.',
      code_refused: 'The sign-in took too long or was used before. Sign in again.',
      no_role: 'Your account has none of the roles administrator, agent or operator here. Ask your administrator.',
      provider_unreachable: 'Your identity provider does not answer at the moment. Try again in a moment.',
      other: 'The sign-in did not work. Sign in again; if it happens again, tell your administrator.',
    },
    ended: {
      title: 'Your session has ended',
      advice: 'Sign in again to go on. You come back to this place, and what you wrote is kept.',
      act: 'Sign in again',
    },
    brokenStart: { title: 'The page could not start', advice: 'The server does not answer. Try again in a moment.' },
  },
  inbox: {
    title: 'Inbox',
  },
  channels: {
    title: 'Channels',
  },
  operations: {
    title: 'Operations',
  },
} as const;
