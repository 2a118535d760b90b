/** What a drill file says about its runbooks and scenarios, for what needs neither an engine nor the drill's secrets. */
import { join, relative, resolve } from 'node:path';
import { readDrillFile } from '../drill-file/read.ts';
import { InputErrors, type ScenarioOutline } from '../model.ts';
import { readSource } from './load.ts';
import { Problems } from './problems.ts';
import { readRepository } from './repository-facts.ts';
import { outlineOf } from './scenarios.ts';

export interface Outline {
  readonly name: string;
  /** Absolute, on this machine. */
  readonly runbooks: readonly string[];
  readonly scenarios: readonly ScenarioOutline[];
}

/** Throws `InputErrors` where the drill file cannot be read. */
export async function loadOutline(drillFile: string, cwd: string): Promise<Outline> {
  const path = resolve(cwd, drillFile);
  const file = relative(cwd, path);
  const { drill, positions, errors } = readDrillFile(file, readSource(path, file));
  const problems = new Problems(file, positions);
  problems.add(...errors);
  const repository = readRepository(path, drill?.repository, problems);
  if (drill === null || repository === null || problems.errors.length > 0) throw new InputErrors(problems.errors);
  const runbooks = typeof drill.runbook === 'string' ? [drill.runbook] : drill.runbook;
  return { name: drill.name, runbooks: runbooks.map((runbook) => join(repository.folder, runbook)), scenarios: Object.entries(drill.scenarios).map(([id, scenario]) => outlineOf(id, scenario)) };
}
