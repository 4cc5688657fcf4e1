import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { SERVICES } from '@tiktok-channel/local';
import { dashboards, eventInventory, writtenFiles } from '@tiktok-channel/monitoring';
import { expect } from 'chai';
import { execa } from 'execa';
import { parse, parseAllDocuments } from 'yaml';
import { runProgram } from '../../services/operator/src/adapters/cli/program.ts';
import { type RuleFile, readRules } from '../support/prometheus.ts';

const REPOSITORY = new URL('../../', import.meta.url);
const DEPLOY = new URL('deploy/', REPOSITORY);

const read = (path: string): string => readFileSync(new URL(path, DEPLOY), 'utf8');

/** The formatter pads tables. */
const unpadded = (text: string): string => text.replaceAll(/[ -]+/g, ' ').replaceAll(/\n+/g, '\n').trim();

describe('what is written for those who watch', () => {
  for (const [path, text] of writtenFiles()) {
    it(`follows from the sources: ${path} (npm run write -w @tiktok-channel/monitoring)`, () => {
      if (path.endsWith('.json')) expect(JSON.parse(read(path))).to.deep.equal(JSON.parse(text));
      else expect(unpadded(read(path))).to.equal(unpadded(text));
    });
  }
});

describe('log events', () => {
  for (const [service, events] of Object.entries(eventInventory)) {
    it(`of ${service} are declared, all and no other`, () => {
      const written = new Set(sourcesOf(service).flatMap(eventsIn));

      expect([...written].filter((event) => events[event] === undefined)).to.deep.equal([]);
      expect(Object.keys(events).filter((event) => !written.has(event) && !BUILT.test(event))).to.deep.equal([]);
    });
  }
});

/** Their names are put together from an outcome. */
const BUILT = /^(?:history\.(?:finished|failed)|redelivery\.)/;

