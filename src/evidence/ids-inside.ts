/**
 * Owners of an unprivileged instance's files as they are inside it: the host keeps them shifted, in the inode, in ACLs and in
 * file capabilities alike.
 */
import type { IdRange } from '../ports/engine.ts';

export interface IdsInside {
  readonly user: (outside: number) => number;
  readonly group: (outside: number) => number;
  /** Value in hexadecimal, with `0x` before it. */
  readonly xattr: (name: string, value: string) => string;
}

/** Nobody inside has such an id; to see it there is a fault. */
const nobodyInside = 65534;

export function idsInside(ranges: readonly IdRange[]): IdsInside {
  if (ranges.length === 0) return { user: (id) => id, group: (id) => id, xattr: (_, value) => value };
  const reader = (of: IdRange['of']) => (id: number): number => {
    const range = ranges.find((each) => each.of === of && id >= each.outside && id < each.outside + each.count);
    return range === undefined ? nobodyInside : range.inside + id - range.outside;
  };
  const [user, group] = [reader('user'), reader('group')];
  return { user, group, xattr: (name, value) => xattrInside(name, value, user, group) };
}

function xattrInside(name: string, value: string, user: (id: number) => number, group: (id: number) => number): string {
  if (name === 'security.capability') return capabilityInside(value, user);
  return name.startsWith('system.posix_acl_') ? aclInside(value, user, group) : value;
}

const capabilityBytes = 24;
const [withRootId, withoutRootId] = [0x03, 0x02];

/**
 * `struct vfs_ns_cap_data` (linux/capability.h): revision 3 ends with the id that is root where the capability counts. For root inside
 * it is what revision 2, without an id, says to those who look from there.
 */
function capabilityInside(value: string, user: (id: number) => number): string {
  const bytes = Buffer.from(value.slice(2), 'hex');
  if (bytes.length !== capabilityBytes || bytes[3] !== withRootId) return value;
  const root = user(bytes.readUInt32LE(20));
  if (root !== 0) bytes.writeUInt32LE(root, 20);
  else bytes[3] = withoutRootId;
  return hex(root === 0 ? bytes.subarray(0, 20) : bytes);
}

const [aclHeader, aclEntry, aclUser, aclGroup] = [4, 8, 0x02, 0x08];

/** `struct posix_acl_xattr_entry` (linux/posix_acl_xattr.h): tag, permissions, id, for named users and groups. */
function aclInside(value: string, user: (id: number) => number, group: (id: number) => number): string {
  const bytes = Buffer.from(value.slice(2), 'hex');
  for (let at = aclHeader; at + aclEntry <= bytes.length; at += aclEntry) {
    const tag = bytes.readUInt16LE(at);
    if (tag === aclUser) bytes.writeUInt32LE(user(bytes.readUInt32LE(at + 4)), at + 4);
    if (tag === aclGroup) bytes.writeUInt32LE(group(bytes.readUInt32LE(at + 4)), at + 4);
  }
  return hex(bytes);
}

const hex = (bytes: Buffer): string => `0x${bytes.toString('hex')}`;
