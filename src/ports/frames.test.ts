import { PassThrough, Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { readFrames, writeFrame } from './frames.ts';

async function read(chunks: readonly Buffer[]): Promise<{ frames: string[]; output: string }> {
  let output = '';
  const frames: string[] = [];
  for await (const { type, body } of readFrames(Readable.from(chunks), (stream, chunk) => (output += `${stream}:${chunk.toString()};`))) frames.push(`${type} ${body.toString()}`);
  return { frames, output };
}

const bytes = Buffer.from('{"type":"ready","bytes":2}\n{}{"type":"stdout","bytes":3}\na\nb{"type":"done","bytes":7}\n{"a":1}');

describe('frames', () => {
  it('are read wherever they are cut', async () => {
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const { frames, output } = await read([bytes.subarray(0, cut), bytes.subarray(cut)]);
      expect(frames).toEqual(['ready {}', 'done {"a":1}']);
      expect(output.replaceAll(/;stdout:/g, '')).toBe('stdout:a\nb;');
    }
  });

  it('are written as they are read', async () => {
    const pipe = new PassThrough();
    writeFrame(pipe, 'run', { text: 'é\n' });
    pipe.end();
    expect((await read([pipe.read()])).frames).toEqual(['run {"text":"é\\n"}']);
  });

  it('that are none are refused', async () => {
    await expect(read([Buffer.from('exec failed: no such file\n')])).rejects.toThrow(/JSON/);
    await expect(read([Buffer.from('x'.repeat(500))])).rejects.toThrow(/first line was expected/);
    await expect(read([Buffer.from('{"type":"done","bytes":99999999999}\n')])).rejects.toThrow(/bytes/);
  });
});
