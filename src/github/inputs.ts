/** The Action's inputs become one typed object here; nothing deeper reads `INPUT_*`. */
import { resolve } from 'node:path';
import { parseDuration } from '../drill/drill-file/quantities.ts';
import type { NetworkMode } from '../ports/host.ts';
import { defaultLimits } from '../report/over-time.ts';

export interface ActionInputs {
  /** Null: the default places are looked at. */
  readonly drillFile: string | null;
  /** Null: all of them. */
  readonly scenarios: readonly string[] | null;
  /** A commit: only scenarios that differ from it. Null: whether they differ or not. */
  readonly since: string | null;
  /** Null, as the two below: what the drill file says. */
  readonly environment: string | null;
  readonly network: NetworkMode | null;
  /** Share of executed lines, 0 to 1. */
  readonly minFidelity: number | null;
  /** Absolute. */
  readonly out: string;
  readonly update: boolean;
  readonly keepOnFailure: boolean;
  /** Seconds. */
  readonly maxAge: number;
  /** Share of the target. */
  readonly maxGrowth: number;
  /** Absolute; null: beside the reports. */
  readonly history: string | null;
}

/** A wrong input has no file: it is named as the workflow names it. */
export class WrongInput extends Error {
  override readonly name = 'WrongInput';
  constructor(input: string, expected: string, got: string) {
    super(`input ${input}: expected ${expected}, got ${got}`);
  }
}

/**
 * @param get the value of an input, empty when it was left out.
 * @throws WrongInput
 */
export function readInputs(get: (name: string) => string): ActionInputs {
  const optional = (name: string): string | null => get(name) || null;
  const scenarios = get('scenario').split(',').map((id) => id.trim()).filter((id) => id !== '');
  const history = optional('history');
  return {
    drillFile: optional('drill-file'),
    scenarios: scenarios.length === 0 ? null : scenarios,
    since: optional('since'),
    environment: optional('environment'),
    network: networkOf(get('network')),
    minFidelity: numberOf('min-fidelity', get('min-fidelity'), 'a share from 0 to 1', (value) => value >= 0 && value <= 1),
    out: resolve(get('out') || 'drill-report'),
    update: flagOf('update', get('update')),
    keepOnFailure: flagOf('keep-on-failure', get('keep-on-failure')),
    maxAge: secondsOf('max-age', get('max-age')) ?? defaultLimits.maxAge,
    maxGrowth: numberOf('max-growth', get('max-growth'), 'a share, such as 0.2', (value) => value >= 0) ?? defaultLimits.maxGrowth,
    history: history === null ? null : resolve(history),
  };
}

function networkOf(value: string): NetworkMode | null {
  if (value === '') return null;
  if (value !== 'isolated' && value !== 'open') throw new WrongInput('network', 'isolated or open', value);
  return value;
}

function flagOf(name: string, value: string): boolean {
  if (!['', 'true', 'false'].includes(value)) throw new WrongInput(name, 'true or false', value);
  return value === 'true';
}

function numberOf(name: string, value: string, expected: string, good: (value: number) => boolean): number | null {
  if (value === '') return null;
  const number = Number(value);
  if (value.trim() === '' || !good(number)) throw new WrongInput(name, expected, value);
  return number;
}

function secondsOf(name: string, value: string): number | null {
  if (value === '') return null;
  const seconds = parseDuration(value);
  if (Number.isNaN(seconds)) throw new WrongInput(name, 'a whole number and s, m, h or d, such as 100d', value);
  return seconds;
}
