/** What a reference that leads nowhere was probably meant to be. */
import leven from 'leven';
import type { Runbook } from './types.ts';
import { sectionOf } from './sections.ts';

const shown = 5;

/** References ready to paste that are like `reference`, nearest first. With several runbooks each has its file before it. */
export function nearestReferences(runbooks: readonly Runbook[], reference: string): readonly string[] {
  const all = runbooks.flatMap((runbook) => referencesOf(runbook).map((known) => (runbooks.length > 1 ? `${runbook.file}${known}` : known)));
  return nearest(reference, all);
}

/** Headings that are like the one in `reference`, nearest first. */
export function nearestHeadings(runbooks: readonly Runbook[], reference: string): readonly string[] {
  const all = runbooks.flatMap((runbook) => runbook.headings.map(({ anchor }) => (runbooks.length > 1 ? `${runbook.file}#${anchor}` : `#${anchor}`)));
  return nearest(reference, all);
}

function referencesOf(runbook: Runbook): readonly string[] {
  const headings = runbook.headings.filter((heading) => sectionOf(runbook, heading).length > 0).map(({ anchor }) => `#${anchor}`);
  return [...runbook.blocks.map(({ reference }) => reference), ...headings];
}

function nearest(reference: string, all: readonly string[]): readonly string[] {
  const wanted = essence(reference);
  return [...new Set(all)]
    .map((known) => ({ known, distance: distance(wanted, essence(known)) }))
    .filter((entry) => entry.distance <= Math.max(2, wanted.length * 0.6))
    .toSorted((a, b) => a.distance - b.distance)
    .slice(0, shown)
    .map(({ known }) => known);
}

/** One within the other is near, however much is around it: people shorten anchors. */
function distance(wanted: string, known: string): number {
  if (wanted.length > 2 && known.includes(wanted)) return 1 + (known.length - wanted.length) / 1000;
  return leven(wanted, known);
}

function essence(reference: string): string {
  return reference.toLowerCase().replace(/^[^#]*#/, '').replace(/\[\d*\]$/, '');
}
