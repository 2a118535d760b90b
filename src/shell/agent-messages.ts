/** What the agent says, checked: it comes from a machine where other people's text runs as root. */
import { z } from 'zod';
import type { BlockRun, LateRecords, ToolRecord, TraceRecord } from './protocol.ts';

const text = z.string();
const count = z.number().int();

const previousSchema = z.object({ source: text, line: count, command: text }).nullable();

const recordSchema: z.ZodType<TraceRecord> = z.object({
  kind: z.enum(['command', 'failure', 'return', 'end']),
  pid: count,
  subshell: count,
  first: z.boolean(),
  depth: count,
  trap: z.enum(['EXIT', 'ERR', 'RETURN']).nullable().catch(null),
  block: count,
  source: text,
  line: count,
  at: count,
  time: z.number(),
  status: count,
  pipeStatus: z.array(count),
  command: text,
  cwd: text,
  background: count.nullable(),
  previous: previousSchema,
  count,
});

const toolSchema: z.ZodType<ToolRecord> = z.object({
  tool: text,
  args: z.array(text),
  block: count,
  line: count,
  time: z.number(),
  end: z.number(),
  exitCode: count,
  stderr: text,
  parent: text,
  parentPid: count,
  cwd: text,
  count,
});

const told = {
  records: z.array(recordSchema),
  tools: z.array(toolSchema),
  dropped: z.object({ records: count, failures: count, tools: count, failedTools: count }),
};

export const lateSchema: z.ZodType<LateRecords> = z.object(told);

export const faultSchema = z.object({ message: text });

/** All of a `BlockRun` but what is kept out here: the output. `start` is seconds since 1970. */
export const doneSchema: z.ZodType<Omit<BlockRun, 'start' | 'scripts' | 'output' | 'stderrTail'> & { readonly start: number; readonly scripts: Readonly<Record<string, string>> }> = z.object({
  ...told,
  ended: z.enum(['finished', 'exited', 'timed-out', 'prompt', 'aborted']),
  exitCode: count.nullable(),
  start: z.number(),
  seconds: z.number(),
  lineTimes: z.array(z.object({ line: count, seconds: z.number(), count })),
  spans: z.array(z.object({ line: count, command: text, start: z.number(), end: z.number() })),
  prompt: z.object({ line: count, program: text }).nullable(),
  timedOutLine: count.nullable(),
  inputTaken: z.boolean(),
  passphrases: count,
  scripts: z.record(text, text),
});
