import { describe, expect, it } from 'vitest';
import { createMasker, secretsIn } from './mask.ts';

const secret = `p&ss'w"rd/ü <$1>+~?x\\y`;
const masker = createMasker([secret]);

/** All that a stream lets out, fed in pieces of `size` bytes. */
function streamed(masking: ReturnType<typeof createMasker>, text: string, size: number): string {
  const stream = masking.stream();
  const bytes = Buffer.from(text);
  const out: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) out.push(Buffer.from(stream.write(bytes.subarray(at, at + size))));
  return Buffer.concat([...out, stream.end()]).toString();
}

const bytes = Buffer.from(secret);
const forms: readonly (readonly [string, string])[] = [
  ['raw', secret],
  ['JSON', JSON.stringify(secret).slice(1, -1)],
  ['JSON with escaped slashes', JSON.stringify(secret).slice(1, -1).replaceAll('/', '\\/')],
  ['JSON in ASCII', `p\\u0026ss'w\\"rd/\\u00fc \\u003c$1\\u003e+~?x\\\\y`],
  ['JSON as Go writes it', `p\\u0026ss'w\\"rd/ü \\u003c$1\\u003e+~?x\\\\y`],
  ['a URL', encodeURIComponent(secret)],
  ['a URL in lower case', encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase())],
  ['a form', new URLSearchParams({ a: secret }).toString().slice(2).replace('%7E', '~')],
  ['hexadecimal', bytes.toString('hex')],
  ['upper hexadecimal', bytes.toString('hex').toUpperCase()],
  ['HTML', `p&amp;ss'w&quot;rd/ü &lt;$1&gt;+~?x\\y`],
  ['single quotes', `p&ss'\\''w"rd/ü <$1>+~?x\\y`],
  ['double quotes', `p&ss'w\\"rd/ü <\\$1>+~?x\\\\y`],
];

describe('a masked text', () => {
  it.each(forms)('has no secret as %s', (_name, form) => {
    expect(masker.mask(`before ${form} after ${form}`)).toBe('before *** after ***');
  });

  it.each(['', 'a', 'ab', 'abc', 'abcd'])('has no secret in base64 after %j', (before) => {
    for (const encoding of ['base64', 'base64url'] as const) {
      const encoded = Buffer.from(`${before}${secret}${before}`).toString(encoding);
      const result = masker.mask(`x ${encoded} y`);
      expect(result).toMatch(/^x .{0,7}\*\*\*.{0,8} y$/);
      // What is left decodes to nothing of the secret but the bits that it shares with its neighbours.
      expect(result).not.toContain(encoded.slice(8, 16));
    }
  });

  it('has none in encodings that are broken into lines, wherever they are', () => {
    for (let padding = 0; padding < 80; padding += 1) {
      const encoded = Buffer.from('x'.repeat(padding) + secret).toString('base64');
      for (const end of ['\n', '\r\n']) expect(masker.mask(encoded.replace(/.{76}/g, `$&${end}`)).replaceAll(/\s/g, '')).toMatch(/^[^*]*\*\*\*[^*]{0,4}$/);
    }
    expect(masker.mask(bytes.toString('hex').replace(/.{10}/g, '$&\n'))).not.toContain(bytes.toString('hex').slice(3, 8));
  });

  it('is otherwise untouched', () => {
    const text = 'p&ss w"rd \uD800 *** ü';
    expect(masker.mask(text)).toBe(text);
    expect(createMasker([]).mask(text)).toBe(text);
    expect(createMasker(['', '   ', 'abc']).mask('abc')).toBe('abc');
  });

  it('hides each of several, the longer first, and those that overlap', () => {
    const several = createMasker(['abcdef', 'abcd', 'efghij']);
    expect(several.mask('abcd abcdef abcdefghij efghij abc')).toBe('*** *** *** *** abc');
  });

  it('hides the lines of a secret of many, however they are quoted', () => {
    const key = createMasker(['-----BEGIN KEY-----\nMIIabcdef0123\nlast+line/42\n-----END KEY-----\n']);
    expect(key.mask("a='MIIabcdef0123\r\nlast+line/42'")).toBe("a='***\r\n***'");
    expect(key.mask(String.raw`$'-----BEGIN KEY-----\nMIIabcdef0123\nlast+line/42\n-----END KEY-----'`)).toBe("$'***'");
    expect(key.mask('-----BEGIN KEY-----')).toBe('-----BEGIN KEY-----');
  });

  it('hides a secret without the white space around it', () => {
    expect(createMasker([' secret1\n']).mask('<secret1>')).toBe('<***>');
  });
});

describe('a masked stream', () => {
  const text = `before ${forms.map(([, form]) => form).join(' | ')} ${Buffer.from(`ab${secret}`).toString('base64')} p&ss'w" after p`;

  it.each([1, 2, 3, 7, 16, 1000])('of pieces of %i bytes is the masked whole', (size) => {
    expect(streamed(masker, text, size)).toBe(masker.mask(text));
    const overlapping = createMasker(['abcdef', 'abcd', 'efghij', 'aaab']);
    const hard = 'abcd abcdef abcdefghij abcdefghi aaaaab abcabcdef';
    expect(streamed(overlapping, hard, size)).toBe(overlapping.mask(hard));
  });

  it('keeps back only what a secret could begin with', () => {
    const stream = createMasker(['secret']).stream();
    expect(stream.write(Buffer.from('a prompt: ')).toString()).toBe('a prompt: ');
    expect(stream.write(Buffer.from('secr')).toString()).toBe('');
    expect(stream.write(Buffer.from('et')).toString()).toBe('***');
    expect(stream.write(Buffer.from('s sec')).toString()).toBe('s ');
    expect(stream.end().toString()).toBe('sec');
  });

  it('does not break bytes that are no text', () => {
    const noise = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
    const stream = masker.stream();
    expect(Buffer.concat([stream.write(noise), stream.write(noise), stream.end()])).toEqual(Buffer.concat([noise, noise]));
  });

  it('needs memory for one piece only, and keeps none of it', () => {
    const stream = masker.stream();
    const piece = Buffer.alloc(1 << 20, `p&ss ${'A\n'.repeat(40)}`);
    let length = 0;
    for (let count = 0; count < 64; count += 1) length += stream.write(piece).length;
    const held = stream.end().length;
    expect(held).toBeLessThan(200);
    expect(length + held).toBe(64 << 20);
  });
});

describe('the secrets of a file', () => {
  it('are its lines and values of six characters and more', () => {
    const content = ['# comment: value1234', '', 'USER=admin', 'PASSWORD="hunter2 x" # note', "export TOKEN='abcdefg'", 'PLAIN=abc#def ghi # note', '  bare-token  ', 'A=1'].join('\r\n');
    expect(secretsIn(content)).toEqual(['USER=admin', 'PASSWORD="hunter2 x" # note', '"hunter2 x" # note', '"hunter2 x"', 'hunter2 x', "export TOKEN='abcdefg'", "'abcdefg'", 'abcdefg', 'PLAIN=abc#def ghi # note', 'abc#def ghi # note', 'abc#def ghi', 'bare-token']);
  });

  it('are the strings of JSON', () => {
    expect(secretsIn('{"credentials": {"host": {"token": "abc\\"def"}, "ids": ["first1","second"]}}')).toEqual(expect.arrayContaining(['abc\\"def', 'first1', 'second']));
  });
});
