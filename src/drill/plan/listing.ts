/** What `plan` prints: what would run, with no engine touched. */
import { listNames } from '../format.ts';
import type { PlannedStep, Plan, ScenarioPlan } from '../model.ts';
import type { Selection } from './since.ts';

/** `plan --matrix`: one line for a workflow's `matrix`. */
export function planMatrix(plan: Plan): string {
  return `${JSON.stringify({ include: plan.scenarios.map(({ id }) => ({ scenario: id })) })}\n`;
}

/** `plan --json`: seconds; null for what is not declared. With `--since`, what was selected and why. */
export function planJson(plan: Plan, selection: Selection | null = null): string {
  const scenarios = plan.scenarios.map((scenario) => ({
    id: scenario.id,
    title: scenario.title,
    rto: scenario.rtoSeconds,
    rpo: scenario.rpo,
    loss: scenario.loss.type,
    ...(scenario.loss.type === 'data' ? { how: scenario.loss.how } : {}),
    lost: scenario.lost,
    steps: scenario.steps.map((step) => ({ phase: step.phase, name: step.name, file: step.at.file, line: step.at.line, kind: step.kind, sha256: 'shell' in step ? step.shell.sha256 : null })),
    findings: sorted(scenario),
  }));
  return `${JSON.stringify({ format: 1, drill: plan.name, ...(selection === null ? {} : { since: selection }), scenarios }, null, 2)}\n`;
}

/** `plan`: for a person to read. */
export function planText(plan: Plan, selection: Selection | null = null): string {
  const { environment, engine, network, user } = plan.host;
  const head = `${plan.name}: ${count(plan.scenarios.length, 'scenario')} from ${plan.runbooks.map(({ file }) => file).join(', ')}\nhost: ${environment}, engine ${engine}, network ${network}, user ${user}`;
  const warnings = plan.warnings.map((warning) => `warning: ${warning}`);
  return `${[head, ...(selection === null ? [] : [selectionText(selection)]), ...warnings, ...plan.scenarios.map(scenarioText), ...undrilledText(plan)].join('\n\n')}\n`;
}

/** What is in the runbook and in no scenario: it is not proven, however green the drill is. */
function undrilledText({ undrilled }: Plan): readonly string[] {
  if (undrilled.length === 0) return [];
  const width = widest(undrilled.map(({ reference }) => reference));
  return [['in no scenario, so never tried:', ...undrilled.map(({ reference, file, line }) => `  ${reference.padEnd(width)}  ${file}:${line}`)].join('\n')];
}

/** Which scenarios a change touches and why, a line each. */
export function selectionText({ ref, touched, untouched }: Selection): string {
  const kept = touched.map(({ id, why }) => `  ${id}: ${listNames(why)}`);
  const left = untouched.length === 0 ? [] : [`  as they were: ${untouched.join(', ')}`];
  return [touched.length === 0 ? `since ${ref}: no scenario is touched` : `since ${ref}:`, ...kept, ...left].join('\n');
}

function scenarioText(scenario: ScenarioPlan): string {
  const title = scenario.title === scenario.id ? scenario.id : `${scenario.id}: ${scenario.title.replaceAll(/\s+/g, ' ')}`;
  const targets = [`RTO ${target(scenario.rtoSeconds)}`, `RPO ${target(scenario.rpo)}`, `timeout ${duration(scenario.timeoutSeconds)}`, ...Object.entries(scenario.manual).map(([name, seconds]) => `by hand: ${name} ${duration(seconds)}`)];
  const rows = scenario.steps.map((step) => [phaseOf(step), step.name, `${step.at.file}:${step.at.line}${remark(step)}`] as const);
  const [phaseWidth, nameWidth] = [widest(rows.map(([phase]) => phase)), widest(rows.map(([, name]) => name))];
  const steps = rows.map(([phase, name, rest]) => `  ${phase.padEnd(phaseWidth)}  ${name.padEnd(nameWidth)}  ${rest}`);
  const findings = sorted(scenario).map(({ severity, file, line, rule, message }) => `  ${severity} ${file}:${line} ${rule}: ${message}`);
  return [title, `  loss ${lossText(scenario)} | ${targets.join(', ')}`, ...steps, ...findings].join('\n');
}

function lossText({ loss, lost }: ScenarioPlan): string {
  const how = loss.type === 'data' ? ` (${loss.how})` : '';
  return `${loss.type}${how}: ${lost.length === 0 ? 'no place' : lost.join(', ')}`;
}

const phaseOf = ({ phase, before }: PlannedStep): string => (before === null ? phase : `${phase} before ${before}`);
const widest = (texts: readonly string[]): number => Math.max(0, ...texts.map(({ length }) => length));

function remark(step: PlannedStep): string {
  if (step.kind === 'skip') return `  skipped${step.why === '' ? '' : `: ${step.why}`}`;
  if (step.kind === 'write') return `  written to ${step.to}${step.refused === null ? '' : `; not run: ${step.refused}`}`;
  if (step.kind === 'wait') return '';
  if (step.kind === 'archive' || step.kind === 'unarchive') return `  ${step.kind === 'archive' ? `to ${step.to}` : `from ${step.from}`}; built in, not in the runbook`;
  if (step.refused !== null) return `  not run: ${step.refused}`;
  return step.kind === 'run' ? '  not in the runbook' : '';
}

function sorted({ findings }: ScenarioPlan): ScenarioPlan['findings'] {
  return findings.toSorted((a, b) => a.file.localeCompare(b.file) || a.line - b.line || a.rule.localeCompare(b.rule));
}

function target(value: number | 'last-backup' | null): string {
  return typeof value === 'number' ? duration(value) : (value ?? 'none');
}

const units = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
] as const;

/** As a drill file writes it, in the largest unit that is whole. */
function duration(seconds: number): string {
  const unit = units.find(([, size]) => seconds >= size && seconds % size === 0);
  return unit === undefined ? `${seconds}s` : `${seconds / unit[1]}${unit[0]}`;
}

const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`;
