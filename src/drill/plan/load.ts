/** From a drill file's path to a plan. Everything that is wrong with the input is told before any engine is touched. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import type { NetworkMode } from '../../ports/host.ts';
import { type ReadDrillFile, readDrillFile } from '../drill-file/read.ts';
import type { DrillFile } from '../drill-file/schema.ts';
import type { Block } from '../../runbook/types.ts';
import { InputErrors, type Plan, type ScenarioPlan } from '../model.ts';
import { checkNames, keyLine, listed, type PlanContext } from './context.ts';
import { hostPaths } from './host-paths.ts';
import { planHost } from './host.ts';
import { imagesInShell } from './images-in-blocks.ts';
import { imagesInCompose } from './images-in-compose.ts';
import { planPlaces } from './places.ts';
import { Problems } from './problems.ts';
import { readRepository, type RepositoryFacts } from './repository-facts.ts';
import { readRunbooks } from './runbooks.ts';
import { outlineOf, planScenario, selectScenarios } from './scenarios.ts';
import { checkServicePlaces, planServices } from './services.ts';
import { checkSideDoors } from './side-doors.ts';

export { findDrillFile } from './find-drill-file.ts';

export interface LoadOptions {
  readonly drillFile: string;
  /** Ids; all scenarios when there is none. */
  readonly scenarios?: readonly string[] | undefined;
  /** What `--environment`, `--network` and `min-fidelity` say instead of the drill file. */
  readonly environment?: string | undefined;
  readonly network?: NetworkMode | undefined;
  readonly minFidelity?: number | undefined;
  /** Where `{ env: NAME }` is looked up. */
  readonly env: NodeJS.ProcessEnv;
  /** `drillFile` and the files in errors are relative to it. Default: the working directory. */
  readonly cwd?: string | undefined;
}

/**
 * Reads a drill file, its runbooks and its repository.
 * @throws InputErrors with all that is wrong.
 */
export async function loadPlan(options: LoadOptions): Promise<Plan> {
  const cwd = options.cwd ?? process.cwd();
  const path = resolve(cwd, options.drillFile);
  const display = (absolute: string): string => (relative(cwd, absolute).startsWith('..') ? absolute : relative(cwd, absolute));
  const source = readSource(path, display(path));
  const read = readDrillFile(display(path), source);
  const problems = new Problems(display(path), read.positions);
  problems.add(...read.errors);
  const repository = readRepository(path, read.drill?.repository, problems);
  if (read.drill === null || repository === null) throw new InputErrors(problems.errors);
  const plan = planOf(contextOf(read, read.drill, repository, problems, display, options.env), repository, read, source, options);
  if (problems.errors.length > 0) throw new InputErrors(problems.errors);
  return plan;
}

export function readSource(path: string, file: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const got = error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'no such file' : error instanceof Error && 'code' in error && error.code === 'EISDIR' ? 'a folder' : String(error);
    throw new InputErrors([{ file: file === '' ? '.' : file, line: 1, column: 1, message: 'the drill file cannot be read', expected: 'a drill file', got, help: 'give its path; the default is drill.yaml, then docs/drill.yaml' }]);
  }
}

function contextOf(read: ReadDrillFile, drill: DrillFile, repository: RepositoryFacts, problems: Problems, display: (path: string) => string, env: NodeJS.ProcessEnv): PlanContext {
  const { gitRoot, folder, tracked, drillFile } = repository;
  const displayed = (file: string): string => display(isAbsolute(file) ? file : join(folder, file));
  const { runbooks, complete } = readRunbooks(drill.runbook, { folder, tracked, problems, display: displayed });
  const { workspace } = drill.host;
  const paths = hostPaths(drill.host.user, typeof workspace === 'string' ? workspace : workspace.path);
  return { drill, positions: read.positions, problems, drillFile, runbooks, runbooksComplete: complete, display: displayed, gitRoot, folder, tracked, paths, env, secrets: new Set() };
}

