/** What a person sees while a drill runs: one line for each step and phase that ended, and each scenario's findings when it is over. */
import pc from 'picocolors';
import { counted, formatDuration } from './format.ts';
import type { DrillEvent, JournalEntry, ScenarioDeclaration, ScenarioEvent, StepResult } from './journal-events.ts';
import type { Phase } from './model.ts';
import type { ScenarioReport } from './report-model.ts';
import { terminalText } from './terminal-text.ts';
import { judge } from './verdict/index.ts';

export interface ProgressOptions {
  readonly write: (text: string) => void;
  readonly colour: boolean;
  /** A terminal, whose last line may be written again; else a log, where each line stands. */
  readonly tty: boolean;
}

type Colours = ReturnType<typeof pc.createColors>;

/** Phases that have steps tell of them; the others tell of themselves. */
const silent: ReadonlySet<Phase> = new Set(['deploy', 'backup', 'restore', 'check']);

/** Takes each journal entry as it is written. It keeps the entries, for the findings at the end of a scenario. */
export function createProgress({ write, colour, tty }: ProgressOptions): (entry: JournalEntry) => void {
  const colours = pc.createColors(colour);
  const entries: JournalEntry[] = [];
  const scenarios = new Map<string, ScenarioDeclaration>();
  let transient = false;
  const prefix = (scenario: string | null): string => (scenario !== null && scenarios.size > 1 ? `${colours.dim(terminalText(scenario))}  ` : '');
  const clear = (): void => {
    if (transient) write('\r\u001b[2K');
    transient = false;
  };
  return (entry) => {
    entries.push(entry);
    if (entry.event === 'drill-started') for (const scenario of entry.scenarios) scenarios.set(scenario.id, scenario);
    const id = 'scenario' in entry ? entry.scenario : null;
    const lines = 'scenario' in entry ? scenarioLines(entry, scenarios.get(entry.scenario), entries, colours) : drillLines(entry, colours);
    const running = tty && 'scenario' in entry ? runningNow(entry, scenarios.get(entry.scenario)) : null;
    if (lines.length > 0 || running !== null || entry.event === 'phase-ended' || entry.event === 'drill-ended') clear();
    for (const line of lines) write(`${prefix(id)}${line}\n`);
    if (running !== null) {
      // In a terminal alone, where it can be taken back.
      write(`  … ${prefix(id)}${running}`);
      transient = true;
    }
  };
}

const note = (text: string, colours: Colours): string => `${colours.yellow('!')} ${terminalText(text)}`;

function drillLines(entry: DrillEvent, colours: Colours): readonly string[] {
  switch (entry.event) {
    case 'drill-started':
      return [`${colours.bold(terminalText(entry.drill))}: ${counted(entry.scenarios.length, 'scenario')}`];
    case 'warning':
      return [note(entry.message, colours)];
    case 'stand-in':
      return [note(`${entry.for} is ${entry.is}`, colours)];
    case 'drill-ended':
      return [entry.interrupted === null ? null : `interrupted by ${entry.interrupted}`, entry.fault].flatMap((text) => (text === null ? [] : [note(text, colours)]));
    default:
      return [];
  }
}

function runningNow(entry: ScenarioEvent, scenario: ScenarioDeclaration | undefined): string | null {
  if (entry.event === 'phase-started') return entry.phase;
  return entry.event === 'step-started' ? stepName(scenario, entry.step) : null;
}

function scenarioLines(entry: ScenarioEvent, scenario: ScenarioDeclaration | undefined, entries: readonly JournalEntry[], colours: Colours): readonly string[] {
  switch (entry.event) {
    case 'phase-ended':
      return silent.has(entry.phase) ? [] : [`${colours.green('✓')} ${entry.phase}  ${colours.dim(formatDuration(entry.seconds))}`];
    case 'step-ended':
      return [`${mark(entry.result.status, colours)} ${stepName(scenario, entry.step)}  ${colours.dim(stepEnd(entry.result))}`];
    case 'unproven':
      return [note(`the ${entry.phase} phase proved nothing: ${entry.why}`, colours)];
    case 'loss-proven':
      return entry.proven ? [] : [note(`the loss did not take: ${entry.why}`, colours)];
    case 'scenario-timed-out':
      return [note(`its time is over, after ${formatDuration(entry.seconds)}, in the ${entry.phase} phase`, colours)];
    case 'scenario-ended':
      return judge(entries).scenarios.flatMap((report) => (report.id === entry.scenario ? verdictLines(report, colours) : []));
    default:
      return [];
  }
}

function verdictLines({ validationStatus, validationStatusMessage, findings }: ScenarioReport, colours: Colours): readonly string[] {
  const colour = { SUCCESSFUL: colours.green, NOT_MEASURED: colours.yellow, FAILED: colours.red, TIMED_OUT: colours.red }[validationStatus];
  const sign = mark(validationStatus === 'SUCCESSFUL' ? 'succeeded' : 'failed', colours);
  return [
    `${sign} ${colour(validationStatus)}: ${terminalText(validationStatusMessage)}`,
    ...findings.map(({ severity, file, line, rule, message }) => {
      const word = severity === 'error' ? colours.red(severity) : colours.yellow(severity);
      return `    ${word} ${terminalText(`${file}:${line}`)} ${rule}: ${terminalText(message)}`;
    }),
  ];
}

function mark(status: StepResult['status'], colours: Colours): string {
  if (status === 'succeeded') return colours.green('✓');
  return status === 'skipped' ? colours.dim('-') : colours.red('✗');
}

function stepName(scenario: ScenarioDeclaration | undefined, index: number): string {
  const step = scenario?.steps.find((candidate) => candidate.index === index);
  return step === undefined ? `step ${index}` : terminalText(`${step.phase} ${step.name}`);
}

function stepEnd({ status, exitCode, duration }: StepResult): string {
  if (status === 'skipped') return 'skipped';
  const exit = status === 'timed-out' ? ', its time was over' : exitCode === null || exitCode === 0 ? '' : `, exit ${exitCode}`;
  return `${formatDuration(duration)}${exit}`;
}
