/** What stands behind a fence and on the line above it: language and attributes, as Runme writes them. */

export interface FenceInfo {
  /** Empty without one. */
  readonly language: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/**
 * Reads an opening fence: ```` ```sh {"name":"x"} ```` or Runme's older ```` ```sh { name=x } ````.
 * Other tools write other things there (line numbers to highlight, titles): what is neither form is no attribute and no error.
 * @see https://docs.runme.dev/configuration/cell-level
 */
export function readFenceInfo(opening: string): FenceInfo {
  const info = opening.replace(/^\s*(?:`+|~+)\s*/, '').trimEnd();
  const language = /^[^\s{]*/.exec(info)?.[0] ?? '';
  const rest = info.slice(language.length);
  return { language, attributes: lastObject(rest) ?? fromPairs(/\{[^{}]*\}(?=[^{}]*$)/.exec(rest)?.[0] ?? '{}') };
}

/** The JSON object that the text ends in, whatever stands before it. */
function lastObject(text: string): Record<string, string> | null {
  const end = text.lastIndexOf('}') + 1;
  for (const { index } of text.matchAll(/\{/g)) {
    const object = fromJson(text.slice(index, end));
    if (object !== null) return object;
  }
  return null;
}

/**
 * Reads `<!-- drill: {"name":"x"} -->` at the end of a line; in MDX, which has no such comments, between braces with stars.
 * @returns null without such a comment, `'malformed'` when what follows `drill:` is no JSON object
 */
export function readDrillComment(line: string): Readonly<Record<string, string>> | 'malformed' | null {
  const comment = /(?:<!--|\{\/\*)\s*drill:\s+(.*?)\s*(?:-->|\*\/\})\s*$/.exec(line);
  return comment === null ? null : (fromJson(comment[1] ?? '') ?? 'malformed');
}

function fromJson(text: string): Record<string, string> | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return Object.fromEntries(Object.entries(value).map(([key, entry]: [string, unknown]) => [key, typeof entry === 'string' ? entry : JSON.stringify(entry)]));
}

function fromPairs(braces: string): Record<string, string> {
  const pairs = braces.slice(1, -1).matchAll(/([A-Za-z_][\w.-]*)=(?:"([^"]*)"|'([^']*)'|([^\s"']+))/g);
  return Object.fromEntries([...pairs].map(([, key = '', double, single, bare]) => [key, double ?? single ?? bare ?? '']));
}