const sourcesOf = (service: string): readonly string[] =>
  readdirSync(new URL(`services/${service}/src/`, REPOSITORY), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.spec.ts') && !path.includes('generated'))
    .map((path) => readFileSync(new URL(`services/${service}/src/${path}`, REPOSITORY), 'utf8'));

const eventsIn = (source: string): readonly string[] =>
  [...source.matchAll(/[lL]ogger\s*\.\s*(?:debug|info|warn|error)\(\s*([^,)]*)/g)].flatMap(([, argument = '']) =>
    [...argument.matchAll(/'([a-z_]+\.[a-z_]+)'/g)].map(([, event = '']) => event),
  );

describe('dashboards', () => {
  it('are seven', () => {
    expect(dashboards.map(({ name }) => name)).to.have.members([
      'overview',
      'intake',
      'projections',
      'replies',
      'channels',
      'kafka-client',
      'runtime',
    ]);
  });

  it('are all in the ConfigMap of a cluster', () => {
    const { configMapGenerator } = parse(read('grafana/kustomization.yaml'));
    expect(configMapGenerator[0].files).to.have.members(dashboards.map(({ name }) => `dashboards/${name}.json`));
  });

  for (const { name, panels } of dashboards) {
    it(`ask a question in every panel, with a unit and a description: ${name}`, () => {
      expect(panels.filter(({ title }) => !title.endsWith('?'))).to.deep.equal([]);
      expect(panels.filter(({ unit, description }) => unit === '' || description.length < 10)).to.deep.equal([]);
      expect(panels.filter(({ queries }) => queries.length === 0)).to.deep.equal([]);
    });
  }
});

describe('alerts', () => {
  const { groups } = parse(read('alerts/alerts.rules.yaml')) as RuleFile;
  const alerts = groups.flatMap(({ rules }) => rules);
  const cases = readdirSync(new URL('alerts/', DEPLOY))
    .filter((file) => file.endsWith('.test.yaml'))
    .flatMap((file) =>
      (parse(read(`alerts/${file}`)) as { readonly tests: readonly { readonly name: string }[] }).tests.map(
        (test) => test.name,
      ),
    );

  for (const { alert = '', labels = {}, annotations = {} } of alerts) {
    it(`say what is wrong and where its runbook is: ${alert}`, () => {
      expect(labels.severity).to.be.oneOf(['page', 'ticket']);
      expect(annotations).to.have.all.keys('summary', 'description', 'runbook_url');
      expect(annotations.runbook_url).to.equal(`deploy/runbooks/${alert}.md`);
      expect(existsSync(new URL(`../${annotations.runbook_url}`, DEPLOY))).to.equal(true);
    });

    it(`are tested firing and silent: ${alert}`, () => {
      expect(cases).to.include.members([`${alert} fires`, `${alert} stays silent`]);
    });
  }

  it('compare only what is recorded or exported', async () => {
    const recorded = new Set(
      (await readRules('recording')).groups.flatMap(({ rules }) => rules.map(({ record }) => record)),
    );
    const used = alerts.flatMap(({ expr }) => expr.match(/tiktok_channel:\w+:\w+/g) ?? []);

    expect(used.filter((name) => !recorded.has(name))).to.deep.equal([]);
  });
});

describe('names of services in rules and panels', () => {
  const { groups } = parse(read('alerts/alerts.rules.yaml')) as RuleFile;
  const rules = [...groups, ...(parse(read('alerts/recording.rules.yaml')) as RuleFile).groups].flatMap(
    (group) => group.rules,
  );
  const asked = [
    ...rules.map(({ alert, record, expr }) => ({ where: alert ?? record, expr })),
    ...dashboards.flatMap(({ name, panels }) =>
      panels.flatMap(({ title, queries }) => queries.map(({ expr }) => ({ where: `${name}: ${title}`, expr }))),
    ),
  ];
  const matchers = asked.flatMap(({ where, expr }) =>
    [...expr.matchAll(/\b(?:service_name|service|job)\s*[=!]~?\s*"([^"]*)"/g)].map(([, value = '']) => ({
      where,
      value,
      names: value.match(/[a-z][a-z-]*/g) ?? [],
    })),
  );
  const processes = processNames();

  it('are there', () => {
    expect(matchers).to.have.lengthOf.above(1);
    expect(Object.keys(processes)).to.include.members(['webhooks', 'ingress', 'dispatcher', 'outbound']);
  });

  for (const { where, names } of matchers) {
    it(`are those that processes have, in a cluster and locally: ${where}`, () => {
      expect(names.filter((name) => processes[name] === undefined)).to.deep.equal([]);
      for (const sources of new Set(names.map((name) => processes[name]?.sources))) {
        const alike = names.map((name) => processes[name]).filter((process) => process?.sources === sources);
        expect(
          alike.flatMap((process) => process?.places ?? []),
          sources,
        ).to.include.members(['cluster', 'local']);
      }
    });
  }

  it('leave out none of the services that may be down', () => {
    const { value = '' } = matchers.find(({ where }) => where === 'ServiceDown') ?? {};
    const isMeant = new RegExp(`^(?:${value})$`);

    expect(Object.keys(processes).filter((name) => !isMeant.test(name))).to.deep.equal([]);
  });
});

interface Process {
  readonly sources: string;
  readonly places: readonly ('cluster' | 'local')[];
}

/** By the name that each process has in telemetry: the code that it runs, and where it has that name. */
function processNames(): Readonly<Record<string, Process>> {
  const base = new URL('k8s/base/', REPOSITORY);
  const found: Record<string, Process> = Object.fromEntries(
    SERVICES.map((name) => [name, { sources: name, places: ['local'] }]),
  );
  for (const file of readdirSync(base).filter((name) => name.endsWith('.yaml'))) {
    for (const document of parseAllDocuments(readFileSync(new URL(file, base), 'utf8'))) {
      const { kind, spec } = document.toJS();
      const { image = '', args = [], env = [] } = kind === 'Deployment' ? spec.template.spec.containers[0] : {};
      const named = env.find(({ name }: { readonly name: string }) => name === 'OTEL_SERVICE_NAME');
      if (named === undefined) continue;
      const isHistory = args.some((arg: string) => arg.includes('/history/'));
      const sources = isHistory ? 'history' : image.replace(/^.*\/([\w-]+):.*$/, '$1');
      found[named.value] = { sources, places: ['cluster', ...(found[named.value]?.places ?? [])] };
    }
  }
  return found;
}

