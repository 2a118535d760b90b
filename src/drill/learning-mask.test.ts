import { expect, it } from 'vitest';
import { learningStream } from './learning-mask.ts';
import { Secrets } from './secrets.ts';

const labels = ['Admin secret key: ', 'secret-key: '];
const printed = 'Admin access key: PUBLIC\nAdmin secret key: kq3Xb/9+wQ7rTm2LpZ0vN8sYd4HcJf6A\nUse kq3Xb/9+wQ7rTm2LpZ0vN8sYd4HcJf6A with old-secret\n';
const shown = 'Admin access key: PUBLIC\nAdmin secret key: ***\nUse *** with ***\n';

/** What is shown of a text that comes in pieces of a size, and what is known afterwards. */
function maskedInPieces(text: string, size: number): { readonly shown: string; readonly secrets: Secrets } {
  const secrets = new Secrets(['old-secret']);
  const stream = learningStream(secrets, labels);
  const bytes = Buffer.from(text);
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(stream.write(bytes.subarray(at, at + size)));
  pieces.push(stream.end());
  return { shown: Buffer.concat(pieces).toString(), secrets };
}

it.each([1, 2, 3, 7, 19, 30, 1000])('a secret that is printed when it is made is learnt and never shown, in pieces of %i bytes', (size) => {
  const { shown: text, secrets } = maskedInPieces(printed, size);
  expect(text).toBe(shown);
  expect(secrets.masker.mask('--secret kq3Xb/9+wQ7rTm2LpZ0vN8sYd4HcJf6A')).toBe('--secret ***');
});

it('a label at the very end hides nothing and loses nothing', () => {
  expect(maskedInPieces('Admin secret key: ', 5).shown).toBe('Admin secret key: ');
  expect(maskedInPieces('secret-key: kq3Xb/9+wQ7rTm2LpZ0vN8s', 5).shown).toBe('secret-key: ***');
});

it('a word that nobody made up is not learnt, whatever stands before it', () => {
  for (const word of ['once', 'grafana', 'check-passed-without-data', 'validationStatusMessage', 'AN_ENVIRONMENT_VARIABLE_1']) expect(maskedInPieces(`Admin secret key: ${word}\nThen R2D2 and others\n`, 5).shown).toBe(`Admin secret key: ${word}\nThen R2D2 and others\n`);
});

it('what could begin no label is not held back, as a prompt must be seen', () => {
  expect(learningStream(new Secrets([]), labels).write(Buffer.from('Password: ')).toString()).toBe('Password: ');
  const long = 'x'.repeat(5000);
  expect(learningStream(new Secrets([]), labels).write(Buffer.from(`Admin secret key:${long}`)).toString()).toHaveLength(5017);
});

it('what one stream has learnt another does not show', () => {
  const secrets = new Secrets([]);
  const [output, errors] = [learningStream(secrets, labels), learningStream(secrets, labels)];
  output.write(Buffer.from(printed));
  expect(errors.write(Buffer.from('refused: kq3Xb/9+wQ7rTm2LpZ0vN8sYd4HcJf6A\n')).toString()).toBe('refused: ***\n');
});

it('an engine that prints none costs nothing', () => {
  expect(learningStream(new Secrets(['old-secret']), []).write(Buffer.from('Admin secret key: x old-secret\n')).toString()).toBe('Admin secret key: x ***\n');
});
