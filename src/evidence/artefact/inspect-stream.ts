/** Looks into one artefact as a stream: layer by layer, in bounded memory. Nothing of it is ever written anywhere. */
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { ByteSource } from './byte-source.ts';
import { type Inspection, inspectLayer, noFindings } from './inspect-layer.ts';
import type { Format } from './layers.ts';
import { Budget, type Limits, defaultLimits } from './limits.ts';
import type { MemberListener } from './member-facts.ts';
import type { Wanted } from './needle-scanner.ts';
import { OutOfReach } from './out-of-reach.ts';

export interface StreamFacts {
  readonly bytes: number;
  readonly sha256: string;
  /** From the outside in. */
  readonly layers: readonly Format[];
  readonly state: 'readable' | 'broken' | 'opaque';
  /** Members of the archive that are not folders; null where there is no archive. */
  readonly members: number | null;
  /** Bytes of the innermost layer, archive headers left out; null where it could not be reached. */
  readonly contentBytes: number | null;
  readonly holds: readonly string[];
  /** Names of needles that stand in it where no key is needed to read them, also in front of damage. */
  readonly plaintext: readonly string[];
  readonly detail: string;
}

export interface InspectionOptions extends Wanted {
  /** Tried in this order on OpenPGP messages. */
  readonly passphrases: readonly string[];
  /** Told of every member while the artefact is read: they count only if its state turns out `readable`. */
  readonly listener?: MemberListener;
  readonly limits?: Partial<Limits>;
}

/** Reads `source` to its end, whatever is in it. Rejects only when the source itself cannot be read. */
export async function inspectStream(source: Readable, options: InspectionOptions): Promise<StreamFacts> {
  const raw = new RawSource(source);
  const inspection: Inspection = {
    wanted: options,
    passphrases: options.passphrases,
    listener: options.listener ?? null,
    budget: new Budget({ ...defaultLimits, ...options.limits }),
    rawBytes: () => raw.bytes,
  };
  const findings = noFindings();
  let failure: Error | null = null;
  try {
    await inspectLayer(new ByteSource(raw.chunks()), inspection, { depth: 0, encrypted: false, within: [] }, findings);
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error));
  }
  const { bytes, sha256 } = await raw.finish();
  const { layers } = findings;
  const seen = { bytes, sha256, layers, plaintext: [...findings.plaintext] };
  if (failure !== null) {
    return { ...seen, state: failure instanceof OutOfReach ? 'opaque' : 'broken', members: null, contentBytes: null, holds: [], detail: failure.message };
  }
  const holds = [...findings.nonces];
  const innermost = layers.at(-1) ?? 'unknown';
  const lookedInto = innermost === 'tar' || innermost === 'text' || holds.length > 0 || findings.contentBytes === 0;
  return {
    ...seen,
    state: lookedInto ? 'readable' : 'opaque',
    members: findings.members,
    contentBytes: findings.contentBytes,
    holds,
    detail: lookedInto ? '' : innermost,
  };
}

/** The artefact's own bytes, each of which goes into its hash, also where a layer gave up early. */
class RawSource {
  readonly #source: Readable;
  readonly #hash = createHash('sha256');
  #bytes = 0;
  #failure: { readonly error: unknown } | null = null;

  constructor(source: Readable) {
    this.#source = source;
  }

  get bytes(): number {
    return this.#bytes;
  }

  async *chunks(): AsyncGenerator<Buffer, void> {
    try {
      for await (const chunk of this.#source.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        this.#hash.update(chunk);
        this.#bytes += chunk.length;
        yield chunk;
      }
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
  }

  /** Reads the rest. Rejects with the error of the source, if it had one. */
  async finish(): Promise<{ readonly bytes: number; readonly sha256: string }> {
    if (this.#failure !== null) throw this.#failure.error;
    for await (const chunk of this.#source as AsyncIterable<Buffer>) {
      this.#hash.update(chunk);
      this.#bytes += chunk.length;
    }
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }
}
