/** A first drill file from a runbook's blocks: what can be guessed is guessed, and each guess says so. */
import { slug } from 'github-slugger';
import { stringify } from 'yaml';
import { firstCommand } from '../runbook/source-lines.ts';
import type { Block, Heading, Runbook } from '../runbook/types.ts';

type Role = 'deploy' | 'backup' | 'restore' | 'check';

const words: readonly (readonly [Role, RegExp])[] = [
  ['restore', /\b(?:restor|recover|disaster|scenario|failure|fresh host|new host|wiederher)/i],
  ['check', /\b(?:checks?|verif\w*|validat\w*|tests?)\b/i],
  ['backup', /\b(?:back.?ups?|snapshots?|dumps?|exports?|sicherung)\b/i],
  ['deploy', /\b(?:deploy\w*|install\w*|set.?up|start|bootstrap|stack.?up)\b/i],
];

/** @param file of the runbook, relative to the repository root. @param name of the drill. */
export function draftDrillFile(runbook: Runbook, file: string, name: string): string {
  const roles = new Map(runbook.blocks.map((block) => [block, roleOf(block, runbook.headings)]));
  const of = (role: Role): readonly Block[] => runbook.blocks.filter((block) => roles.get(block) === role && !block.marks.includes('empty'));
  const unused = runbook.blocks.filter((block) => roles.get(block) === null);
  const volumes = volumesIn(runbook.blocks);
  return [
    `# What a drill of ${oneLine(file)} does. Guessed from its headings and blocks: read every line, and change what is wrong.`,
    `# All keys: docs/design.md and schema/drill.schema.json of runbook-drill. What would run: runbook-drill plan`,
    yaml({ version: 1, name, runbook: file }),
    '# Where the repository lies on the host, for the commands of the runbook.',
    yaml({ host: { workspace: `~/${name}` } }),
    '# All that outlives a lost host, besides Git.',
    yaml({ offsite: offsiteIn(of('backup')) }),
    '# What must come back: volumes of the engine, directories ({ path }) and files ({ file, initial }).',
    yaml({ data: Object.fromEntries((volumes.length > 0 ? volumes : ['name-of-a-volume']).map((volume) => [slug(volume), { volume }])) }),
    '# Programs whose answers prove more than files do, such as { kind: http, url: http://localhost, ready: 200 }.',
    '# services:',
    '',
    '# What brings a fresh host to a running stack.',
    yaml({ deploy: of('deploy').map(({ reference }) => reference) }),
    yaml({ scenarios: scenarios(of('restore'), of('backup'), of('check'), runbook.headings, volumes.map((volume) => slug(volume))) }),
    ...(unused.length === 0 ? [] : ['# Blocks that nothing above names:', ...unused.map((block) => `#   '${oneLine(block.reference)}'  line ${block.line}: ${oneLine(firstCommand(block.text))}`)]),
  ].join('\n').replace(/\n*$/, '\n');
}

/** A comment ends with its line. */
const oneLine = (text: string): string => text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ');

const yaml = (value: unknown): string => stringify(value, { lineWidth: 0, flowCollectionPadding: true, singleQuote: true });

/** By the block's own name, else by the nearest heading that says so. */
function roleOf(block: Block, headings: readonly Heading[]): Role | null {
  for (const text of [block.name ?? '', ...above(block, headings).map((heading) => heading.text)]) {
    const found = words.find(([, word]) => word.test(text.replaceAll('-', ' ')));
    if (found !== undefined) return found[0];
  }
  return null;
}

/** The headings that a block stands under, the nearest first. */
function above({ line }: Block, headings: readonly Heading[]): readonly Heading[] {
  let depth = 7;
  return headings
    .filter((heading) => heading.line < line)
    .toReversed()
    .filter((heading) => heading.depth < depth && (depth = heading.depth) > 1);
}

const speaksOf = (role: Role, { text }: Heading): boolean => words.some(([other, word]) => other === role && word.test(text));

/** The outermost heading that is about a restore and nothing else. */
function scenarioTitle(block: Block, headings: readonly Heading[]): string {
  const found = above(block, headings);
  return (found.findLast((heading) => speaksOf('restore', heading) && !speaksOf('backup', heading)) ?? found[0])?.text ?? 'Restore';
}

function scenarios(restore: readonly Block[], backup: readonly Block[], check: readonly Block[], headings: readonly Heading[], places: readonly string[]) {
  const groups = Map.groupBy(restore, (block) => scenarioTitle(block, headings));
  // A drill that has no restore must not pass by accident.
  const none = [{ run: 'false', why: 'the runbook names no such command yet' }];
  const steps = (blocks: readonly Block[]) => (blocks.length === 0 ? none : blocks.map(({ reference }) => reference));
  const entries = groups.size === 0 ? [['Restore', []] as const] : [...groups];
  return Object.fromEntries(
    entries.map(([title, blocks], index) => [
      slug(title).replaceAll(/[^a-z0-9-]/g, '').slice(0, 40) || `scenario-${index + 1}`,
      {
        title: oneLine(title),
        rto: '1h',
        rpo: '25h',
        every: '24h',
        backup: steps(backup),
        loss: { data: places.length > 0 ? places : ['name-of-a-volume'], how: 'delete' },
        restore: steps(blocks),
        ...(check.length === 0 ? {} : { check: check.map(({ reference }) => reference) }),
      },
    ]),
  );
}

/** Names in `-v NAME:/path`, `--volume NAME:` and `docker volume create NAME`; what begins with a slash, a dot or a variable is none. */
function volumesIn(blocks: readonly Block[]): readonly string[] {
  const found = blocks.flatMap(({ text }) => [...text.matchAll(/(?:-v|--volume)[ =]["']?([A-Za-z0-9][\w.-]*):\/|\bvolume create (?:-\S+ )*([A-Za-z0-9][\w.-]*)/g)].flatMap(([, mounted, created]) => mounted ?? created ?? []));
  return [...new Set(found)];
}

function offsiteIn(backup: readonly Block[]): readonly string[] {
  const found = backup.flatMap(({ text }) => [...text.matchAll(/(?<![\w.~])\/(?:srv|mnt|media|backups?|var\/backups?)(?:\/[\w.-]+)?/g)].map(([path]) => path));
  return found.length === 0 ? ['/srv/backups'] : [...new Set(found)].slice(0, 3);
}
