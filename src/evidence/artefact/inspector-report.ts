/** Reads what the inspector in a host tells, line by line, and keeps no more of it than the facts of each artefact. */
import { Writable } from 'node:stream';
import { z } from 'zod';
import { printablePath } from '../printable-path.ts';
import type { ArtefactSource, Passphrase, StreamFacts } from './inspect-artefacts.ts';

/** Bytes as latin1. */
const path = z.string().transform(printablePath);
const head = z.object({
  path,
  type: z.enum(['f', 'd', 'l', 'p', 's', 'b', 'c', 'h']),
  size: z.number(),
  mode: z.string().nullable(),
  uid: z.number().nullable(),
  gid: z.number().nullable(),
  mtime: z.number(),
  link: path.nullable(),
  sparse: z.boolean(),
  xattrs: z.array(path),
});
const lock = z.union([
  z.object({ openedWith: z.literal('key') }),
  z.object({ openedWith: z.literal('passphrase'), index: z.number() }),
  z.object({ openedWith: z.null(), why: z.enum(['closed', 'damaged']) }),
]);
const facts = z.object({
  bytes: z.number(),
  sha256: z.string(),
  layers: z.array(z.string()),
  state: z.enum(['readable', 'broken', 'opaque']),
  members: z.number().nullable(),
  contentBytes: z.number().nullable(),
  holds: z.array(z.string()),
  plaintext: z.array(z.string()),
  detail: z.string(),
  lock: lock.nullable(),
});
type FactsReport = z.infer<typeof facts>;
const report = z.discriminatedUnion('event', [
  z.object({ event: z.literal('member'), head, sha256: z.string().nullable(), within: z.array(path) }),
  z.object({ event: z.literal('ended'), within: z.array(path), intact: z.boolean() }),
  z.object({ event: z.literal('gone'), why: z.string() }),
  z.object({ event: z.literal('facts'), facts }),
]);

/** A mistake that opens it makes it as good as lost: who restores has the passphrase as it was meant. */
function withLock(told: FactsReport, passphrases: readonly Passphrase[]): StreamFacts {
  const { lock: opening } = told;
  if (opening === null) return { ...told, lock: null };
  if (opening.openedWith === null) return { ...told, lock: opening.why };
  const passphrase = opening.openedWith === 'key' ? undefined : passphrases[opening.index];
  if (passphrase?.from !== 'mistake') return { ...told, lock: passphrase?.from === 'backup' ? 'backup-only' : 'open' };
  return { ...told, lock: 'mistake', state: 'broken', members: null, contentBytes: null, holds: [], detail: `it opens with ${passphrase.mistake}` };
}

/** Takes the program's lines as they come, and keeps the facts alone. */
export class InspectorReport extends Writable {
  readonly facts: (StreamFacts | null)[] = [];
  readonly #sources: readonly ArtefactSource[];
  readonly #passphrases: readonly Passphrase[];
  #rest = '';

  constructor(sources: readonly ArtefactSource[], passphrases: readonly Passphrase[]) {
    super();
    this.#sources = sources;
    this.#passphrases = passphrases;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    const lines = (this.#rest + chunk.toString('latin1')).split('\n');
    this.#rest = lines.pop() ?? '';
    try {
      for (const line of lines) this.#take(line);
      done();
    } catch (cause) {
      done(new Error('the inspector in the host says what nobody understands', { cause }));
    }
  }

  #take(line: string): void {
    const told = report.parse(JSON.parse(line));
    const listener = this.#sources[this.facts.length]?.listener;
    switch (told.event) {
      case 'member':
        listener?.member({ ...told.head, sha256: told.sha256 }, told.within);
        break;
      case 'ended':
        listener?.ended?.(told.within, told.intact);
        break;
      default:
        this.facts.push(told.event === 'facts' ? withLock(told.facts, this.#passphrases) : null);
    }
  }
}
