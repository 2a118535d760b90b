/** The drill file, whole. */
import { z } from 'zod';
import { engineNames, environmentNames } from '../../ports/host.ts';
import { duration, either, environmentVariables, expectation, flag, key, list, mapping, mode, name, named, oneOf, pattern, reference, size, text } from './schema-parts.ts';
import { service } from './schema-services.ts';
import { steps } from './schema-steps.ts';

const envContent = { env: text('a variable of the environment that the drill is started in') };
const contents = {
  text: z.string({ error: 'the content' }),
  env: envContent.env,
  copy: text('a file of the repository'),
  block: reference,
};

const fileMode = { mode: mode.optional() };
const hostFile = either(
  [
    mapping({ text: contents.text, ...fileMode }, 'a file with this text'),
    mapping({ env: contents.env, ...fileMode }, 'a file with the value of a variable'),
    mapping({ copy: contents.copy, ...fileMode }, 'a copy of a file of the repository'),
    mapping({ block: contents.block, ...fileMode }, 'a file with the text of a block of the runbook'),
  ],
  'a file: { text }, { env }, { copy } or { block }, with an optional mode',
);
export type DrillContent = z.output<typeof hostFile>;

const image = either(
  [
    text('the name of an image'),
    mapping({ name: text('the name of an image'), build: text('a folder with a Dockerfile').optional(), 'stand-in': flag('true or false: whether it is not what its name says').optional() }, 'an image that can be built'),
  ],
  'an image: its name, or { name, build, stand-in }',
);

const account = pattern(/^[a-z_][a-z0-9_-]*$/, 'a name of a user, such as ops or root');
const workspacePath = pattern(/^(?:~\/.+|\/.+)$/, 'a path that is absolute or starts with ~/');

const host = mapping(
  {
    environment: oneOf(environmentNames).default('docker'),
    engine: oneOf(engineNames).default('docker'),
    workspace: either([workspacePath, mapping({ path: workspacePath, clone: oneOf(['drill', 'runbook']).default('drill') }, 'a workspace')], 'where the repository is inside the host: a path that is absolute or starts with ~/, or { path, clone: runbook }'),
    user: account.default('ops'),
    network: oneOf(['isolated', 'open']).default('isolated'),
    images: list(image, 'a list of images').optional(),
    packages: list(pattern(/^[a-z0-9][a-z0-9+.-]*$/, 'the name of a Debian package, or opentofu or step-cli'), 'a list of Debian packages, and of programs that Debian has not: opentofu, step-cli').optional(),
    env: environmentVariables.optional(),
    pool: oneOf(['btrfs', 'dir', 'zfs']).optional(),
    limits: mapping(
      {
        cpu: z.number({ error: 'a number of processors' }).positive({ error: 'a number of processors' }).optional(),
        memory: size('memory of the host').optional(),
        disk: size('disk that the host may use').optional(),
      },
      'limits: { cpu, memory, disk }',
    ).optional(),
    date: z.iso.datetime({ offset: true, error: "a time in quotes, such as '2026-11-22T02:00:00Z'" }).optional(),
    'gpg-passphrase': mapping(envContent, 'a passphrase: { env: NAME }').optional(),
    files: named(key, hostFile, 'files: path and content').optional(),
  },
  'the host: at least its workspace',
);

const where = {
  volume: text('a volume of the engine'),
  path: text('a directory in the host'),
  file: text('a file in the host'),
  bucket: text('a storage bucket'),
  instance: text('an instance'),
};
const compare = oneOf(['exact', 'stable', 'canary', 'service']);
const placeOptions = {
  size: size('how big the real data is').optional(),
  ballast: size('how much to plant').optional(),
  compare: compare.optional(),
  volatile: list(text('a glob'), 'a list of globs').optional(),
  secret: flag('true or false: whether its content is masked').default(false),
};
const initial = either(
  [mapping({ text: contents.text }, 'this text'), mapping({ env: contents.env }, 'the value of a variable'), mapping({ copy: contents.copy }, 'a copy of a file of the repository')],
  'the content before deploy: { copy }, { text } or { env }',
);
const filePlace = mapping(
  {
    file: where.file,
    initial: initial.optional(),
    canary: oneOf(['line', 'json', 'none']).default('line'),
    'canary-key': text('the key of a JSON object that carries the nonce').optional(),
    ...placeOptions,
  },
  'a file',
);
const place = either(
  [
    mapping({ volume: where.volume, ...placeOptions }, 'a volume'),
    mapping({ path: where.path, ...placeOptions }, 'a directory'),
    filePlace,
    mapping({ bucket: where.bucket, ...placeOptions }, 'a bucket'),
    mapping({ instance: where.instance, ...placeOptions }, 'an instance'),
  ],
  'a place: a mapping with one of volume, path, file, bucket, instance',
).meta({ id: 'place' });
export type DrillPlace = z.output<typeof place>;

