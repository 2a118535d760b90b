/** The runbook's own text beside a finding. */
import type { ScenarioDeclaration } from '../drill/journal-events.ts';
import type { Finding } from '../drill/model.ts';

/** Lines shown before and after the one that is meant. */
const around = 3;

export interface SourceText {
  readonly line: number;
  readonly text: string;
}

/** The lines around the one that a finding is about, from the step that holds it; the beginning of a block, where it is about all of it. */
export function sourceAround({ file, line }: Pick<Finding, 'file' | 'line'>, declaration: ScenarioDeclaration | undefined): readonly SourceText[] {
  const step = declaration?.steps.find((candidate) => candidate.file === file && candidate.excerpt !== undefined && (candidate.line === line || candidate.excerpt.lines.includes(line)));
  if (step?.excerpt === undefined) return [];
  const texts = step.excerpt.text.split('\n');
  const all = step.excerpt.lines.map((number, index) => ({ line: number, text: texts[index] ?? '' }));
  const meant = Math.max(0, all.findIndex((each) => each.line === line));
  return all.slice(Math.max(0, meant - around), meant + around + 1).filter(({ text }, _index, shown) => shown.length > 1 || text.trim() !== '');
}
