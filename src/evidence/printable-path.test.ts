import { describe, expect, it } from 'vitest';
import { printablePath } from './printable-path.ts';

describe('printablePath', () => {
  it.each([
    ['a/b c-d.txt', Buffer.from('a/b c-d.txt')],
    ['zażółć/日本', Buffer.from('zażółć/日本')],
    [String.raw`a\x0ab`, Buffer.from('a\nb')],
    [String.raw`a\\x0ab`, Buffer.from(String.raw`a\x0ab`)],
    [String.raw`\xff\xfez`, Buffer.from([0xff, 0xfe, 0x7a])],
    [String.raw`\x1b[31m`, Buffer.from('\u001B[31m')],
    [String.raw`x\xe2\x80\xaegpj`, Buffer.from('x\u202Egpj')],
    ['\uFFFD', Buffer.from('\uFFFD')],
    [String.raw`\xc3\xa9\xff`, Buffer.from([0xc3, 0xa9, 0xff])],
  ])('shows %s', (text, bytes) => {
    expect(printablePath(bytes.toString('latin1'))).toBe(text);
  });

  it('never shows two names alike', () => {
    const names = [0x00, 0x0a, 0x41, 0x5c, 0x7f, 0x80, 0xc3, 0xa9, 0xff].flatMap((a) => [0x0a, 0x5c, 0x78, 0x80, 0xa9, 0xff].map((b) => Buffer.from([a, b])));
    names.push(Buffer.from(String.raw`\x0a`), Buffer.from(String.raw`\\`), Buffer.from('\n'));
    expect(new Set(names.map((name) => printablePath(name.toString('latin1')))).size).toBe(new Set(names.map((name) => name.toString('hex'))).size);
  });
});
