/** The artifact is not what a drill makes: nothing is said about it to anybody but the log. */
export class Refused extends Error {
  override readonly name = 'Refused';
}
