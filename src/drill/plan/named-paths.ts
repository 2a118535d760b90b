/** Files that a text means without naming each: by a glob, or by a folder that they lie in. */
import picomatch from 'picomatch';
import type { HostPaths } from './host-paths.ts';

/** What ends a word of a shell or of YAML. */
const betweenWords = /[\s;|&<>()`:=]+/;
const glob = /[*?]|\[[^\]]+\]|\{[^{}]*,[^{}]*\}/;
/** Takes what it is given with all that lies in it, so that a word without a slash may be a folder. */
const takesFolders = /\b(?:cp|rsync|tar|run-parts)\b|^\s*(?:COPY|ADD)\b|\bdocker (?:image |builder |buildx )?build\b/;
const variable = /\$(?:\{[^{}]*\}|\w+)/g;

/**
 * Tells of a file, relative to the repository, whether the text means it so. Where the text is run is not known:
 * `conf/*.yml` is meant of every folder `conf`. A word of which nothing is written out means nothing: it would
 * mean all there is.
 * @param paths of the host: an absolute path means what lies in the workspace.
 */
export function meantBy(text: string, paths: HostPaths): (file: string) => boolean {
  const words = text.replaceAll(/["'\\]/g, '').replaceAll(/\$(?:HOME\b|\{HOME\})/g, '~').split(betweenWords);
  const patterns = [...[...new Set(words)].flatMap((word) => patternsOf(word, paths)), ...bareFolders(text).map((folder) => `**/${folder}/**`)];
  return patterns.length === 0 ? () => false : picomatch(patterns, { dot: true });
}

/** Words of those lines alone in which a folder is taken whole. */
function bareFolders(text: string): readonly string[] {
  const words = text.split('\n').filter((line) => takesFolders.test(line)).flatMap((line) => line.replaceAll(/["'\\]/g, '').split(betweenWords));
  return [...new Set(words.filter((word) => /^\w[\w.-]*$/.test(word)))];
}

/** None for a word that has neither a slash nor a glob: it may be anything, unless its line takes folders. */
function patternsOf(word: string, paths: HostPaths): readonly string[] {
  const isGlob = glob.test(word.replaceAll(variable, ''));
  if (!isGlob && !word.includes('/')) return [];
  const inside = /^[~/]/.test(word) ? (paths.inWorkspace(paths.absolute(word)) ?? '') : word;
  const path = inside.replaceAll(variable, '*').replace(/^(?:(?:\*|\.\.?)\/)+/, '').replace(/(?:\/\.?)+$/, '');
  if (!/[a-z0-9]/i.test(path)) return [];
  return [...(isGlob ? [`**/${path}`] : []), `**/${path}/**`];
}
