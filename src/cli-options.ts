/** Options that commands share, and how each is read. */
import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from './drill/drill-file/quantities.ts';
import { environmentNames } from './ports/host.ts';
import { formatDuration } from './drill/format.ts';
import { defaultLimits } from './report/over-time.ts';

const commaList = (text: string, before: readonly string[] = []): readonly string[] => [...before, ...text.split(',').map((id) => id.trim()).filter((id) => id !== '')];

export function oneOf(...allowed: readonly string[]): (text: string) => string {
  return (text) => {
    if (!allowed.includes(text)) throw new InvalidArgumentError(`Expected ${allowed.join(', ')}.`);
    return text;
  };
}

/** A slash at its end stays: it says that the path is to be a folder. */
const absolute = (path: string): string => `${resolve(path)}${path.endsWith('/') ? '/' : ''}`;

function age(text: string): number {
  const seconds = parseDuration(text);
  if (Number.isNaN(seconds)) throw new InvalidArgumentError('Expected a whole number and s, m, h or d, such as 100d.');
  return seconds;
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0)) throw new InvalidArgumentError('Expected a share, such as 0.2.');
  return value;
}

const drillsBefore = 'file of JSON Lines, or folder with one file a drill, of the drills before';
const history = (description: string): Option => new Option('--history <path>', description).argParser(absolute);
const maxAge = (): Option => new Option('--max-age <duration>', 'warn of a scenario that was last tested longer ago').argParser(age).default(defaultLimits.maxAge, formatDuration(defaultLimits.maxAge));

/** Of a command that drills nothing, and can still tell what was last tested long ago. */
export const withAges = (command: Command): Command => command.addOption(history(`${drillsBefore}, to warn of what was last tested long ago`)).addOption(maxAge());

/** Of every command that compares a drill with those before it. */
export const withHistory = (command: Command): Command =>
  command
    .addOption(history(`${drillsBefore} (default: history.jsonl beside the reports)`))
    .addOption(maxAge())
    .option('--max-growth <share>', 'warn of a recovery time that grew by more than this share of its target', share, defaultLimits.maxGrowth);

/** Of every command that reads a drill file. */
export const withScenarios = (command: Command): Command =>
  command.argument('[file]', 'drill file (default: drill.yaml, then docs/drill.yaml)').addOption(scenarios('only these scenarios: a comma list, or given again'));

export const scenarios = (description: string): Option => new Option('-s, --scenario <ids>', description).argParser(commaList);

/** Of every command that plans a drill. */
export const withPlan = (command: Command): Command =>
  withScenarios(command)
    .option('-e, --environment <name>', 'what disposable hosts are made of: docker, lxd, incus', oneOf(...environmentNames))
    .option('--network <mode>', 'isolated or open', oneOf('isolated', 'open'))
    .option('--since <commit>', 'only scenarios that differ from this commit: their blocks, their parts of the drill file, the files they name');

export const update = (): Option => new Option('--update', "rewrite the runbook's benchmark table, between its markers").default(false).conflicts('check');
export const check = (): Option => new Option('--check', "run and write nothing; exit 1 when the runbook's benchmark table is stale or unproven").default(false);
