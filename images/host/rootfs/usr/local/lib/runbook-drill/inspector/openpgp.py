"""Decrypts OpenPGP messages with gpg: with the one of several passphrases, or the key of one of several keyrings, that fits."""

import glob
import os
import shutil
import subprocess
import tempfile

from damage import OutOfReach, Undecryptable
from program import ENVIRONMENT, Program

GPG = "/usr/bin/gpg"
KEYRING_FILES = ("pubring.kbx", "pubring.gpg", "private-keys-v1.d", "public-keys.d", "trustdb.gpg")
# The beginning of a message is enough to tell whether something opens it; gpg wants a part of the body whole, and other programs
# write parts of 4 MiB.
TRIAL = (4 << 20) + (64 << 10)
TRIAL_SECONDS = 60
WRONG = ("BAD_PASSPHRASE", "Bad session key", "Bad passphrase")


class Keys:
    """What may open a message. Keyrings are copied, so that no agent of the host's users learns or forgets a passphrase."""

    def __init__(self, passphrases, homes, secret_keys):
        """`homes` of gpg; `secret_keys`: texts or bytes that `gpg --import` takes."""
        # A key may have none, and gpg wants to be given something.
        self.passphrases = passphrases or [""]
        self._last = 0
        self._homes, self._secret_keys = homes, secret_keys
        self._folder = None
        self._rings = []

    def opener(self, head):
        """(index of the passphrase that fits or None where it was a key alone, the ring's folder); raises OutOfReach."""
        if not os.access(GPG, os.X_OK):
            raise OutOfReach("an OpenPGP message, and gpg is not on this machine")
        self._unfold()
        to_key = wrong = False
        for ring in self._rings:
            # What opened one artefact opens the next: each trial costs what makes passphrases hard to guess.
            for index in sorted(range(len(self.passphrases)), key=lambda each: each != self._last):
                said = self._try(head, ring, self.passphrases[index])
                by_passphrase = "NEED_PASSPHRASE_SYM" in said
                to_key = to_key or " ENC_TO " in said
                wrong = wrong or any(sign in said for sign in WRONG)
                if _fits(said):
                    self._last = index
                    return (index if by_passphrase else None), ring
                if not by_passphrase and "NO_SECKEY" in said:
                    break
            if not to_key:
                break
        if to_key:
            raise OutOfReach("an OpenPGP message to a key that the drill does not have")
        if wrong:
            raise OutOfReach("an OpenPGP message that no passphrase the drill knows opens")
        raise Undecryptable("gpg cannot read it: " + _reason(said))

    def decrypted(self, source, index, ring):
        reading = _passphrase_end(self.passphrases[self._last if index is None else index])
        try:
            return Program(source, _command(ring, reading), _judge, (reading,))
        finally:
            os.close(reading)

    def close(self):
        for ring in self._rings:
            subprocess.run(["/usr/bin/gpgconf", "--homedir", ring, "--kill", "all"], env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _unfold(self):
        if self._folder:
            return
        # A short path: the agent's socket lies in it.
        self._folder = tempfile.mkdtemp(prefix="drill-gpg-", dir="/run" if os.access("/run", os.W_OK) else None)
        own = os.path.join(self._folder, "own")
        os.mkdir(own, 0o700)
        self._rings = [own]
        for key in self._secret_keys:
            subprocess.run([GPG, "--homedir", own, "--batch", "--import"], input=key, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        for number, home in enumerate(self._homes):
            if not glob.glob(os.path.join(glob.escape(home), "private-keys-v1.d", "*")):
                continue
            ring = os.path.join(self._folder, str(number))
            os.mkdir(ring, 0o700)
            for name in KEYRING_FILES:
                path = os.path.join(home, name)
                if os.path.isdir(path):
                    shutil.copytree(path, os.path.join(ring, name))
                elif os.path.isfile(path):
                    shutil.copy(path, ring)
            self._rings.append(ring)

    def _try(self, head, ring, passphrase):
        reading = _passphrase_end(passphrase)
        try:
            done = subprocess.run(_command(ring, reading), input=head, pass_fds=(reading,), env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=TRIAL_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            raise OutOfReach(f"an OpenPGP message that gpg did not open within {TRIAL_SECONDS} seconds") from None
        finally:
            os.close(reading)
        return done.stderr.decode("utf8", "replace")


def _command(ring, passphrase_fd):
    options = ["--batch", "--no-options", "--no-tty", "--no-auto-key-locate", "--trust-model", "always", "--pinentry-mode", "loopback"]
    return [GPG, "--homedir", ring, *options, "--passphrase-fd", str(passphrase_fd), "--status-fd", "2", "--decrypt"]


def _passphrase_end(passphrase):
    reading, writing = os.pipe()
    with open(writing, "wb") as pipe:
        pipe.write(passphrase.encode())
    return reading


def _fits(said):
    """Whether gpg got as far as the content with this passphrase or key; the head alone does not reach the integrity check."""
    return "[GNUPG:] DECRYPTION_INFO" in said and not any(sign in said for sign in WRONG)


def _judge(code, said):
    """gpg's own last word. A signature of somebody whose key is not here says nothing of the content."""
    unsigned = code != 0 and "[GNUPG:] ERRSIG" in said and "[GNUPG:] NODATA" not in said
    if "[GNUPG:] DECRYPTION_OKAY" not in said or "[GNUPG:] BADSIG" in said or (code != 0 and not unsigned):
        raise Undecryptable("gpg does not decrypt it to its end: " + _reason(said))


def _reason(said):
    lines = [line.removeprefix("gpg: ") for line in said.splitlines() if not line.startswith("[GNUPG:]")]
    told = [line for line in lines if not line.startswith(("encrypted with", "AES", "keybox", "WARNING: unsafe"))]
    return "; ".join(told[-2:]) or "it says nothing"
