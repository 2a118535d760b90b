/** Why an artefact, or a member of one, cannot be read to its end. */

export class Damage extends Error {
  override readonly name: string = 'Damage';
}

/** Looking further would cost more than an inspection may: the whole artefact is refused, not only the layer that says so. */
export class Refused extends Damage {
  override readonly name = 'Refused';
}
