/** Durations and sizes as people read them. A number that was not measured is a dash, never 0. */

export const notMeasured = '–';

const day = 86_400;

/** Seconds: `0.8s`, `14.2s`, `1m 5s`, `24h 14s`, `2d 3h`. `–` for null. */
export function formatDuration(seconds: number | null): string {
  if (seconds === null || !Number.isFinite(seconds)) return notMeasured;
  if (seconds < 0) return `-${formatDuration(-seconds)}`;
  const tenths = Math.round(seconds * 10) / 10;
  if (tenths < 60) return `${tenths}s`;
  const whole = Math.round(seconds);
  const days = whole >= 2 * day ? Math.floor(whole / day) : 0;
  const rest = whole - days * day;
  const parts = [
    [days, 'd'],
    [Math.floor(rest / 3600), 'h'],
    [Math.floor((rest % 3600) / 60), 'm'],
    [rest % 60, 's'],
  ] as const;
  return parts.flatMap(([value, unit]) => (value === 0 ? [] : [`${value}${unit}`])).join(' ');
}

const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** Bytes in powers of 1000 with three digits: `0 B`, `48.2 kB`, `10 GB`. `–` for null. */
export function formatBytes(bytes: number | null): string {
  if (bytes === null || !Number.isFinite(bytes)) return notMeasured;
  let value = bytes;
  let unit = 0;
  // 999.5 would be printed as 1000 of the smaller unit.
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : Number(value.toPrecision(3))} ${units[unit] ?? 'B'}`;
}

/** `a`, `a and b`, `a, b and c`; no more than `most` of them are named. */
export function listNames(names: readonly string[], most = 5): string {
  if (names.length > most) return `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
  const [last] = names.slice(-1);
  return names.length < 2 ? (last ?? 'nothing') : `${names.slice(0, -1).join(', ')} and ${last}`;
}

/** `1 error`, `2 errors`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
