/** What is whole as far as can be seen, and cannot be looked into: somebody else can, with a key or a program that the drill has not. */
export class OutOfReach extends Error {
  override readonly name = 'OutOfReach';
}
