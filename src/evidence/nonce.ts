/** Nonces: the bytes of this run alone that prove where content came from. */
import { randomBytes } from 'node:crypto';

/** Matches every nonce of every run. */
export const noncePattern = /drill[0-9a-f]{32}/;

/** `drill` and 32 lower-case hexadecimal digits (128 random bits). */
export function makeNonce(): string {
  return `drill${randomBytes(16).toString('hex')}`;
}

/** The nonce that is planted before the backup, and the one after it that must not come back. */
export interface NoncePair {
  readonly early: string;
  readonly late: string;
}

export interface NonceSet {
  readonly places: ReadonlyMap<string, NoncePair>;
  readonly services: ReadonlyMap<string, NoncePair>;
  /** Every nonce of the set with whose it is. */
  readonly all: ReadonlyMap<string, NonceOwner>;
}

export interface NonceOwner {
  readonly of: 'place' | 'service';
  readonly name: string;
  readonly late: boolean;
}

/** A pair for each place and each service: no two of them share a nonce. */
export function makeNonces(places: readonly string[], services: readonly string[]): NonceSet {
  const placePairs = makePairs(places);
  const servicePairs = makePairs(services);
  const all = new Map<string, NonceOwner>();
  const record = (of: NonceOwner['of'], from: ReadonlyMap<string, NoncePair>): void => {
    for (const [name, pair] of from) {
      all.set(pair.early, { of, name, late: false });
      all.set(pair.late, { of, name, late: true });
    }
  };
  record('place', placePairs);
  record('service', servicePairs);
  return { places: placePairs, services: servicePairs, all };
}

function makePairs(names: readonly string[]): ReadonlyMap<string, NoncePair> {
  return new Map(names.map((name) => [name, { early: makeNonce(), late: makeNonce() }]));
}
