/** A tar archive of one small file, without a file on this machine. Format: POSIX.1-1988 (ustar). */
const block = 512;

export function tarOf(name: string, content: string): Buffer {
  const bytes = Buffer.from(content);
  const header = Buffer.alloc(block);
  const octal = (value: number, at: number, length: number): void => void header.write(value.toString(8).padStart(length - 1, '0'), at);
  header.write(name, 0);
  octal(0o644, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(bytes.length, 124, 12);
  octal(0, 136, 12);
  header.write('        0', 148);
  header.write('ustar\x0000', 257, 'latin1');
  octal(header.reduce((sum, byte) => sum + byte, 0), 148, 7);
  const padding = Buffer.alloc((block - (bytes.length % block)) % block);
  return Buffer.concat([header, bytes, padding, Buffer.alloc(2 * block)]);
}
