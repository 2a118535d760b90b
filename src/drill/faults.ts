/** What went wrong, in words for a journal. */

const defects = [TypeError, RangeError, ReferenceError, SyntaxError];

/** The message; of a mistake in this program itself, where it happened too. */
export function faultOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return defects.some((kind) => error instanceof kind) ? `a defect of the drill itself: ${error.stack ?? error.message}` : error.message;
}
