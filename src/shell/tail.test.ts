import { expect, it } from 'vitest';
import { Tail } from './tail.ts';

it('keeps all of what is short', () => {
  const tail = new Tail(10);
  tail.add(Buffer.from('abc'));
  tail.add(Buffer.from('def'));
  expect(tail.text()).toBe('abcdef');
});

it('keeps the end of what is long, however it comes', () => {
  for (const size of [1, 3, 7, 100]) {
    const tail = new Tail(10);
    const text = '0123456789'.repeat(20);
    for (let at = 0; at < text.length; at += size) tail.add(Buffer.from(text.slice(at, at + size)));
    expect(tail.text()).toBe('0123456789');
  }
});

it('leaves out a character that was cut', () => {
  const tail = new Tail(5);
  tail.add(Buffer.from('ééé'));
  expect(tail.text()).toBe('éé');
});
