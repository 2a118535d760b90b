/** Places with `secret: true`: what is in them, and by what it is known in an artefact. */
import { distinctiveIn } from '../../evidence/artefact/distinctive.ts';
import { fingerprintsIn } from '../../evidence/artefact/fingerprints.ts';
import type { Needle } from '../../evidence/artefact/inspect-artefacts.ts';
import type { Host } from '../../ports/host.ts';
import type { ScenarioContext } from '../context.ts';
import { secretsIn } from '../mask.ts';
import type { PlacePlan } from '../model.ts';
import { originPath } from '../repository.ts';
import { locate } from './places.ts';

/** Text of the small files of a place, the canary's left out; at most a megabyte. Empty where the place is not there. */
export async function readSecretPlace(context: ScenarioContext, host: Host, place: PlacePlan): Promise<string> {
  const root = await locate(context, host, place);
  if (root === null) return '';
  const read = String.raw`/usr/bin/find "$1" -name '.drill-canary*' -prune -o -type f -size -64k -exec cat -- {} + | head -c 1000000`;
  return (await host.exec(['/bin/sh', '-c', read, 'sh', root])).stdout.toString();
}

/** What no output may show of a place's text. A CA's fingerprint stands beside its keys, and is what one has to read. */
export function hiddenIn(content: string): readonly string[] {
  const known = fingerprintsIn(content);
  return secretsIn(content).filter((text) => !known.has(text));
}

/** A piece of a secret place; null as `value` for a nonce, which stands nowhere else. */
interface Piece {
  readonly place: string;
  readonly value: string | null;
}

/** What gives a secret away, and whose secret it is. */
export class SecretSearch {
  readonly needles: readonly Needle[];
  readonly #pieces: ReadonlyMap<string, Piece>;
  readonly #ask: (value: string) => Promise<boolean>;
  readonly #answers = new Map<string, Promise<boolean>>();

  constructor(pieces: readonly (Piece & { readonly bytes: Buffer })[], isPublic: (value: string) => Promise<boolean>) {
    this.needles = pieces.map(({ bytes }, index) => ({ name: String(index), bytes }));
    this.#pieces = new Map(pieces.map(({ place, value }, index) => [String(index), { place, value }]));
    this.#ask = isPublic;
  }

  /** The places whose secret it is that these needles were found, by name. What stands elsewhere for everyone to read gives nothing away. */
  async placesOf(needles: readonly string[]): Promise<readonly string[]> {
    const found = new Set<string>();
    for (const name of needles) {
      const piece = this.#pieces.get(name);
      if (piece !== undefined && !found.has(piece.place) && (piece.value === null || !(await this.#isPublic(piece.value)))) found.add(piece.place);
    }
    return [...found];
  }

  /** Each value is asked for once: it may stand in many artefacts. */
  #isPublic(value: string): Promise<boolean> {
    const answer = this.#answers.get(value) ?? this.#ask(value);
    this.#answers.set(value, answer);
    return answer;
  }
}

/** @param commits heads of the origin before the backup. */
export async function secretSearch(context: ScenarioContext, host: Host, commits: readonly string[]): Promise<SecretSearch> {
  const { plan } = context.drill;
  const pieces = await Promise.all(
    plan.places.filter(({ secret }) => secret).map(async (place) => {
      const services = plan.services.filter(({ data }) => data === place.name).map(({ name }) => context.nonces.services.get(name)?.early);
      const nonces = [context.nonces.places.get(place.name)?.early, ...services].filter((nonce) => nonce !== undefined);
      const values = distinctiveIn(await readSecretPlace(context, host, place)).filter((value) => !nonces.some((nonce) => value.includes(nonce)));
      return [...nonces.map((nonce) => ({ place: place.name, value: null, bytes: Buffer.from(nonce) })), ...values.map((value) => ({ place: place.name, value, bytes: Buffer.from(value) }))];
    }),
  );
  return new SecretSearch(pieces.flat(), (value) => standsElsewhere(context, host, commits, value));
}

/** It stands in what Git keeps already, or in a place that is no secret. The value is in no process list. */
async function standsElsewhere(context: ScenarioContext, host: Host, commits: readonly string[], value: string): Promise<boolean> {
  const places = context.drill.plan.places.filter(({ secret }) => !secret);
  const roots = (await Promise.all(places.map((place) => locate(context, host, place)))).filter((root) => root !== null);
  const searches = [
    ...(commits.length > 0 ? [['/usr/bin/git', '-c', 'safe.directory=*', '-C', originPath, 'grep', '-q', '-F', '-f', '/dev/stdin', ...commits]] : []),
    ...(roots.length > 0 ? [['/usr/bin/grep', '-r', '-q', '-s', '-F', '-f', '-', '--', ...roots]] : []),
  ];
  const results = await Promise.all(searches.map((search) => host.exec(search, { stdin: `${value}\n` })));
  return results.some(({ exitCode }) => exitCode === 0);
}
