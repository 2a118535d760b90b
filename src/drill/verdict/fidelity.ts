import type { StepDeclaration } from '../journal-events.ts';
import { type ScenarioFacts, wasStarted } from './facts.ts';

const counting: ReadonlySet<StepDeclaration['phase']> = new Set(['backup', 'restore', 'check']);

/**
 * Share of source lines that stand in the runbook and were run as they stand: over backup, restore and check steps
 * that were started, and blocks under `skip`. Each line once, rounded down to two decimals; null without lines.
 */
export function fidelityOf(facts: ScenarioFacts): number | null {
  const lines = new Map<string, boolean>();
  for (const step of facts.declaration.steps) {
    const skipped = step.kind === 'skip';
    if (!counting.has(step.phase) || step.kind === 'wait' || !(skipped || wasStarted(facts, step))) continue;
    const replaced = new Set(step.replacedLines);
    for (const line of step.sourceLines) {
      const key = `${step.file}:${line}`;
      const verbatim = step.inRunbook && !skipped && !replaced.has(line);
      lines.set(key, verbatim || lines.get(key) === true);
    }
  }
  if (lines.size === 0) return null;
  const verbatim = [...lines.values()].filter(Boolean).length;
  return Math.floor((verbatim * 100) / lines.size) / 100;
}
