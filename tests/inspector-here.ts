/** The inspector of a host, run on this machine, for tests of it alone: what it reads are files that the test made. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type InspectionOptions, type StreamFacts, inspectArtefacts } from '../src/evidence/artefact/inspect-artefacts.ts';
import type { MemberFact } from '../src/evidence/artefact/member-facts.ts';
import type { Host } from '../src/ports/host.ts';
import { madeBy } from './real-programs.ts';

const library = '/usr/local/lib/runbook-drill';

const inspectorHere: Pick<Host, 'exec'> = {
  async exec([program = '', ...words], { stdin = '', stdout } = {}) {
    const child = spawn(program, words.map((word) => word.replace(library, resolve(`images/host/rootfs${library}`))), { cwd: '/', stdio: ['pipe', 'pipe', 'pipe'] });
    const errors: Buffer[] = [];
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
    child.stdin.end(stdin);
    const ended = once(child, 'close');
    if (stdout !== undefined) await pipeline(child.stdout, stdout);
    await ended;
    return { exitCode: child.exitCode ?? -1, stdout: Buffer.alloc(0), stderr: Buffer.concat(errors).toString() };
  },
};

export interface Inspected {
  readonly facts: StreamFacts;
  /** By path, with those of the archives around it before it: `a.tar!b`. */
  readonly members: ReadonlyMap<string, MemberFact>;
  /** `a.tar!` or '' to whether that archive is intact, in the order of their ends. */
  readonly ended: readonly (readonly [string, boolean])[];
}

const prefix = (within: readonly string[]): string => within.map((part) => `${part}!`).join('');

/** Looks into each of the artefacts, in one run of the inspector. */
export async function inspectHere(artefacts: readonly Buffer[], options: Partial<InspectionOptions> = {}): Promise<readonly Inspected[]> {
  const folder = mkdtempSync(join(tmpdir(), 'artefacts-'));
  try {
    const sources = artefacts.map((bytes, index) => {
      const path = join(folder, String(index));
      writeFileSync(path, bytes);
      const members = new Map<string, MemberFact>();
      const ended: [string, boolean][] = [];
      const listener = {
        member: (fact: MemberFact, within: readonly string[]) => void members.set(`${prefix(within)}${fact.path}`, fact),
        ended: (within: readonly string[], intact: boolean) => void ended.push([prefix(within), intact]),
      };
      return { path, listener, members, ended };
    });
    const facts = await inspectArtefacts(inspectorHere, sources.map(({ path, listener }) => ({ path, listener })), { nonces: new Map(), passphrases: [], ...options });
    return sources.map(({ members, ended }, index) => {
      return { facts: facts[index] ?? unread(`artefact ${index}`), members, ended };
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A temporary folder in which bash makes artefacts, to be looked into all at once: starting a process takes longer than most of them. */
export interface Workshop extends Disposable {
  readonly path: (name: string) => string;
  readonly bytes: (command: string) => Buffer;
  /** What the inspector finds in the output of each command. */
  readonly inspect: <Name extends string>(commands: Readonly<Record<Name, string>>, options?: Partial<InspectionOptions>) => Promise<ReadonlyMap<Name, Inspected>>;
}

export function openWorkshop(script: string): Workshop {
  const folder = mkdtempSync(join(tmpdir(), 'workshop-'));
  const bytes = (command: string): Buffer => madeBy(folder, command);
  bytes(script);
  return {
    path: (name) => join(folder, name),
    bytes,
    async inspect(commands, options) {
      const names = Object.keys(commands) as (keyof typeof commands)[];
      const output = mkdtempSync(join(tmpdir(), 'made-'));
      try {
        bytes(names.map((name, index) => `( ${commands[name]} ) > ${output}/${index} 2>/dev/null`).join('\n'));
        const inspected = await inspectHere(names.map((_, index) => readFileSync(join(output, String(index)))), options);
        return new Map(names.map((name, index) => [name, inspected[index] ?? unread(name)]));
      } finally {
        rmSync(output, { recursive: true });
      }
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}

function unread(name: string): never {
  throw new Error(`${name} was not inspected`);
}
