/** What a session is asked to run, and what it tells of it: the trace of a block as it was, with no judgement. */

/**
 * One thing that a traced bash said. All statuses are those of the moment before: of what `previous` names.
 *
 * - `command`: a simple command (or `for`, `case`, `[[`, `((`) is about to run in process `pid`.
 *   In a pipeline and before `&` the record of a simple command comes from the parent process, and then carries the status of what went before the pipeline.
 * - `failure`: bash's own ERR: `command` ended with `status` and nothing tested it.
 * - `return`: a function or a sourced file ended (the end of the block itself among them); PIPESTATUS is that of the last pipeline in it.
 * - `end`: a subshell, a child bash or the block's own shell ended with `status`; PIPESTATUS is that of the last pipeline in it. For `cmd &`, `pid` is that of `cmd`, `command` what was started.
 */
export interface TraceRecord {
  readonly kind: 'command' | 'failure' | 'return' | 'end';
  readonly pid: number;
  /** BASH_SUBSHELL: 0 in the process that sources the block and in a child bash. */
  readonly subshell: number;
  /** The process has not told anything before: `status` and `pipeStatus` are what it inherited, and say nothing new. `previous` is null. */
  readonly first: boolean;
  /** How deep in functions and sourced files: 2 in the block itself, 3 in a function that it calls; 1 in a script, 0 in `bash -c`. */
  readonly depth: number;
  /** In a handler that the block or script itself set: then `command` is not what runs but what was running when the trap came. */
  readonly trap: 'EXIT' | 'ERR' | 'RETURN' | null;
  /** Which block of the session, from 1. `BlockRun` has its own only; what other blocks left running is in `LateRecords`. */
  readonly block: number;
  /** `block`; `block:N` for a function that the session's Nth block defined; the absolute path of a script; or `-c` for `bash -c`. */
  readonly source: string;
  /** Line in `source`, from 1. One too high where the first line of a continued command is one word, and shifted inside a multi-line `$( )`. */
  readonly line: number;
  /** Line of this block that was running when it happened; equal to `line` where `source` is `block`. */
  readonly at: number;
  /** Seconds since 1970 with fraction, host's clock; of the first time. */
  readonly time: number;
  /** Of the last command that ended in this process (`$?`). */
  readonly status: number;
  /** PIPESTATUS beside it. */
  readonly pipeStatus: readonly number[];
  /** BASH_COMMAND, cut at 2 KiB, as bash prints it (a newline is a newline). */
  readonly command: string;
  readonly cwd: string;
  /** `$!`, the last process that was put in the background, or null. */
  readonly background: number | null;
  /**
   * What `status` belongs to: the `command` record before this one in the same process at the same `depth` (in a pipeline: its last
   * simple command in this process; a loop or group there runs in a process of its own). So after `f`, it is the call of `f`. Null where nothing there has ended yet.
   */
  readonly previous: { readonly source: string; readonly line: number; readonly command: string } | null;
  /**
   * How often exactly this happened: records that agree in all but `pid`, `time`, `cwd` and `background` are one, at the place of the first.
   * So neighbours in the list are not always neighbours in time: use `previous`.
   */
  readonly count: number;
}

/** A call of a wrapped program: docker, incus, lxc, tar, gpg, tofu, curl, make; or `find -exec`, for each command of it that failed. */
export interface ToolRecord {
  readonly tool: string;
  /** Cut at 1 KiB in all. */
  readonly args: readonly string[];
  /** Which block of the session, from 1. */
  readonly block: number;
  /** Line of the block that was running (as `TraceRecord.at`). */
  readonly line: number;
  /** Seconds since 1970, host's clock, when it started and when it ended. */
  readonly time: number;
  readonly end: number;
  /** 128 + n after signal n. For `find -exec` 1: find does not tell. */
  readonly exitCode: number;
  /** End of its standard error, at most 2 KiB, whatever it was redirected to. */
  readonly stderr: string;
  /** Command line of the process that called it, arguments separated by blanks, cut at 1 KiB; its pid is a `TraceRecord.pid` where that was a traced bash. */
  readonly parent: string;
  readonly parentPid: number;
  readonly cwd: string;
  /** For `find -exec`: how many of its commands failed; else 1. */
  readonly count: number;
}

/** When a command ran, by the host's clock: for attributing files to the command that wrote them. */
export interface CommandSpan {
  /** Line of the block. */
  readonly line: number;
  readonly command: string;
  /** Seconds since 1970. */
  readonly start: number;
  readonly end: number;
}

export interface LineTime {
  /** Line of the block. */
  readonly line: number;
  readonly seconds: number;
  readonly count: number;
}

/** What could not be kept, so that nothing is lost silently: the limits are 20,000 different records and 5,000 tool calls. */
export interface Dropped {
  readonly records: number;
  /** Of these, records with a status other than 0. */
  readonly failures: number;
  readonly tools: number;
  /** Of these, with an exit code other than 0. */
  readonly failedTools: number;
}

export interface BlockRequest {
  readonly text: string;
  /** `shell` is sourced; `script` begins with `#!` and is run by its interpreter. */
  readonly runs: 'shell' | 'script';
  readonly timeoutSeconds: number;
  /** For this block only. `~` is the user's home. */
  readonly cwd?: string;
  /** For this block only. */
  readonly env?: Readonly<Record<string, string>>;
  /** Another user than the session's has a shell of their own in the phase. */
  readonly user?: string;
  /** `typed`: typed at the terminal when something asks for it; `stdin`: standard input is this text, and there is no terminal. */
  readonly input?: { readonly to: 'typed' | 'stdin'; readonly text: string };
}

/** What one block did. */
export interface BlockRun {
  /** `finished`: to its last line; `exited`: it ended its shell (a `script` always does); `prompt`: it waited for a person and was ended. */
  readonly ended: 'finished' | 'exited' | 'timed-out' | 'prompt' | 'aborted';
  /** Null when it was ended from outside. */
  readonly exitCode: number | null;
  /** RFC 3339 UTC with milliseconds, host's clock. */
  readonly start: string;
  /** By a monotonic clock in the host. */
  readonly seconds: number;
  readonly records: readonly TraceRecord[];
  readonly tools: readonly ToolRecord[];
  readonly dropped: Dropped;
  readonly lineTimes: readonly LineTime[];
  /** At most 20,000. */
  readonly spans: readonly CommandSpan[];
  readonly prompt: { readonly line: number; readonly program: string } | null;
  /** The line that ran when its time was over. */
  readonly timedOutLine: number | null;
  /** Last 8 KiB of both streams as they came. */
  readonly output: string;
  /** Last 8 KiB of standard error. */
  readonly stderrTail: string;
  /** Something read of the `input`. */
  readonly inputTaken: boolean;
  /** How often gpg asked for a passphrase and was answered by the drill. */
  readonly passphrases: number;
  /** Texts of scripts in which something ended with a status other than 0, by absolute path, as they were when the block had ended; at most 20, each cut at 256 KiB. */
  readonly scripts: ReadonlyMap<string, string>;
}

/** What came after the blocks had ended: from background children, `EXIT` traps, process substitutions. */
export interface LateRecords {
  readonly records: readonly TraceRecord[];
  readonly tools: readonly ToolRecord[];
  readonly dropped: Dropped;
}
