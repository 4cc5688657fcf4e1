/** What the last stage of a Dockerfile must say, and why. */
const WANTED: readonly (readonly [pattern: RegExp, problem: string])[] = [
  [/^USER [1-9]\d*(?::[1-9]\d*)?$/m, 'runs as root, or as a user whose number is not known'],
  [/^STOPSIGNAL SIGTERM$/m, 'does not say which signal ends it'],
  [/^ENTRYPOINT \["node"/m, 'has a shell, or nothing, in front of Node: it would keep the signals'],
  [/^ENV NODE_ENV=production$/m, 'is not in production mode'],
  ...['title', 'description', 'licenses', 'version', 'revision'].map(
    (label) => [new RegExp(`\\borg\\.opencontainers\\.image\\.${label}=`), `has no label ${label}`] as const,
  ),
];
const BASE = /^ARG BASE_IMAGE=node:24[.\d]*-/m;
const WITHOUT_DEVELOPMENT = /npm ci --omit=dev/;

/** Our rules for the image of a service; hadolint has its own. */
export const imageProblems = (dockerfile: string): readonly string[] => {
  const stages = dockerfile.split(/^(?=FROM )/m);
  const last = stages.at(-1) ?? '';
  const from = /^COPY --from=(\w+) /m.exec(last)?.[1];
  const packed = stages.find((stage) => stage.split('\n')[0]?.endsWith(` AS ${from}`)) ?? '';
  return [
    ...(BASE.test(dockerfile) ? [] : ['is not based on Node 24']),
    ...(WITHOUT_DEVELOPMENT.test(packed) ? [] : ['holds packages of the development']),
    ...WANTED.filter(([pattern]) => !pattern.test(last)).map(([, problem]) => problem),
  ];
};
