/** Images that shell text names in `docker run`, `docker create` and `docker pull`. */
import { type Command, forEachChild, parse, type SyntaxNode, type Word } from 'unbash';

/** As they are written; a name with a variable in it is left out. */
export function imagesInShell(text: string): readonly string[] {
  const found = new Set<string>();
  const visit = (node: SyntaxNode): void => {
    if (node.type === 'Command') {
      const image = imageOf(node);
      if (image !== null) found.add(image);
    }
    forEachChild(node, visit);
  };
  // Most text has none: parsing is spared.
  if (/\bdocker\b/.test(text)) visit(parse(text));
  return [...found];
}

/** Commands that run the command in their arguments. */
const runners = new Set(['sudo', 'command', 'exec', 'env', 'nice', 'timeout', 'time', 'nohup', 'ionice', 'chronic']);
const subcommands = new Set(['run', 'create', 'pull']);
const groups = new Set(['container', 'image']);

/** Options without a value; any other takes the next word unless it has a `=`. */
const switches = new Set(['--rm', '--init', '--interactive', '--tty', '--detach', '--privileged', '--read-only', '--publish-all', '--oom-kill-disable', '--no-healthcheck', '--disable-content-trust', '--sig-proxy', '--quiet', '--help', '--use-api-socket', '--all-tags', '--debug', '--tls', '--tlsverify', '--version']);
const shortSwitches = 'ditPqaD';

function imageOf(command: Command): string | null {
  const words = [command.name, ...command.args].filter((word) => word?.type === 'Word');
  const docker = words.findIndex((word) => word.value === 'docker' || word.value.endsWith('/docker'));
  if (docker === -1 || (docker > 0 && !runners.has(words[0]?.value ?? ''))) return null;
  let rest = withoutOptions(words.slice(docker + 1), 'D');
  if (groups.has(rest[0]?.value ?? '')) rest = rest.slice(1);
  const subcommand = rest[0]?.value ?? '';
  if (!subcommands.has(subcommand)) return null;
  const image = withoutOptions(rest.slice(1), subcommand === 'pull' ? shortSwitches : shortSwitches.replace('a', ''))[0];
  return image !== undefined && isLiteral(image) && isImageName(image.value) ? image.value : null;
}

/** @param single short options without a value. */
function withoutOptions(words: readonly Word[], single: string): readonly Word[] {
  const [first, ...rest] = words;
  const option = first?.value ?? '';
  if (!option.startsWith('-') || option === '-') return words;
  if (option === '--') return rest;
  return withoutOptions(takesNext(option, single) ? rest.slice(1) : rest, single);
}

function takesNext(option: string, single: string): boolean {
  if (option.startsWith('--')) return !option.includes('=') && !switches.has(option);
  const letters = Array.from(option.slice(1));
  return letters.findIndex((letter) => !single.includes(letter)) === letters.length - 1;
}

const isText = (part: { readonly type: string }): boolean => part.type === 'Literal' || part.type === 'SingleQuoted' || part.type === 'AnsiCQuoted';

function isLiteral(word: Word): boolean {
  return (word.parts ?? []).every((part) => isText(part) || (part.type === 'DoubleQuoted' && part.parts.every(isText)));
}

/** A reference as Docker takes it, loosely. */
export const isImageName = (name: string): boolean => /^[a-z0-9][\w.:/@-]*$/i.test(name);
