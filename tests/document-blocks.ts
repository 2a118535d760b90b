/** The fenced blocks of a document, and what the comment above each shell block says of it. Pure. */
import { parseRunbook } from '../src/runbook/blocks.ts';
import type { Block } from '../src/runbook/types.ts';

export interface DocumentBlock {
  /** `FILE:LINE`, and the name that the test of it has. */
  readonly title: string;
  readonly text: string;
}

export interface DocumentBlocks {
  /** Behind `<!-- test: NAME -->`: run, in this order. */
  readonly tested: readonly DocumentBlock[];
  /** Shell blocks behind neither that nor `<!-- not run: WHY -->`. */
  readonly forgotten: readonly string[];
  readonly workflows: readonly DocumentBlock[];
  readonly drillFiles: readonly DocumentBlock[];
}

export function documentBlocks(file: string, source: string): DocumentBlocks {
  const lines = source.split('\n');
  const { blocks, fenced } = parseRunbook(file, source);
  const marker = ({ line }: Block): RegExpExecArray | null => /^\s*<!-- (test|not run): (\S.*) -->$/.exec(lines[line - 2] ?? '');
  const titled = (block: Block): DocumentBlock => ({ title: `${file}:${block.line} ${marker(block)?.[2] ?? ''}`.trimEnd(), text: block.text });
  const yaml = (key: RegExp): readonly DocumentBlock[] => fenced.filter(({ language, text }) => /^ya?ml$/.test(language) && key.test(text)).map(titled);
  return {
    tested: blocks.filter((block) => marker(block)?.[1] === 'test').map(titled),
    forgotten: blocks.filter((block) => marker(block) === null).map((block) => titled(block).title),
    workflows: yaml(/^jobs:/m),
    drillFiles: yaml(/^version: 1$/m),
  };
}
