/** HTML in which every text is text: what is put in is escaped unless it is markup of this kind itself. */
import { terminalText } from '../../drill/terminal-text.ts';

export class Markup {
  readonly source: string;
  constructor(source: string) {
    this.source = source;
  }
}

type Part = Markup | string | number | null | readonly Part[];

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text of one line, for an element or a quoted attribute; characters that act without being seen are shown. */
export const escaped = (text: string): string => terminalText(text).replace(/[&<>"']/g, (character) => entities[character] ?? '');

/** Null is nothing; lists are joined. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(strings.map((text, index) => (index === 0 ? text : `${sourceOf(parts[index - 1] ?? null)}${text}`)).join(''));
}

function sourceOf(part: Part): string {
  if (part === null) return '';
  if (part instanceof Markup) return part.source;
  if (typeof part === 'object') return part.map(sourceOf).join('');
  return escaped(String(part));
}

/** Text of several lines, with a break at each end of a line. */
export const lines = (text: string): Markup => new Markup(text.trim().split(/\r?\n/).map(escaped).join('<br>'));
