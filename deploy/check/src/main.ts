import {
  buildOverlay,
  collectorConfiguration,
  composeFile,
  conformsStrictly,
  dockerfile,
  followsOurRules,
  gatewayIsTheOrigin,
  localSecretsAreMade,
  otherSecretsAreDocumented,
  pagesAreRight,
  prometheus,
  writtenAsTheyFollow,
} from './checks.ts';
import { openSchemas } from './definitions.ts';
import { check, say } from './report.ts';
import { openTools } from './tools.ts';

const LOCAL = 'k8s/overlays/local';
const PRODUCTION = 'k8s/overlays/production';

const results: boolean[] = [await check('written files are what follows from their sources', writtenAsTheyFollow)];
say('tools: the first time on a machine they are fetched and built, which takes some minutes');
const tools = await openTools();
const schemas = await openSchemas(tools);

const built = new Map<string, string>();
const builtOf = (overlay: string): string => built.get(overlay) ?? '';
for (const overlay of [LOCAL, PRODUCTION]) {
  results.push(
    await check(`${overlay} builds`, async () => {
      built.set(overlay, await buildOverlay(tools, overlay));
      return [];
    }),
    await check(`${overlay} conforms to the schemas of its kinds`, () =>
      conformsStrictly(tools, schemas, builtOf(overlay)),
    ),
    await check(`${overlay} follows our own rules`, () => followsOurRules(builtOf(overlay))),
  );
}
results.push(
  await check(`${PRODUCTION} leads where the one public origin leads`, () =>
    gatewayIsTheOrigin(builtOf(LOCAL), builtOf(PRODUCTION)),
  ),
  await check(`${LOCAL} makes the secrets that it needs`, () => localSecretsAreMade(builtOf(LOCAL))),
  await check('k8s/README.md names the secrets that production needs', () =>
    otherSecretsAreDocumented(builtOf(PRODUCTION)),
  ),
  await check('deploy/runbooks tell to run what can be run', () => pagesAreRight(tools, builtOf(PRODUCTION))),
  await check('deploy/Dockerfile', () => dockerfile(tools)),
  await check('deploy/compose.yaml', () => composeFile(tools)),
  await check('deploy/prometheus.yaml, deploy/alerts', () => prometheus(tools)),
  await check('deploy/collector.yaml', () => collectorConfiguration(tools)),
);

const failed = results.filter((isFine) => !isFine).length;
say(`${results.length - failed} checks passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
