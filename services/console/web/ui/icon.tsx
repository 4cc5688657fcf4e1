const PATHS = {
  inbox: 'M4 5h16v10H9l-5 4z',
  channels: 'M5 12a7 7 0 0 1 14 0M2 12a10 10 0 0 1 20 0M12 12m-2.5 0a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0-5 0',
  operations: 'M3 12h4l3-8 4 16 3-8h4',
  search: 'M11 11m-6 0a6 6 0 1 0 12 0a6 6 0 1 0-12 0M20 20l-4-4',
  back: 'M15 5l-7 7 7 7',
  send: 'M4 12h15M13 6l6 6-6 6',
  picture: 'M5 5h14a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2zM3 16l5-5 5 5 3-3 5 5',
  smile: 'M12 12m-9 0a9 9 0 1 0 18 0a9 9 0 1 0-18 0M8 14s1.5 2 4 2 4-2 4-2M9 9h.01M15 9h.01',
  close: 'M6 6l12 12M18 6L6 18',
  check: 'M5 13l4 4L19 7',
  checks: 'M2 13l4 4 8-9M10 16l1 1 9-10',
  clock: 'M12 12m-9 0a9 9 0 1 0 18 0a9 9 0 1 0-18 0M12 7v5l3 2',
  alert: 'M12 4l9 16H3zM12 10v4M12 17h.01',
  question: 'M12 12m-9 0a9 9 0 1 0 18 0a9 9 0 1 0-18 0M9.5 9.5a2.5 2.5 0 1 1 3.5 2.3c-.7.3-1 .8-1 1.7M12 16.5h.01',
  tag: 'M4 12V5h7l9 9-7 7zM8 9h.01',
  link: 'M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1',
  person: 'M12 8m-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0M4 21a8 8 0 0 1 16 0',
  retry: 'M4 12a8 8 0 1 0 2.5-5.8M4 4v4h4',
  offline:
    'M3 3l18 18M5 13a10 10 0 0 1 4-2.5M8.5 16.5a5 5 0 0 1 6 -.5M12 20h.01M2 9a15 15 0 0 1 4-2.5M11 5a15 15 0 0 1 11 4M15 11a10 10 0 0 1 4 2',
  sun: 'M12 12m-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6l1.4 1.4M17 17l1.4 1.4M18.4 5.6L17 7M7 17l-1.4 1.4',
  moon: 'M20 14a8.5 8.5 0 1 1-10-10 7 7 0 0 0 10 10z',
  screen: 'M3 5h18v12H3zM8 21h8M12 17v4',
  signOut: 'M10 4H5v16h5M14 8l4 4-4 4M18 12H9',
  phone: 'M8 3h8a2 2 0 0 1 2 2v14a2 2 0 0 1-2 2H8a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2zM11 18h2',
  chevron: 'M6 9l6 6 6-6',
  down: 'M12 5v14M6 13l6 6 6-6',
  plus: 'M12 5v14M5 12h14',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
} as const;

export type IconName = keyof typeof PATHS | keyof typeof FILLED;

const FILLED = {
  /** Of the product: what is said, and the channel that it comes through. As in icon.svg. */
  mark: 'M6 2.5h12a4 4 0 0 1 4 4V14a4 4 0 0 1-4 4h-5.5L7 22v-4H6a4 4 0 0 1-4-4V6.5a4 4 0 0 1 4-4zM7 8.5v3.5a1 1 0 0 0 2 0V8.5a1 1 0 0 0-2 0zM11 6.5v7.5a1 1 0 0 0 2 0V6.5a1 1 0 0 0-2 0zM15 9v2.5a1 1 0 0 0 2 0V9a1 1 0 0 0-2 0z',
  play: 'M8 5v14l11-7z',
  tiktok: 'M16 3c.4 2.6 2 4 4.5 4.2v3.4c-1.6 0-3-.5-4.4-1.4v6.4A6.4 6.4 0 1 1 9.8 9.2v3.5a3 3 0 1 0 2.4 2.9V3z',
} as const;

const isFilled = (name: IconName): name is keyof typeof FILLED => Object.hasOwn(FILLED, name);

/** A picture beside words: it says nothing to a screen reader. */
export const Icon = ({ name, size = 20 }: { readonly name: IconName; readonly size?: number }) => {
  return (
    <svg
      aria-hidden="true"
      focusable="false"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill={isFilled(name) ? 'currentColor' : 'none'}
      fillRule="evenodd"
      stroke={isFilled(name) ? 'none' : 'currentColor'}
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <path d={isFilled(name) ? FILLED[name] : PATHS[name]} />
    </svg>
  );
};
