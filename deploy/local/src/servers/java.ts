import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { cacheFolder, fillCache } from '../folders.ts';

const REQUIRED_MAJOR = 17;

export const KAFKA_VERSION = '4.3.1';
export const REGISTRY_VERSION = '3.0.9';

const KAFKA_LIBRARIES = `kafka-${KAFKA_VERSION}`;
const REGISTRY_RUNNER = `apicurio-registry-${REGISTRY_VERSION}`;

const KAFKA_TOOLS = `kafka-tools-${KAFKA_VERSION}`;

const dependency = (groupId: string, artifactId: string, version: string): string =>
  `<dependency><groupId>${groupId}</groupId><artifactId>${artifactId}</artifactId><version>${version}</version></dependency>`;

const pomOf = (dependencies: readonly string[]): string =>
  `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>local.dev</groupId><artifactId>downloads</artifactId><version>1</version><packaging>pom</packaging>
<dependencies>${dependencies.join('')}</dependencies></project>
`;

/** Version of the Java on the path (such as 17.0.15), or null when none runs. */
export const javaVersion = async (): Promise<string | null> => {
  const { failed, stderr } = await execa('java', ['-version'], { reject: false });

  return failed ? null : (/version "([^"]+)"/.exec(stderr)?.[1] ?? null);
};

/** What is missing on this machine for Kafka and the registry as local processes; empty when they can run. */
export const missingForJava = async (): Promise<readonly string[]> => {
  const version = await javaVersion();
  const missing: string[] = [];
  if (version === null) missing.push(`Java ${REQUIRED_MAJOR} or newer (there is none)`);
  else if (Number.parseInt(version, 10) < REQUIRED_MAJOR) {
    missing.push(`Java ${REQUIRED_MAJOR} or newer (this is ${version})`);
  }
  if (!isDownloaded() && (await execa('mvn', ['-version'], { reject: false })).failed) missing.push('Maven');

  return missing;
};

/** Folder with Kafka's jars, downloaded by the first call on a machine (44 MB). */
export const kafkaLibraries = (): Promise<string> => libraries(KAFKA_LIBRARIES, 'kafka_2.13');

/** Folder with the jars of Kafka's own tools, downloaded by the first call on a machine. */
export const kafkaToolLibraries = (): Promise<string> => libraries(KAFKA_TOOLS, 'kafka-tools');

const libraries = async (name: string, artifactId: string): Promise<string> => {
  const folder = join(cacheFolder(), name);
  if (!existsSync(folder)) {
    await fillCache(name, async (target) => {
      const pom = join(target, 'pom.xml');
      const logging = dependency('org.apache.logging.log4j', 'log4j-slf4j-impl', '2.25.4');
      await writeFile(pom, pomOf([dependency('org.apache.kafka', artifactId, KAFKA_VERSION), logging]));
      await maven('-f', pom, 'dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${target}`);
    });
  }

  return folder;
};

/** Folder with the registry's runner, downloaded by the first call on a machine (109 MB). */
export const registryRunner = async (): Promise<string> => {
  const folder = join(cacheFolder(), REGISTRY_RUNNER);
  if (!existsSync(folder)) {
    const artifact = `io.apicurio:apicurio-registry-app:${REGISTRY_VERSION}:tar.gz:all`;
    await fillCache(REGISTRY_RUNNER, async (target) => {
      // Maven marks what it has unpacked in its project's folder: with a project elsewhere, a cleared cache would stay empty.
      const pom = join(target, 'pom.xml');
      await writeFile(pom, pomOf([]));
      await maven('-f', pom, 'dependency:unpack', `-Dartifact=${artifact}`, `-DoutputDirectory=${target}`);
    });
  }

  return folder;
};

export const isDownloaded = (): boolean =>
  [KAFKA_LIBRARIES, REGISTRY_RUNNER].every((name) => existsSync(join(cacheFolder(), name)));

const maven = async (...args: readonly string[]): Promise<void> => {
  // Outside any project, so that a pom.xml beside the caller does not take part.
  await execa('mvn', ['-B', '-q', '-Dstyle.color=never', ...args], { cwd: cacheFolder() }).catch((cause: Error) => {
    throw new Error('Maven could not download Kafka or the schema registry; is Maven Central reachable?', { cause });
  });
};
