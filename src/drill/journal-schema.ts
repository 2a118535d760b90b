/** The shape of a journal's lines, for the reader: a journal may come from a run that was killed, or from another machine. */
import { z } from 'zod';
import type { JournalEntry } from './journal-events.ts';
import { type RuleId, rules } from './model.ts';

/** Fields that this version does not know are kept: a reader must not lose facts. */
const object = z.looseObject;

const at = z.string();
const sourceLine = { file: z.string(), line: z.number().int() };
const stepPhase = z.enum(['deploy', 'backup', 'lose', 'restore', 'check']);
const phase = z.enum(['create', 'seed', 'verify', 'destroy', 'deploy', 'backup', 'lose', 'restore', 'check']);
const compare = z.enum(['exact', 'stable', 'canary', 'service']);
const severity = z.enum(['error', 'warning']);
const seconds = z.number();
const byName = z.record(z.string(), z.number());

const finding = object({
  rule: z.custom<RuleId>((value) => typeof value === 'string' && Object.hasOwn(rules, value), 'no rule of this version'),
  severity,
  ...sourceLine,
  message: z.string(),
  expected: z.string(),
  actual: z.string(),
  help: z.string(),
});

const limit = object({ ...sourceLine, what: z.string(), remedy: z.string() });

const failure = object({
  ...sourceLine,
  kind: z.enum(['untested', 'masked']),
  command: z.string(),
  status: z.number().int(),
  count: z.number().int(),
  stderr: z.string(),
  hiddenBy: z.string(),
  script: object(sourceLine).nullable(),
});

const stepResult = object({
  status: z.enum(['succeeded', 'failed', 'timed-out', 'skipped']),
  exitCode: z.number().int().nullable(),
  start: z.string().nullable(),
  duration: seconds.nullable(),
  failures: z.array(failure),
  prompt: object({ ...sourceLine, program: z.string() }).nullable(),
  timedOutAt: object(sourceLine).nullable(),
  limits: z.array(limit),
  lineTimes: z.array(object({ line: z.number(), seconds, count: z.number() })),
  output: z.string(),
  inputTaken: z.boolean(),
  passphrases: z.number().int().exactOptional(),
});

const artefact = object({
  kind: z.enum(['file', 'folder', 'commit', 'snapshot', 'object']),
  path: z.string(),
  sha256: z.string().nullable(),
  bytes: z.number(),
  state: z.enum(['readable', 'broken', 'opaque']),
  layers: z.array(z.string()),
  members: z.number().nullable(),
  contentBytes: z.number().nullable(),
  holds: z.array(z.string()),
  plaintext: z.array(z.string()),
  lock: z.enum(['open', 'backup-only', 'closed', 'mistake', 'damaged']).exactOptional(),
  offsite: z.boolean(),
  writtenBy: object(sourceLine).nullable(),
  detail: z.string(),
});

const placeFact = object({
  name: z.string(),
  compare,
  exists: z.boolean(),
  nonceBack: z.boolean(),
  lateNonceBack: z.boolean(),
  identity: object({ state: z.enum(['new', 'same', 'none', 'unknown']), path: z.string().nullable() }).optional(),
  entries: z.number(),
  bytes: z.number(),
  differences: z.array(
    object({
      path: z.string(),
      kind: z.enum(['missing', 'changed', 'extra', 'metadata', 'late', 'late-path']),
      severity,
      aspect: z.string(),
      expected: z.string(),
      seen: z.string(),
    }),
  ),
  counts: byName,
});

const probe = z.enum(['there', 'absent', 'unproven']);
const serviceFact = object({
  name: z.string(),
  kind: z.string(),
  seeded: z.boolean(),
  ready: z.boolean(),
  readySeconds: seconds.nullable(),
  canarySeconds: seconds.nullable(),
  canary: probe,
  lateCanary: probe,
  identity: z.enum(['new', 'same', 'unknown']).optional(),
  knownBy: z.string().optional(),
  seen: z.string(),
});

const dataInUse = object({
  kind: z.enum(['volume', 'bind', 'bucket', 'instance']),
  name: z.string(),
  anonymous: z.boolean(),
  usedBy: z.array(z.string()),
  declared: z.boolean(),
  harmless: z.string().nullable(),
});

const image = object({
  instance: z.string(),
  image: z.string(),
  id: z.string(),
  digests: z.array(z.string()),
  version: z.string().nullable(),
  startedBy: object(sourceLine).nullable(),
});

const stepDeclaration = object({
  ...sourceLine,
  index: z.number().int(),
  phase: stepPhase,
  before: z.literal('loss').nullable(),
  name: z.string(),
  kind: z.string(),
  substitutions: z.number(),
  inRunbook: z.boolean(),
  sourceLines: z.array(z.number()),
  replacedLines: z.array(z.number()),
  excerpt: object({ text: z.string(), lines: z.array(z.number().int()) }).exactOptional(),
  why: z.string().exactOptional(),
  onlyIfGone: z.literal(true).exactOptional(),
});

const loss = z.discriminatedUnion('type', [
  object({ type: z.literal('data'), how: z.enum(['delete', 'remove', 'corrupt']) }),
  object({ type: z.literal('stack') }),
  object({ type: z.literal('host') }),
  object({ type: z.literal('compromise') }),
  object({ type: z.literal('steps') }),
]);

const outline = { id: z.string(), title: z.string(), rtoSeconds: seconds.nullable(), rpo: z.union([z.number(), z.literal('last-backup')]).nullable() };