const places = list(name, 'a list of places');
const loss = either(
  [
    oneOf(['stack', 'host']),
    mapping({ data: places, how: oneOf(['delete', 'remove', 'corrupt']) }, 'the loss of places: { data, how }'),
    mapping({ compromise: places }, 'keys that are known to an attacker: { compromise }'),
    mapping({ steps: steps("the runbook's own loss"), data: places }, "the runbook's own loss: { steps, data }"),
  ],
  'a loss: stack, host, { data, how: delete | remove | corrupt }, { compromise } or { steps, data }',
);
export type DrillLoss = z.output<typeof loss>;

const check = either(
  [steps("the runbook's own checks"), mapping({ backup: steps('checks before the loss').optional(), restore: steps('checks after the restore').optional() }, 'checks: { backup, restore }')],
  'a list of steps, or { backup: [..], restore: [..] }',
);

const generations = 'a whole number from 1 to 400';
const wholeNumber = (least: number, error: string) => z.int({ error }).min(least, { error }).max(400, { error });

const retention = mapping(
  {
    runs: wholeNumber(2, 'how often the backup steps run, `every` apart: a whole number from 2 to 400'),
    keep: named(name, wholeNumber(1, generations), 'place and how many generations of it are left then: the newest'),
  },
  'simulated backups of as many days, and what is to be left of them: { runs, keep }',
);

const scenario = mapping(
  {
    title: text('a title').optional(),
    rto: duration('recovery time objective').optional(),
    rpo: either([oneOf(['last-backup', 'none']), duration('recovery point objective')], 'a duration such as 24h, last-backup or none').optional(),
    every: duration('how often the backup steps run in real life').optional(),
    retention: retention.optional(),
    timeout: duration('longest time of the scenario; default max(30m, 3 x rto)').optional(),
    backup: steps('the backup'),
    loss,
    keep: z.array(name, { error: 'a list of places' }).meta({ description: 'places that a stack loss spares' }).default([]),
    also: z.array(name, { error: 'a list of places' }).meta({ description: 'places that the restore rolls back besides the lost ones' }).default([]),
    'after-loss': oneOf(['restarted', 'stopped', 'deployed']).optional(),
    'on-failure': oneOf(['skip', 'continue']).default('skip'),
    restore: steps('the restore'),
    check: check.optional(),
    replace: named(key, z.string({ error: 'text' }), 'text of the runbook and what stands for it here').default({}),
    manual: named(key, duration('human work that no drill can measure'), 'human work: name and duration').default({}),
    expect: named(name, expectation, 'name and restored, regenerated or lost').default({}),
    late: oneOf(['absent', 'any']).default('absent'),
    'repeat-restore': flag('true or false: whether the restore runs twice').default(false),
  },
  'a scenario: at least backup, loss and restore',
).meta({ id: 'scenario' });
export type DrillScenario = z.output<typeof scenario>;

const share = 'a share from 0 to 1, such as 0.9';

export const drillFile = mapping(
  {
    version: z.literal(1, { error: 'the number 1' }),
    name,
    repository: text('the folder that stands in the host as the repository, relative to this file; default: the Git root').optional(),
    runbook: either([text('a Markdown file'), list(text('a Markdown file'), 'a list of Markdown files')], 'the runbook: a Markdown file or a list of them'),
    'min-fidelity': z.number({ error: share }).min(0, { error: share }).max(1, { error: share }).default(0),
    host,
    offsite: z.array(text('a path or glob'), { error: 'a list of paths and globs' }).meta({ description: 'all that outlives a lost host, besides Git' }).default([]),
    artefacts: named(name, mapping({ path: text('a path or glob'), holds: places.optional() }, 'an artefact: { path, holds }'), 'what an artefact that cannot be looked into is said to hold').default({}),
    data: named(name, place, 'the places: name and where it is').default({}),
    services: named(name, service, 'the services: name and kind').default({}),
    ignore: z.array(text('a name'), { error: 'a list of names' }).meta({ description: 'in use, not declared, and no warning wanted' }).default([]),
    deploy: steps('what brings a fresh host to a running stack').default([]),
    scenarios: named(name, scenario, 'the scenarios: id and what happens'),
  },
  'a drill file',
);
export type DrillFile = z.output<typeof drillFile>;
