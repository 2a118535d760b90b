/** Which of the runbook's commands wrote a file last, by the times of both. */
import { basename, dirname } from 'node:path';

export interface CommandSpan {
  readonly file: string;
  readonly line: number;
  readonly command: string;
  /** Seconds since 1970, host's clock. */
  readonly start: number;
  readonly end: number;
}

/** The kernel stamps files by a clock that ticks every 4 to 10 ms, so a stamp may lie just before its command. */
const clockTick = 0.011;

/**
 * Among the commands that ran when the file changed, the one that names the file, else its folder, else the first.
 * Before or after all commands (a background child): the last one that had begun.
 */
export function commandThatWrote(path: string, changed: number, spans: readonly CommandSpan[]): CommandSpan | null {
  const running = spans.filter((span) => span.start - clockTick <= changed && changed <= span.end + clockTick);
  const candidates = running.length > 0 ? running : spans.filter((span) => span.start - clockTick <= changed).slice(-1);
  const naming = (part: string): CommandSpan | undefined => (part.length > 1 ? candidates.find((span) => span.command.includes(part)) : undefined);
  return naming(basename(path)) ?? naming(dirname(path)) ?? candidates.find((span) => changed <= span.end) ?? candidates[0] ?? null;
}
