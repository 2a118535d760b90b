/**
 * Looks into artefacts: layer by layer, as streams, in bounded memory, by a program in the host. Artefacts are big and the way out
 * of a host is narrow, so that only what was found comes out.
 */
import type { ArtefactLock } from '../../drill/journal-events.ts';
import type { Host } from '../../ports/host.ts';
import type { MemberListener } from './member-facts.ts';
import { InspectorReport } from './inspector-report.ts';

/** Bytes that are looked for besides nonces, for example the content of a secret. */
export interface Needle {
  readonly name: string;
  /** Not empty. The inspector keeps as much of a stream as the longest needle is long. */
  readonly bytes: Buffer;
}

/** A passphrase that an artefact may be opened with, and why. */
export type Passphrase =
  /** `person`: who restores has it. `backup`: it stands in what the backup runs, and nowhere else. */
  | { readonly text: string; readonly from: 'person' | 'backup' }
  /** What a mistake makes of one that a person has; `mistake` says which. */
  | { readonly text: string; readonly from: 'mistake'; readonly mistake: string };

export interface StreamFacts {
  readonly bytes: number;
  readonly sha256: string;
  /** From the outside in. */
  readonly layers: readonly string[];
  readonly state: 'readable' | 'broken' | 'opaque';
  /** Members of the archive that are not folders; null where there is no archive. */
  readonly members: number | null;
  /** Bytes of the innermost layer, archive headers left out; null where it could not be reached. */
  readonly contentBytes: number | null;
  readonly holds: readonly string[];
  /** Names of needles that stand in it where no key is needed to read them, also in front of damage. */
  readonly plaintext: readonly string[];
  readonly detail: string;
  /** Of the outermost OpenPGP layer; null where there is none. */
  readonly lock: ArtefactLock | null;
}

/** What an inspection may cost; the program in the host has defaults. */
export interface Limits {
  /** Decoded bytes, of all layers and of archives within archives. */
  readonly bytes: number;
  /** Decoded bytes for each byte of the artefact, once they are more than `freeBytes`. */
  readonly ratio: number;
  readonly freeBytes: number;
  /** Members of all archives in it. */
  readonly members: number;
  /** Layers around one another. */
  readonly depth: number;
}

export interface InspectionOptions {
  /** nonce → name of the place or service that it belongs to. */
  readonly nonces: ReadonlyMap<string, string>;
  readonly needles?: readonly Needle[];
  /** Tried in this order on OpenPGP messages. */
  readonly passphrases: readonly Passphrase[];
  /** Folders of the host with gpg's keys, as far as they are there. */
  readonly keyrings?: readonly string[];
  /** Secret keys as `gpg --export-secret-keys` writes them, armoured or not. */
  readonly secretKeys?: readonly Buffer[];
  readonly limits?: Partial<Limits>;
}

/** A file of the host, by its absolute path, or what a program of the host prints. */
export type ArtefactSource = ({ readonly path: string } | { readonly command: readonly string[] }) & {
  /** Told of every member while the artefact is read: they count only if its state turns out `readable`. */
  readonly listener?: MemberListener;
};

const program = '/usr/local/lib/runbook-drill/inspector/inspect_artefacts.py';

/**
 * Facts of each source, in order; null for a file that is gone again or that nobody can read, and for a command that
 * fails. Rejects when the program in the host fails.
 */
export async function inspectArtefacts(host: Pick<Host, 'exec'>, sources: readonly ArtefactSource[], options: InspectionOptions): Promise<readonly (StreamFacts | null)[]> {
  if (sources.length === 0) return [];
  const reader = new InspectorReport(sources, options.passphrases);
  const request = {
    sources: sources.map(({ listener, ...source }) => ({ ...source, members: listener !== undefined })),
    nonces: Object.fromEntries(options.nonces),
    needles: (options.needles ?? []).map(({ name, bytes }) => [name, bytes.toString('base64')]),
    passphrases: options.passphrases.map(({ text }) => text),
    keyrings: options.keyrings ?? [],
    secretKeys: (options.secretKeys ?? []).map((key) => key.toString('base64')),
    limits: options.limits ?? {},
  };
  const { exitCode, stderr } = await host.exec(['/usr/bin/python3', '-EsB', program], { stdin: JSON.stringify(request), stdout: reader, cwd: '/' });
  const { facts } = reader;
  if (exitCode !== 0 || facts.length !== sources.length) throw new Error(`artefacts could not be looked into: exit ${exitCode} after ${facts.length} of ${sources.length}: ${stderr.trim().slice(-1000)}`);
  return facts;
}
