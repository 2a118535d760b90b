/** What an archive says of each of its members, and what its content is. */
import type { EntryType } from '../manifest.ts';

/** `h` is a further name of a file that stands before it in the archive: its `link`. */
export type MemberType = EntryType | 'h';

export interface MemberFact {
  /** Printable (see `printablePath`) and otherwise as it stands in the archive: `./a`, `../a`, `/a`; a folder's may end in `/`. */
  readonly path: string;
  readonly type: MemberType;
  /** Bytes of content once extracted, holes included. */
  readonly size: number;
  /** Octal, setuid, setgid and sticky bits included: `4755`. Null where the format has none. */
  readonly mode: string | null;
  readonly uid: number | null;
  readonly gid: number | null;
  /** Seconds since 1970, with fraction where the archive has it. */
  readonly mtime: number;
  /** Target of a symbolic link, or the member that a hard link names; printable. */
  readonly link: string | null;
  /** Stored with holes. */
  readonly sparse: boolean;
  /** Names of extended attributes: `user.*`, `security.capability`, `system.posix_acl_access`, … */
  readonly xattrs: readonly string[];
  /** Of the content, holes as zeros; null for what is no file, and for a file whose holes are more than may be hashed. */
  readonly sha256: string | null;
}

/**
 * Told of the members as they pass, so that an archive of any number of them takes no memory. `within` are the paths of the archives
 * that lie around this one, from the outside in: empty for members of the artefact itself.
 */
export interface MemberListener {
  member(fact: MemberFact, within: readonly string[]): void;
  /** The archive at `within` has no more members. They count only if it is intact: else they may be any bytes. */
  ended?(within: readonly string[], intact: boolean): void;
}
