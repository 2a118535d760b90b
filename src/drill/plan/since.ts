/** Which scenarios a change touches: those whose blocks, steps or drill-file parts differ from a commit, and those that name a file which does. */
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import spawn, { SubprocessError } from 'nano-spawn';
import { InputErrors, type Plan, type ScenarioPlan } from '../model.ts';
import { type LoadOptions, loadPlan } from './load.ts';
import { filesNamed } from './since-files.ts';

export interface Touched {
  readonly id: string;
  /** What of it differs, in words. */
  readonly why: readonly string[];
}

export interface Selection {
  /** As it was given, and the commit that it names. */
  readonly ref: string;
  readonly commit: string;
  readonly touched: readonly Touched[];
  /** Ids of scenarios that are as they were. */
  readonly untouched: readonly string[];
}

/** The plan with only the scenarios that differ from `ref`; there may be none. Throws `InputErrors`, also where `ref` names no commit. */
export async function loadPlanSince(options: LoadOptions, ref: string): Promise<{ readonly plan: Plan; readonly selection: Selection }> {
  const plan = await loadPlan(options);
  const { gitRoot } = plan.repository;
  const commit = await commitOf(gitRoot, ref);
  const before = await planAt(options, gitRoot, commit);
  const files = await changedFiles(plan, commit);
  const tracked = await trackedFiles(plan);
  const all = plan.scenarios.map((scenario): Touched => ({ id: scenario.id, why: [...(before === null ? ['the drill file could not be read as of that commit'] : differences(plan, scenario, before)), ...filesNamed(plan, scenario, files, tracked)] }));
  const touched = all.filter(({ why }) => why.length > 0);
  const ids = new Set(touched.map(({ id }) => id));
  const scenarios = plan.scenarios.filter(({ id }) => ids.has(id));
  return { plan: { ...plan, scenarios }, selection: { ref, commit, touched, untouched: plan.scenarios.filter(({ id }) => !ids.has(id)).map(({ id }) => id) } };
}

async function commitOf(gitRoot: string, ref: string): Promise<string> {
  try {
    const { stdout } = await spawn('git', ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`], { cwd: gitRoot, stdin: 'ignore' });
    return stdout.trim();
  } catch (error) {
    if (!(error instanceof SubprocessError)) throw error;
    throw new InputErrors([{ file: '--since', line: 1, column: 1, message: `\`${ref}\` names no commit of this repository`, expected: 'a branch, a tag or a commit that is here', got: ref, help: 'fetch it (`git fetch origin`, or `fetch-depth: 0` for actions/checkout), or correct its name' }]);
  }
}