function planOf(context: PlanContext, repository: RepositoryFacts, read: ReadDrillFile, source: string, options: LoadOptions): Plan {
  const { drill } = context;
  const selected = selectScenarios(context, options.scenarios ?? []);
  checkWhole(context, options.minFidelity);
  const places = planPlaces(context);
  const services = planServices(context);
  checkSideDoors(context, places);
  checkServicePlaces(context, places);
  const all = Object.entries(drill.scenarios).map(([id, scenario]) => planScenario(context, id, scenario));
  const scenarios = all.filter(({ id }) => selected.includes(id));
  const { gitRoot, folder, head, uncommitted, remotes } = repository;
  return {
    name: drill.name,
    drillFile: { file: context.drillFile, sha256: createHash('sha256').update(source).digest('hex') },
    repository: { gitRoot, folder: relative(gitRoot, folder), head, uncommitted, remotes },
    runbooks: context.runbooks.map(({ file, sha256 }) => ({ file, sha256 })),
    minFidelity: options.minFidelity ?? drill['min-fidelity'],
    control: null,
    host: withFoundImages(planHost(context, { environment: options.environment, network: options.network }), context, scenarios),
    offsite: drill.offsite.map((path) => context.paths.absolute(path)),
    artefacts: planArtefacts(context),
    dataAt: keyLine(context, ['data']),
    places,
    services,
    ignore: drill.ignore.map((name) => (/^[~/]/.test(name) ? context.paths.absolute(name) : name)),
    scenarios,
    declared: Object.entries(drill.scenarios).map(([id, scenario]) => outlineOf(id, scenario)),
    undrilled: undrilledBlocks(context, all),
    secrets: [...context.secrets],
    warnings: uncommitted ? ['there are uncommitted changes: the drill runs the last commit in the host, with the runbook and the drill file as they are here'] : [],
  };
}

/** A step may name some lines of a block alone: that block is drilled in part, and is none of these. */
function undrilledBlocks({ runbooks }: PlanContext, scenarios: readonly ScenarioPlan[]): Plan['undrilled'] {
  const named = scenarios.flatMap(({ steps }) => steps.map(({ at }) => at));
  const isNamed = (block: Block): boolean => named.some(({ file, line }) => file === block.file && line >= block.line && line <= block.endLine);
  return runbooks.flatMap(({ blocks }) => blocks.flatMap((block) => (isNamed(block) ? [] : [{ reference: block.reference, file: block.file, line: block.line }])));
}

const none = (record: object): boolean => Object.keys(record).length === 0;

function checkWhole({ drill, problems }: PlanContext, minFidelity: number | undefined): void {
  if (none(drill.data) && none(drill.services)) problems.atKey([], { message: 'the drill file declares neither `data` nor `services`', expected: 'at least one of them', got: 'neither', help: 'declare what must survive' });
  if (none(drill.scenarios)) problems.atKey(['scenarios'], { message: 'the drill file has no scenario', expected: 'at least one', got: 'none', help: 'add one with backup, loss and restore' });
  if (minFidelity !== undefined && !(minFidelity >= 0 && minFidelity <= 1)) {
    problems.atKey(['min-fidelity'], { message: 'min-fidelity is out of range', expected: 'a share from 0 to 1, such as 0.9', got: String(minFidelity), help: 'correct the input `min-fidelity`' });
  }
}

function planArtefacts(context: PlanContext): Plan['artefacts'] {
  const { artefacts, data } = context.drill;
  return Object.entries(artefacts).map(([name, { path, holds = [] }]) => {
    checkNames(context, listed(holds, ['artefacts', name, 'holds']), Object.keys(data), 'place');
    return { name, path: context.paths.absolute(path), holds };
  });
}

/** Compose files and `docker` commands name images for Docker alone. */
function withFoundImages(host: ReturnType<typeof planHost>, { folder, tracked }: PlanContext, scenarios: readonly ScenarioPlan[]): Plan['host'] {
  if (host.engine !== 'docker') return { ...host, foundImages: [] };
  const declared = new Set(host.images.map(({ name }) => name));
  const texts = new Set(scenarios.flatMap(({ steps }) => steps.flatMap((step) => ('shell' in step && step.kind !== 'skip' ? [step.shell.text] : []))));
  const found = new Set([...imagesInCompose(folder, tracked), ...[...texts].flatMap(imagesInShell)]);
  return { ...host, foundImages: [...found].filter((name) => !declared.has(name)) };
}
