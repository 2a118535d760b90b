/** Pairs of drills: the good twin passes, the bad one fails with the rules that name its lie. */
import { expect, it } from 'vitest';
import type { RuleId } from '../src/drill/model.ts';
import { type DrillResult, type SmallDrill, explained, lineWith, runSmallDrill } from './small-drill.ts';
import { thorough } from './thorough.ts';

export interface Pair {
  readonly name: string;
  readonly good: SmallDrill;
  readonly bad: SmallDrill;
  /** What the bad twin must be found for, all of them. */
  readonly rules: readonly RuleId[];
  /** Default FAILED. */
  readonly status?: 'FAILED' | 'TIMED_OUT' | 'NOT_MEASURED';
  /** For `npm run thorough` alone. */
  readonly onlyThorough?: true;
  /** A text of the bad runbook's line at which each of these must be told. */
  readonly at?: Partial<Record<RuleId, string>>;
}

/** To be called within a `describe.concurrent`, with a time limit that two drills on a busy machine keep. */
export function itCatches(pairs: readonly Pair[]): void {
  /** Good twins that are the same drill are drilled once. */
  const drilled = new Map<string, Promise<DrillResult>>();
  const goodTwin = (small: SmallDrill): Promise<DrillResult> => {
    const key = JSON.stringify(small);
    const known = drilled.get(key) ?? runSmallDrill(small);
    drilled.set(key, known);
    return known;
  };
  it.for(pairs)('$name', async ({ good, bad, rules, status = 'FAILED', at = {}, onlyThorough = false }, context) => {
    context.skip(onlyThorough && !thorough, 'npm run thorough');
    const passed = await goodTwin(good);
    expect(passed.scenario.validationStatus, explained(passed)).toBe('SUCCESSFUL');
    expect(passed.errors, explained(passed)).toEqual([]);
    const failed = await runSmallDrill(bad);
    expect(failed.scenario.validationStatus, explained(failed)).toBe(status);
    for (const rule of rules) expect(failed.rules, explained(failed)).toContain(rule);
    for (const [rule, text] of Object.entries(at)) {
      const lines = failed.scenario.findings.filter((finding) => finding.rule === rule).map(({ file, line }) => `${file}:${line}`);
      expect(lines, explained(failed)).toContain(`runbook.md:${lineWith(bad, text)}`);
    }
  });
}
