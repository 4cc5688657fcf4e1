import {
  buildOverlay,
  collectorConfiguration,
  composeFile,
  conformsStrictly,
  dockerfile,
  followsOurRules,
  prometheus,
  writtenAsTheyFollow,
} from './checks.ts';
import { openSchemas } from './definitions.ts';
import { check, say } from './report.ts';
import { openTools } from './tools.ts';

const OVERLAYS = ['k8s/overlays/local', 'k8s/overlays/production'];

const results: boolean[] = [await check('written files are what follows from their sources', writtenAsTheyFollow)];
say('tools: the first time on a machine they are fetched and built, which takes some minutes');
const tools = await openTools();
const schemas = await openSchemas(tools);

for (const overlay of OVERLAYS) {
  let built = '';
  results.push(
    await check(`${overlay} builds`, async () => {
      built = await buildOverlay(tools, overlay);
      return [];
    }),
    await check(`${overlay} conforms to the schemas of its kinds`, () => conformsStrictly(tools, schemas, built)),
    await check(`${overlay} follows our own rules`, () => followsOurRules(built)),
  );
}
results.push(
  await check('deploy/Dockerfile', () => dockerfile(tools)),
  await check('deploy/compose.yaml', () => composeFile(tools)),
  await check('deploy/prometheus.yaml, deploy/alerts', () => prometheus(tools)),
  await check('deploy/collector.yaml', () => collectorConfiguration(tools)),
);

const failed = results.filter((isFine) => !isFine).length;
say(`${results.length - failed} checks passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
