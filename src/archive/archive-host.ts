/**
 * What the built-in backup and restore share: how an archive is named, and how gpg is called in the host.
 * An archive is what `gpg -d PLACE.tar.zst.gpg | zstd -d | tar x` reads: tar (POSIX), zstd with its checksum, OpenPGP by passphrase.
 */

/** Where a place's content is in the host: an absolute path to a folder or to one file. */
export interface PlaceRoot {
  readonly place: string;
  readonly root: string;
  readonly kind: 'folder' | 'file';
}

/** File name of a place's archive. */
export const archiveName = (place: string, encrypted: boolean): string => `${place}.tar.zst${encrypted ? '.gpg' : ''}`;

/**
 * Beginning of every script here. The passphrase comes on standard input and goes to gpg by file descriptor: it is in no
 * process list. gpg is asked for nothing that needs its agent, and knows no keys and no gpg.conf.
 */
export const prelude = String.raw`
exec 3<&0 </dev/null
set -o pipefail
fail() { echo "$*" >&2; exit 1; }
scratch=$(mktemp -d /run/drill-archive.XXXXXX) || exit 1
trap 'exit 143' HUP INT TERM
mkdir -m 0700 "$scratch/gnupg" || exit 1
by_passphrase() { gpg --homedir "$scratch/gnupg" --no-options --no-autostart --batch --no-tty --quiet --pinentry-mode loopback --passphrase-fd 3 "$@"; }
make_folder() { # with its parents, owned as the nearest of them that is there
  if [ -d "$1" ]; then return; fi
  make_folder "$(dirname -- "$1")" && mkdir -- "$1" && chown --reference="$(dirname -- "$1")" -- "$1"
}
`;
