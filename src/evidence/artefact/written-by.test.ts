import { describe, expect, it } from 'vitest';
import { commandNaming, commandThatWrote } from './written-by.ts';

const span = (line: number, command: string, start: number, end: number) => ({ file: 'runbook.md', line, command, start, end });
const spans = [span(1, 'tar czf /b/app.tar.gz /v', 10, 20), span(2, 'sudo truncate -s 9 /b/app.tar.gz', 20, 21), span(3, 'sha256sum /b/app.tar.gz', 21, 22), span(4, 'sync', 30, 31)];
const writer = (path: string, changed: number): number | undefined => commandThatWrote(path, changed, spans)?.line;

describe('the command that wrote a file', () => {
  it('is the one that ran then and names it', () => {
    expect(writer('/b/app.tar.gz', 15)).toBe(1);
    expect(writer('/b/app.tar.gz', 20.005)).toBe(2);
  });
  it('may have begun a tick after the stamp, if none ran then', () => {
    expect(writer('/b/app.tar.gz', 19.995)).toBe(1);
    expect(writer('/c/other', 29.995)).toBe(4);
  });
  it('is the last that had begun, for what a child in the background wrote', () => expect(writer('/b/app.tar.gz', 25)).toBe(3));
  it('is none before the first', () => expect(writer('/b/app.tar.gz', 5)).toBeUndefined());
});

describe('the command that names a file', () => {
  it('is the first, by the last part of its path', () => expect(commandNaming('/srv/backups/app.tar.gz', spans)).toEqual({ file: 'runbook.md', line: 1 }));
  it('must name its folder too where another file has that name', () => {
    expect(commandNaming('/yesterday/app.tar.gz', spans, new Set(['app.tar.gz']))).toBeNull();
    expect(commandNaming('/srv/b/app.tar.gz', spans, new Set(['app.tar.gz']))?.line).toBe(1);
  });
});
