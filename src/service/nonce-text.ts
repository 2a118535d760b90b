/** `$DRILL_NONCE` and `$DRILL_LATE_NONCE` in the texts of a drill file. */

const variable = /\$(?:DRILL_(?:LATE_)?NONCE\b|\{DRILL_(?:LATE_)?NONCE\})/;

export function namesNonce(text: string | undefined): boolean {
  return text !== undefined && variable.test(text);
}

/** Both names stand for the nonce that is planted or asked for now. */
export function withNonce(text: string, nonce: string): string {
  return text.replaceAll(new RegExp(variable, 'g'), nonce);
}