const scenarioDeclaration = object({
  ...outline,
  at: object(sourceLine),
  lossAt: object(sourceLine),
  loss,
  everySeconds: seconds.nullable(),
  manual: byName,
  lost: z.array(z.string()),
  also: z.array(z.string()),
  scope: object({ places: z.array(z.string()), services: z.array(z.string()) }),
  expect: z.record(z.string(), z.enum(['restored', 'regenerated', 'lost'])),
  late: z.enum(['absent', 'any']),
  repeatRestore: z.boolean().exactOptional(),
  steps: z.array(stepDeclaration),
  findings: z.array(finding),
});

const notMeasured = { event: z.literal('not-measured'), what: z.string(), why: z.string() };

export const drillEntrySchema = z.discriminatedUnion('event', [
  object({
    at,
    event: z.literal('drill-started'),
    format: z.literal(1),
    tool: z.string(),
    drill: z.string(),
    drillFile: z.string(),
    drillFileSha256: z.string().exactOptional(),
    commit: z.string().exactOptional(),
    declared: z.array(object(outline)).exactOptional(),
    absent: z.array(object(outline)).exactOptional(),
    undrilled: z.array(object({ ...sourceLine, reference: z.string() })).exactOptional(),
    control: z.enum(['positive', 'negative']).nullable(),
    runbooks: z.array(object({ file: z.string(), sha256: z.string() })),
    host: object({ environment: z.string(), engine: z.string(), network: z.string(), user: z.string(), date: z.string().exactOptional() }),
    minFidelity: z.number(),
    dataAt: object(sourceLine).exactOptional(),
    ignore: z.array(z.string()).exactOptional(),
    places: z.array(object({ ...sourceLine, name: z.string(), volume: z.string().optional(), compare, seeded: z.boolean(), sizeBytes: z.number().nullable() })),
    services: z.array(object({ ...sourceLine, name: z.string(), kind: z.string(), data: z.string().nullable(), seeded: z.boolean(), remedy: z.string().exactOptional() })),
    scenarios: z.array(scenarioDeclaration),
  }),
  object({ at, event: z.literal('stand-in'), for: z.string(), is: z.string() }),
  object({ at, ...notMeasured }),
  object({ at, event: z.literal('warning'), message: z.string() }),
  object({ at, event: z.literal('drill-ended'), interrupted: z.enum(['SIGINT', 'SIGTERM']).nullable(), fault: z.string().nullable() }),
]) satisfies z.ZodType<JournalEntry>;

const scenario = { at, scenario: z.string() };

export const scenarioEntrySchema = z.discriminatedUnion('event', [
  object({ ...scenario, event: z.literal('host-created'), engine: z.string(), mode: z.string(), seconds, replacement: z.boolean() }),
  object({ ...scenario, event: z.literal('phase-started'), phase }),
  object({ ...scenario, event: z.literal('phase-ended'), phase, seconds }),
  object({ ...scenario, event: z.literal('step-started'), step: z.number().int() }),
  object({ ...scenario, event: z.literal('step-ended'), step: z.number().int(), result: stepResult }),
  object({ ...scenario, event: z.literal('seeded'), names: z.array(z.string()), newest: byName, bytes: byName.exactOptional() }),
  object({
    ...scenario,
    event: z.literal('backup-inspected'),
    backupEnded: z.number(),
    artefacts: z.array(artefact),
    coverage: z.array(object({ name: z.string(), covered: z.enum(['yes', 'no', 'unknown']), why: z.string() })),
    bornVolumes: z.array(object({ ...sourceLine, name: z.string(), files: z.number(), bytes: z.number(), holds: z.array(z.string()) })),
    mismatches: z.array(object({ artefact: z.string(), place: z.string(), older: z.boolean(), paths: z.array(z.string()), count: z.number() })),
    gone: z.array(object({ place: z.string(), paths: z.array(z.string()), count: z.number() })).exactOptional(),
    old: z.array(object({ path: z.string(), sha256: z.string().nullable(), bytes: z.number(), changed: seconds, places: z.array(z.string()), meantBy: object(sourceLine).nullable() })),
  }),
  object({ ...scenario, event: z.literal('old-artefacts-read'), read: z.array(object({ path: z.string(), by: object(sourceLine).nullable() })) }),
  object({ ...scenario, event: z.literal('inventory'), when: z.enum(['backup', 'restore']), data: z.array(dataInUse), images: z.array(image) }),
  object({
    ...scenario,
    event: z.literal('retention'),
    asked: object(sourceLine),
    dates: z.array(z.string()),
    failed: z.array(z.number()),
    removes: object(sourceLine).nullable(),
    places: z.array(object({ name: z.string(), keep: z.number(), kept: z.array(z.number()), unknown: z.array(z.number()) })),
  }),
  object({ ...scenario, event: z.literal('loss-proven'), proven: z.boolean(), why: z.string() }),
  object({ ...scenario, ...notMeasured }),
  object({ ...scenario, event: z.literal('unproven'), phase, why: z.string(), limit: limit.nullable(), cannotRun: z.boolean() }),
  object({
    ...scenario,
    event: z.literal('verified'),
    places: z.array(placeFact),
    services: z.array(serviceFact),
    bystanders: z.array(placeFact),
    bystanderServices: z.array(serviceFact),
  }),
  object({ ...scenario, event: z.literal('restore-repeats'), places: z.array(placeFact), services: z.array(serviceFact) }),
  object({ ...scenario, event: z.literal('scenario-timed-out'), phase, seconds }),
  object({ ...scenario, event: z.literal('scenario-ended') }),
]) satisfies z.ZodType<JournalEntry>;
