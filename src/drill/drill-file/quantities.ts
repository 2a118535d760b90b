/** Durations and sizes as a drill file writes them. */

/** A whole number and s, m, h or d. */
export const durationPattern = /^\d+[smhd]$/;
const secondsPer = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** Seconds of a text that matches `durationPattern`; `NaN` for any other text. */
export function parseDuration(text: string): number {
  const unit = text.at(-1);
  if (!durationPattern.test(text) || (unit !== 's' && unit !== 'm' && unit !== 'h' && unit !== 'd')) return Number.NaN;
  return Number.parseInt(text, 10) * secondsPer[unit];
}

/** A whole number and a unit of bytes: powers of 1000 (`MB`) or of 1024 (`MiB`). */
export const sizePattern = /^\d+(?:[kKMGT]B|[KMGT]iB|B)$/;
const powers = ['', 'k', 'M', 'G', 'T'];

/** Bytes of a text that matches `sizePattern`; `NaN` for any other text. */
export function parseSize(text: string): number {
  const match = /^(\d+)([kKMGT]?)(i?)B$/.exec(text);
  if (match === null || !sizePattern.test(text)) return Number.NaN;
  const [, digits = '', prefix = '', binary = ''] = match;
  const power = powers.indexOf(prefix === 'K' ? 'k' : prefix);
  return Number.parseInt(digits, 10) * (binary === 'i' ? 1024 : 1000) ** power;
}
