/** What a run that drills nothing still tells: scenarios that were last tested long ago. */
import { JournalError } from './drill/journal-error.ts';
import type { Plan } from './drill/model.ts';
import { terminalText } from './drill/terminal-text.ts';
import { readHistory } from './history-store.ts';
import { ageWarningsOf, defaultLimits } from './report/over-time.ts';

/**
 * A line each; one where the history cannot be read.
 * @param history path of its file or folder.
 * @param maxAge seconds.
 */
export async function agesOf({ name, declared }: Plan, history: string, maxAge: number): Promise<readonly string[]> {
  try {
    const warnings = ageWarningsOf(name, declared, await readHistory(history), new Date().toISOString(), { ...defaultLimits, maxAge });
    return warnings.map((warning) => terminalText(warning));
  } catch (error) {
    // What is planned does not hang on it.
    if (error instanceof JournalError) return [terminalText(`nobody knows what was last tested when: ${error.message}`)];
    throw error;
  }
}
