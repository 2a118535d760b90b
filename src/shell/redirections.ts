/** What a redirection does to a failure in it, or beside it. */
import type { Redirection } from 'unbash';

/** How a `$(…)` in it is hidden. */
export function redirectionName(redirection: Redirection): string {
  if (redirection.type === 'HereDoc') return '$(…) in a here-document';
  return redirection.type === 'HereString' ? '$(…) in a here-string' : '$(…) in a redirection';
}

/** Standard error goes elsewhere than to who reads. */
export function discardsStderr(redirection: Redirection): boolean {
  if (redirection.type !== 'Redirect') return false;
  const both = redirection.operator === '&>' || redirection.operator === '&>>';
  const second = redirection.descriptor?.type === 'FileDescriptor' && redirection.descriptor.value === 2;
  return (both || second) && redirection.target?.text !== '&1' && redirection.operator !== '>&';
}
