/** The passphrases and keys that may open what a backup encrypted, and who has them. */
import type { InspectionOptions, Passphrase } from '../../evidence/artefact/inspect-artefacts.ts';
import type { Host } from '../../ports/host.ts';
import { type ScenarioContext, homeOf, inHost } from '../context.ts';
import type { Plan, StepPhase } from '../model.ts';

/** gpg takes no longer one. */
const longestPassphrase = 255;

/** A host that is lost takes its keyrings and files with it: then only what is carried to the new one counts. */
export async function keysOf(context: ScenarioContext, host: Host): Promise<Pick<InspectionOptions, 'passphrases' | 'keyrings' | 'secretKeys'>> {
  const { plan, gpgPassphrase } = context.drill;
  const hostLost = context.scenario.loss.type === 'host';
  const ofPerson = [...passphrasesOf(gpgPassphrase, plan), ...(await passphrasesIn(context, host, 'restore', !hostLost))];
  const ofBackup = await passphrasesIn(context, host, 'backup', true);
  return {
    // A mistake is one wherever the backup has it from.
    passphrases: [...known(ofPerson, 'person'), ...mistakes(ofPerson), ...known(ofBackup, 'backup')],
    keyrings: hostLost ? [] : [...new Set([homeOf(host.spec.user), '/root'])].map((home) => `${home}/.gnupg`),
    secretKeys: plan.host.files.filter(({ content }) => content.includes('BEGIN PGP PRIVATE KEY BLOCK')).map(({ content }) => Buffer.from(content)),
  };
}

function known(texts: readonly string[], from: 'person' | 'backup'): readonly Passphrase[] {
  return [...new Set(texts)].filter((text) => text !== '' && text.length <= longestPassphrase).map((text) => ({ text, from }));
}

/** What goes wrong between a passphrase and gpg, so that it opens nothing for who types it as it is. gpg itself refuses an empty one. */
function mistakes(ofPerson: readonly string[]): readonly Passphrase[] {
  const mistake = 'the passphrase and a carriage return, as from a file with Windows line ends';
  const made = ofPerson.map((text) => `${text}\r`).filter((text) => text !== '\r' && !ofPerson.includes(text));
  return [...new Set(made)].map((text) => ({ text, from: 'mistake', mistake }));
}

/** What a person who restores may hold: gpg's answer, `host.files` (gpg reads the first line of a passphrase file) and `host.env`. */
export function passphrasesOf(gpgPassphrase: string, { host }: Pick<Plan, 'host'>): readonly string[] {
  const files = host.files.flatMap(({ content }) => [content.split('\n', 1)[0] ?? '', content.trim()]);
  return [...new Set([gpgPassphrase, ...files.filter((text) => !text.includes('\n') && text.length <= longestPassphrase), ...Object.values(host.env)])];
}

/** Passphrases that a phase itself gives to gpg, in its words or in a file of the host, of which gpg takes the first line. */
async function passphrasesIn({ scenario }: ScenarioContext, host: Host, phase: StepPhase, readFiles: boolean): Promise<readonly string[]> {
  const found: string[] = [];
  for (const step of scenario.steps) {
    if (step.phase !== phase || !('shell' in step)) continue;
    for (const [, file, quoted = ''] of step.shell.text.matchAll(/--passphrase(-file)?[=\s]+('[^']*'|"[^"]*"|[^\s'"]+)/g)) {
      const word = quoted.replace(/^(['"])(.*)\1$/s, '$2');
      if (file === undefined) found.push(word);
      else if (readFiles) found.push((await host.exec(['/usr/bin/head', '-n', '1', inHost(word, host.spec.user)])).stdout.toString().replace(/\n$/, ''));
    }
  }
  return found;
}
