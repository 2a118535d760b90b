/** The journal is not what a drill writes. */
export class JournalError extends Error {
  override readonly name = 'JournalError';
}
