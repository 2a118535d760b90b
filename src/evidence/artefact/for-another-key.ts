/** An OpenPGP message that only somebody else can open. */

/** Whoever has that key can read it, so it is not broken. */
export class ForAnotherKey extends Error {
  override readonly name = 'ForAnotherKey';
  constructor() {
    super('an OpenPGP message to a key that the drill does not have');
  }
}
