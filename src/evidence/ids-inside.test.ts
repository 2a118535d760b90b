import { describe, expect, it } from 'vitest';
import { idsInside } from './ids-inside.ts';

const shifted = idsInside([
  { of: 'user', inside: 0, outside: 1_000_000, count: 65_536 },
  { of: 'group', inside: 0, outside: 2_000_000, count: 65_536 },
]);
// Values as getfattr printed them, on Incus 6.0.4: in the host, then in the instance.
const capability = { host: '0x010000030020000000000000000000000000000040420f00', inside: '0x0100000200200000000000000000000000000000' };
const acl = {
  host: '0x0200000001000600ffffffff0200040061420f0004000400ffffffff10000400ffffffff20000400ffffffff',
  inside: '0x0200000001000600ffffffff020004002100000004000400ffffffff10000400ffffffff20000400ffffffff',
};

describe('ids inside an instance', () => {
  it('are those of the host less the shift, each kind with its own', () => {
    expect([shifted.user(1_000_033), shifted.group(2_000_005)]).toEqual([33, 5]);
  });

  it('are nobody where the map has none', () => {
    expect([shifted.user(33), shifted.user(1_065_536), shifted.group(1_000_000)]).toEqual([65_534, 65_534, 65_534]);
  });

  it('stay as they are without a map', () => {
    const same = idsInside([]);
    expect([same.user(1_000_033), same.group(7), same.xattr('security.capability', capability.host)]).toEqual([1_000_033, 7, capability.host]);
  });

  it('stand in capabilities and ACLs as the instance sees them', () => {
    expect(shifted.xattr('security.capability', capability.host)).toBe(capability.inside);
    expect(shifted.xattr('system.posix_acl_access', acl.host)).toBe(acl.inside);
    expect(shifted.xattr('user.drill', '0x1234')).toBe('0x1234');
  });

  it('keep a capability of the host, which does not count inside, apart', () => {
    const [ofHost] = [capability.inside];
    expect(shifted.xattr('security.capability', ofHost)).toBe(ofHost);
    expect(shifted.xattr('security.capability', '0x0100000300200000000000000000000000000000e8030000')).not.toBe(capability.inside);
  });
});
