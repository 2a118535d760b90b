/** `$DRILL_NONCE` and `$DRILL_LATE_NONCE` in the texts of a drill file. */

const variable = /\$(?:DRILL_(?:LATE_)?NONCE\b|\{DRILL_(?:LATE_)?NONCE\})/;

export function namesNonce(text: string | undefined): boolean {
  return text !== undefined && variable.test(text);
}

/** Both names stand for the nonce that is planted or asked for now. */
export function withNonce(text: string, nonce: string): string {
  return text.replaceAll(new RegExp(variable, 'g'), nonce);
}

/** Whether a check of kind `http` looks for the nonce: one that does not asks for life only. */
export function asksForNonce(check: { readonly path: string; readonly contains?: string | undefined; readonly headers?: Readonly<Record<string, string>> | undefined } | undefined): boolean {
  return check !== undefined && [check.path, check.contains, ...Object.values(check.headers ?? {})].some(namesNonce);
}
