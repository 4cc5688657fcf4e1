import { useSyncExternalStore } from 'react';
import { kept } from '../session/kept.ts';

const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEY = 'theme';

const stored = (): Theme => THEMES.find((theme) => theme === kept.get(KEY)) ?? 'system';

const apply = (): void => {
  document.documentElement.dataset.theme = stored();
};

/** What the system says decides unless the person does, in whichever window. */
export const followTheme = (): void => {
  apply();
  kept.subscribe(apply);
};

export const useTheme = (): readonly [Theme, (theme: Theme) => void] => [
  useSyncExternalStore(kept.subscribe, stored),
  (theme) => kept.set(KEY, theme),
];
