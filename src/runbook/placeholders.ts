/** A word that a person was meant to fill in. */
export interface Placeholder {
  readonly token: string;
  /** Index of the line in the text, from 0: look it up in `textLines`. */
  readonly lineIndex: number;
}

/** Placeholders in shell text, comments left out. */
export function findPlaceholders(text: string): readonly Placeholder[] {
  throw new Error(`not written yet: ${text}`);
}
