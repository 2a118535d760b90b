/** For tests: runs blocks in the bash of this machine under the host's own trace, and hands back their records. */
import { execFile, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { ToolRecord, TraceRecord } from './protocol.ts';

const execute = promisify(execFile);
const inHost = '/usr/local/lib/runbook-drill';
const library = fileURLToPath(new URL(`../../images/host/rootfs${inHost}/`, import.meta.url));
/** Each test has processes of its own; more at a time than this only wait for each other. */
const atOnce = 4;

export interface BlockSetup {
  readonly block: string;
  /** Scripts in the working directory, by name. */
  readonly files?: Readonly<Record<string, string>>;
  /** Wrapped programs, by name: what `sh` runs for them. */
  readonly tools?: Readonly<Record<string, string>>;
}

export interface TracedBlock {
  readonly text: string;
  readonly records: readonly TraceRecord[];
  readonly tools: readonly ToolRecord[];
  readonly exitCode: number;
  readonly exited: boolean;
  readonly stderrTail: string;
  readonly scripts: ReadonlyMap<string, string>;
}

const told = z.array(z.array(z.custom<TraceRecord>((value) => typeof value === 'object')));

/** The session as the agent in a host starts it, without the agent. */
const driver = (lib: string): string => `source ${lib}/session.bash
DRILL_RUN=1 DRILL_BLOCK=$TRACED/blocks/1 PATH=$TRACED/bin:$PATH
cd "$TRACED/work"
__drill_trace_on
builtin source "$DRILL_BLOCK"
{ __traced=$?; __drill_after "$__traced"; builtin echo "$__traced" > "$TRACED/finished"; } 2>&251
`;

/** The agent's own reading of a trace. */
const reader = `import json, os, sys
sys.path.insert(0, sys.argv[1])
from trace import Trace
told = []
for folder in sys.argv[2:]:
    trace = Trace(folder + '/blocks', folder + '/driver')
    trace.begin(1)
    with open(folder + '/raw', 'rb') as raw:
        list(trace.feed(raw.read()))
    trace.settle(lambda pid: False, 0.0, True)
    told.append(trace.book.told()['records'])
print(json.dumps(told))
`;

/** Keeps what a call was in files, so that no quoting is needed, as the host's wrappers keep it. */
const wrapper = (name: string, body: string, folder: string): string => `#!/bin/sh
call=$(mktemp -d ${folder}/calls/XXXXXXXX)
printf '%s' '${name}' > $call/tool; printf '%s' "$DRILL_AT" > $call/at; printf '%s' "$PPID" > $call/parentPid; pwd > $call/cwd
for a; do printf '%s\\0' "$a"; done > $call/args
tr '\\0' ' ' < /proc/$PPID/cmdline > $call/parent
(
${body}
) 2> $call/stderr
code=$?
cat $call/stderr >&2
printf '%s' "$code" > $call/exitCode
exit $code
`;

/** In the order of the setups. Resolves once all that the blocks started has ended. */
export async function traceBlocks(setups: readonly BlockSetup[]): Promise<readonly TracedBlock[]> {
  const root = await mkdtemp(join(tmpdir(), 'traced-bash-'));
  try {
    const lib = join(root, 'lib');
    await mkdir(lib);
    for (const name of await readdir(library)) {
      if (/\.(?:bash|py)$/.test(name)) await writeFile(join(lib, name), (await readFile(join(library, name), 'utf8')).replaceAll(inHost, lib));
    }
    const folders = setups.map((_, at) => join(root, String(at)));
    const waiting = setups.map((setup, at) => ({ setup, folder: folders[at] ?? root }));
    const worker = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await runBlock(lib, next.folder, next.setup);
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    await writeFile(join(root, 'reader.py'), reader);
    const { stdout } = await execute('python3', [join(root, 'reader.py'), lib, ...folders], { maxBuffer: 1 << 28 });
    const traces = told.parse(JSON.parse(stdout));
    return await Promise.all(setups.map((setup, at) => collect(folders[at] ?? root, setup, traces[at])));
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function runBlock(lib: string, folder: string, { block, files = {}, tools = {} }: BlockSetup): Promise<void> {
  for (const name of ['blocks', 'work', 'bin', 'calls']) await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, 'blocks', '1'), `${block}\n`);
  await writeFile(join(folder, 'driver'), driver(lib));
  await writeAll(join(folder, 'work'), Object.entries(files));
  await writeAll(join(folder, 'bin'), Object.entries(tools).map(([name, body]) => [name, wrapper(name, body, folder)]));
  // The reader of the FIFO ends once the last child of the block has.
  const shell = 'mkfifo fifo; cat fifo > raw & exec 9> fifo; bash --noprofile --norc "$TRACED/driver" < /dev/null 2> stderr > stdout 9>&-; echo $? > status; exec 9>&-; wait';
  const env = { ...process.env, DRILL_TRACE: join(folder, 'fifo'), TRACED: folder, LC_ALL: 'C.UTF-8' };
  await new Promise<void>((resolve, reject) => {
    const child = spawn('sh', ['-c', shell], { env, stdio: 'ignore', cwd: folder });
    child.on('error', reject);
    child.on('exit', () => resolve());
  });
}

async function writeAll(folder: string, files: readonly (readonly [string, string])[]): Promise<void> {
  for (const [name, text] of files) {
    await writeFile(join(folder, name), text);
    await chmod(join(folder, name), 0o755);
  }
}

async function collect(folder: string, setup: BlockSetup, trace: z.infer<typeof told>[number] | undefined): Promise<TracedBlock> {
  const finished = await readFile(join(folder, 'finished'), 'utf8').catch(() => null);
  return {
    text: setup.block,
    records: trace ?? [],
    tools: await toolCalls(join(folder, 'calls')),
    exitCode: Number(finished ?? (await readFile(join(folder, 'status'), 'utf8'))),
    exited: finished === null,
    stderrTail: (await readFile(join(folder, 'stderr'), 'utf8')).slice(-8192),
    scripts: new Map(Object.entries(setup.files ?? {}).map(([name, text]) => [join(folder, 'work', name), text])),
  };
}

async function toolCalls(folder: string): Promise<readonly ToolRecord[]> {
  const names = await readdir(folder);
  return Promise.all(
    names.map(async (name) => {
      const read = async (part: string): Promise<string> => readFile(join(folder, name, part), 'utf8');
      const [, line = '0'] = (await read('at')).split(':');
      return {
        tool: await read('tool'), args: (await read('args')).split('\0').slice(0, -1), block: 1, line: Number(line), time: 0, end: 0, exitCode: Number(await read('exitCode')),
        stderr: await read('stderr'), parent: (await read('parent')).trim(), parentPid: Number(await read('parentPid')), cwd: (await read('cwd')).trim(), count: 1,
      };
    }),
  );
}
