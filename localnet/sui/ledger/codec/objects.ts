/** Owners, and Move objects, which are written for their digests. */
import type { MoveRecord } from '../objects.ts';
import type { Owner } from '../types.ts';
import { giveUp, type Reader, type Writer } from './buffers.ts';

const OWNERS = ['AddressOwner', 'ObjectOwner', 'Shared', 'Immutable', 'ConsensusAddressOwner'];

export function readOwner(r: Reader): Owner {
  switch (OWNERS[r.uleb()]) {
    case 'AddressOwner':
      return { AddressOwner: r.address(), $kind: 'AddressOwner' };
    case 'ObjectOwner':
      return { ObjectOwner: r.address(), $kind: 'ObjectOwner' };
    case 'Shared':
      return { Shared: { initialSharedVersion: r.u64() }, $kind: 'Shared' };
    case 'Immutable':
      return { Immutable: true, $kind: 'Immutable' };
    case 'ConsensusAddressOwner':
      return {
        ConsensusAddressOwner: { startVersion: r.u64(), owner: r.address() },
        $kind: 'ConsensusAddressOwner',
      };
    default:
      return giveUp('an owner');
  }
}

export function writeOwner(w: Writer, owner: object): void {
  const [name, contents] = w.variant(owner, OWNERS);
  switch (name) {
    case 'Immutable':
      return;
    case 'Shared':
      return w.u64((contents as NonNullable<Owner['Shared']>).initialSharedVersion);
    case 'ConsensusAddressOwner': {
      const { startVersion, owner: address } = contents as NonNullable<Owner['ConsensusAddressOwner']>;
      w.u64(startVersion);
      return w.address(address);
    }
    default:
      return w.address(contents);
  }
}

const MOVE = 0;

/**
 * BCS `ObjectInner` of a Move object.
 * @param type BCS `MoveObjectType`
 */
export function writeMove(w: Writer, object: Omit<MoveRecord, 'digest'>, type: Uint8Array): void {
  w.u8(MOVE);
  w.raw(type);
  w.bool(object.hasPublicTransfer);
  w.u64(object.version);
  w.bytes(object.contents);
  writeOwner(w, object.owner);
  w.digest(object.previousTransaction);
  w.u64(object.storageRebate);
}
