/** The steps of a drill file: what is run in a scenario. */
import { z } from 'zod';
import { duration, either, environmentVariables, flag, list, mapping, mode, name, oneOf, reference, text } from './schema-parts.ts';

const common = {
  cwd: text('working directory: absolute, ~, or relative to the workspace').optional(),
  env: environmentVariables.optional(),
  user: text('the user who runs it').optional(),
  timeout: duration('longest time that it may take; default 10m').optional(),
  input: z.string({ error: 'text that is typed ahead' }).meta({ description: 'typed ahead; with terminal: false, standard input' }).optional(),
  terminal: flag('true or false: whether standard input is a terminal; default true').optional(),
};

const why = text('why it is so').optional();

const linesText = "lines of the runbook's file: 80 or 80-82";
const lines = either([z.int({ error: linesText }).positive({ error: linesText }), z.string({ error: linesText }).regex(/^\d+-\d+$/, { error: linesText })], linesText).transform(String);

const places = list(name, 'a list of places');

const blockStep = mapping({ block: reference, lines: lines.optional(), ...common }, 'blocks of the runbook, with options');
const quoteStep = mapping({ quote: text('a command that stands in the prose of the runbook'), in: reference, ...common }, 'a command quoted from the prose of the runbook');
const runStep = mapping({ run: text('commands that the runbook does not have'), why, ...common }, 'commands that are not in the runbook');
const waitStep = mapping({ wait: name, ...common }, 'waits until a service is ready');
const writeStep = mapping({ write: reference, to: text('the file to write'), mode: mode.optional(), ...common }, 'a block that the runbook says to save');
const skipStep = mapping({ skip: reference, why, ...common }, 'blocks that are not run');
const archiveStep = mapping({ archive: places, to: text('the folder to write to'), encrypt: oneOf(['gpg-passphrase']).optional(), ...common }, 'the built-in backup');
const unarchiveStep = mapping({ unarchive: places, from: text('the folder to read from'), ...common }, 'the built-in restore');

export const step = either(
  [reference, blockStep, quoteStep, runStep, waitStep, writeStep, skipStep, archiveStep, unarchiveStep],
  "a step: '#reference', or a mapping with one of block, quote, run, wait, write, skip, archive, unarchive",
).meta({ id: 'step' });
export type DrillStep = z.output<typeof step>;

export const steps = (about: string) => z.array(step, { error: `a list of steps: ${about}` }).meta({ description: about });