/** The plan of that commit; null where there was none that could be read. */
async function planAt(options: LoadOptions, gitRoot: string, commit: string): Promise<Plan | null> {
  const folder = await mkdtemp(join(await realpath(tmpdir()), 'runbook-drill-since-'));
  try {
    const env = { GIT_LFS_SKIP_SMUDGE: '1' };
    await spawn('git', ['clone', '--quiet', '--shared', '--no-checkout', '--', gitRoot, folder], { stdin: 'ignore', env });
    await spawn('git', ['-c', 'core.hooksPath=/dev/null', 'checkout', '--quiet', '--detach', commit], { cwd: folder, stdin: 'ignore', env });
    const drillFile = resolve(options.cwd ?? process.cwd(), options.drillFile);
    const there = relative(gitRoot, join(await realpath(dirname(drillFile)), relative(dirname(drillFile), drillFile)));
    return await loadPlan({ ...options, scenarios: undefined, cwd: folder, drillFile: join(folder, there) });
  } catch (error) {
    if (error instanceof InputErrors) return null;
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Tracked files that differ from the commit, uncommitted changes included, relative to the repository's folder. */
async function changedFiles({ repository: { gitRoot, folder } }: Plan, commit: string): Promise<readonly string[]> {
  const { stdout } = await spawn('git', ['diff', '--name-only', '--no-renames', '-z', commit, '--', '.'], { cwd: join(gitRoot, folder), stdin: 'ignore' });
  return stdout.split('\0').filter(Boolean).map((file) => relative(folder, file));
}

/** Relative to the repository's folder. */
async function trackedFiles({ repository: { gitRoot, folder } }: Plan): Promise<readonly string[]> {
  const { stdout } = await spawn('git', ['ls-files', '-z'], { cwd: join(gitRoot, folder), stdin: 'ignore' });
  return stdout.split('\0').filter(Boolean);
}

/** Where a thing stands in its file is no part of it: prose above it moves it. */
const positions: ReadonlySet<string> = new Set(['at', 'lossAt', 'line', 'lines', 'sourceLines', 'replacedLines', 'findings', 'foundImages', 'declared']);
const textOf = (value: unknown): string => JSON.stringify(value, (key, part: unknown) => (positions.has(key) ? undefined : part));

/** The two plans lie in two folders of this machine. */
const wholeOf = (plan: Plan, key: keyof typeof shared): string => textOf(plan[key]).replaceAll(plan.repository.gitRoot, '.');

const shared = { host: 'host', offsite: 'offsite', artefacts: 'artefacts', places: 'data', services: 'services', ignore: 'ignore', minFidelity: 'min-fidelity' } as const;
const own = { title: 'title', rtoSeconds: 'rto', rpo: 'rpo', everySeconds: 'every', retention: 'retention', timeoutSeconds: 'timeout', loss: 'loss', lost: 'loss', keep: 'keep', also: 'also', scope: 'scope', expect: 'expect', afterLoss: 'after-loss', onFailure: 'on-failure', late: 'late', repeatRestore: 'repeat-restore', manual: 'manual' } as const;

function differences(plan: Plan, scenario: ScenarioPlan, before: Plan): readonly string[] {
  const other = before.scenarios.find(({ id }) => id === scenario.id);
  if (other === undefined) return ['it is new'];
  const whole = keysOf(shared).filter((key) => wholeOf(plan, key) !== wholeOf(before, key)).map((key) => `\`${shared[key]}\` of the drill file differs`);
  const parts = keysOf(own).filter((key) => (key !== 'timeoutSeconds' || scenario.rtoSeconds === other.rtoSeconds) && textOf(scenario[key]) !== textOf(other[key])).map((key) => `its \`${own[key]}\` differs`);
  const renamed = plan.name === before.name && plan.repository.folder === before.repository.folder ? [] : ['the name or the repository of the drill differs'];
  const known = [...renamed, ...whole, ...parts, ...steps(scenario, other)];
  // What has no words here is a difference all the same.
  return known.length === 0 && textOf(scenario) !== textOf(other) ? ['it differs'] : [...new Set(known)];
}

const keysOf = <K extends string>(words: Readonly<Record<K, string>>): readonly K[] => Object.keys(words).filter((key): key is K => key in words);

function steps(now: ScenarioPlan, before: ScenarioPlan): readonly string[] {
  const there = new Set(before.steps.map(textOf));
  const here = new Set(now.steps.map(textOf));
  const names = new Set(before.steps.map(({ phase, name }) => `${phase} ${name}`));
  const changed = now.steps.filter((step) => !there.has(textOf(step))).map(({ phase, name }) => `${phase} ${name} ${names.has(`${phase} ${name}`) ? 'differs' : 'is new'}`);
  const still = new Set(now.steps.map(({ phase, name }) => `${phase} ${name}`));
  const gone = before.steps.filter((step) => !here.has(textOf(step)) && !still.has(`${step.phase} ${step.name}`)).map(({ phase, name }) => `${phase} ${name} is gone`);
  const moved = changed.length + gone.length === 0 && now.steps.map(textOf).join('\n') !== before.steps.map(textOf).join('\n');
  return [...changed, ...gone, ...(moved ? ['its steps are in another order'] : [])];
}
