/** Who can still see the exit status of the command before. */
import type { Statement, SyntaxNode } from 'unbash';

/** Whether a text looks at the status of what ran before it; `PIPESTATUS` is looked at for both. */
export function readsStatus(text: string, what: '$?' | 'PIPESTATUS'): boolean {
  return text.includes('PIPESTATUS') || (what === '$?' && /\$\?|\$\{\?/.test(text));
}

/** The text of the first command that runs in a statement: only that one can still see the status before it. */
export function firstText(statement: Statement, text: string): string {
  let node: SyntaxNode = statement.command;
  for (;;) {
    const first: SyntaxNode | undefined = firstChild(node);
    if (first === undefined) return text.slice(node.pos, node.type === 'Case' ? node.word.end : node.end);
    node = first;
  }
}

function firstChild(node: SyntaxNode): SyntaxNode | undefined {
  switch (node.type) {
    case 'AndOr': case 'Pipeline': case 'CompoundList': return node.commands[0];
    case 'Statement': case 'Redirected': return node.command;
    case 'If': case 'While': return node.clause;
    case 'Subshell': case 'BraceGroup': return node.body;
    default: return undefined;
  }
}