describe('runbooks', () => {
  const files = readdirSync(new URL('runbooks/', DEPLOY)).filter(
    (file) => file.endsWith('.md') && file !== 'README.md',
  );
  const procedures = readdirSync(new URL('runbooks/procedures/', DEPLOY));
  /** A page elsewhere that leads operators likewise. */
  const guides = ['../../services/auth/connect-your-tiktok-app.md'];
  const { groups } = parse(read('alerts/alerts.rules.yaml')) as RuleFile;

  it('are one for each alert', () => {
    const alerts = groups.flatMap(({ rules }) => rules.map(({ alert }) => `${alert}.md`));
    expect(files).to.have.members(alerts);
  });

  for (const file of files) {
    it(`say symptom, impact, check, act and verify: ${file}`, () => {
      const headings = [...read(`runbooks/${file}`).matchAll(/^\*\*(\w+)\.\*\*/gm)].map(([, heading]) => heading);
      expect(headings).to.deep.equal(['Symptom', 'Impact', 'Check', 'Act', 'Verify']);
    });
  }

  for (const file of [...files, ...procedures.map((name) => `procedures/${name}`), ...guides]) {
    it(`name commands that there are: ${file}`, async () => {
      for (const command of commandsIn(read(`runbooks/${file}`))) {
        expect(await isUnderstood(command), command).to.equal(true);
      }
    });

    it(`have blocks that a shell reads, and programs that are tried elsewhere: ${file}`, async () => {
      for (const block of blocksIn(read(`runbooks/${file}`))) await execa('sh', ['-n'], { input: filledIn(block) });
      expect(linesIn(read(`runbooks/${file}`)).filter((line) => !TRIED.test(line))).to.deep.equal([]);
    });

    it(`lead to pages that there are: ${file}`, () => {
      const base = new URL(`runbooks/${file}`, DEPLOY);
      const links = [...read(`runbooks/${file}`).matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, link = '']) => link);
      expect(links.filter((link) => !link.includes('://') && !existsSync(new URL(link, base)))).to.deep.equal([]);
    });
  }
});

const blocksIn = (text: string): readonly string[] =>
  [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = '']) => block);

const linesIn = (text: string): readonly string[] =>
  blocksIn(text)
    .flatMap((block) => block.replaceAll('\\\n', ' ').split('\n'))
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** What shell blocks call of our command line, in a loop as well. */
const commandsIn = (text: string): readonly string[] =>
  linesIn(text)
    .filter((line) => !line.startsWith('alias '))
    .flatMap((line) => line.match(/\btiktok-channel (?:<\w[\w ]*>|"[^"]*"|[^|;<"])*/g) ?? [])
    .map((command) => command.replaceAll(/\$(\w+)/g, '<$1>').trim());

const filledIn = (block: string): string => block.replaceAll(/<(\w[\w ]*)>/g, 'x');

/**
 * Ours: by the test beside. kubectl: by the deploy check, which asks kubectl itself. `curl`, what makes a key, and the loop of a
 * restore are run by tests/e2e/procedures.e2e.spec.ts, tests/cluster and tests/faults/outbound-restore.faults.spec.ts.
 */
const TRIED = /^(?:tiktok-channel|kubectl|curl -sS -o|echo "key-|(?:for|sed|while|if|fi|done)\b) ?/;

/** Whether the command line takes it: every option and argument is known, and what it would do is reached. */
const isUnderstood = async (command: string): Promise<boolean> => {
  const args = (command.match(/"[^"]*"|\S+/g) ?? [])
    .slice(1)
    .map((word) => word.replaceAll('"', '').replace(/^<(\w+)>$/, PLACE));
  let isReached = false;
  const reached = () => {
    isReached = true;
    return new Promise<never>((_resolve, reject) => reject(new Error('reached')));
  };
  const actions = {
    ensureTopics: reached,
    registerSchemas: reached,
    tailTopic: reached,
    reparseWebhooks: reached,
    importHistory: reached,
    withOperations: reached,
    withProjections: reached,
    withReplies: reached,
    withAuth: reached,
    diagnose: reached,
  };
  const { signal: closed } = new AbortController();
  const terminal = {
    print: async () => {},
    note: () => {},
    progress: () => {},
    closed,
    style: (_style: unknown, text: string) => text,
  };
  await runProgram(args, {
    actions,
    terminal: terminal as unknown as Parameters<typeof runProgram>[1]['terminal'],
    user: 'nobody',
  });
  return isReached;
};

const PLACES: Readonly<Record<string, string>> = { time: '2026-01-31T12:00:00Z', build: '7', state: 'queued' };

const PLACE = (_whole: string, name: string): string => PLACES[name] ?? name;
