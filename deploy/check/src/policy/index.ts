import { openProblems, wayOutProblems } from './closed.ts';
import type { Manifest } from './manifest.ts';
import { formProblems } from './network.ts';
import { operatorProblems } from './operators.ts';
import { hostProblems } from './origin.ts';
import { podProblems } from './pods.ts';
import { reachProblems } from './reach.ts';
import { secretProblems } from './secrets.ts';
import { settingProblems } from './settings.ts';
import { wholeProblems } from './whole.ts';

/** Everything that our own rules find in what one overlay builds. */
export const problemsOf = (manifests: readonly Manifest[]): readonly string[] => [
  ...manifests.flatMap(podProblems),
  ...manifests.flatMap(secretProblems),
  ...wholeProblems(manifests),
  ...settingProblems(manifests),
  ...reachProblems(manifests),
  ...openProblems(manifests),
  ...wayOutProblems(manifests),
  ...formProblems(manifests),
  ...operatorProblems(manifests),
  ...hostProblems(manifests),
];
