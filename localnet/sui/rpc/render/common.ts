/** Pieces that many messages share. */
import { GrpcTypes } from '@mysten/sui/grpc';
import type { Committee, GasCosts } from '../../ledger/bcs.ts';
import type { Owner } from '../../ledger/types.ts';

/** Milliseconds since the Unix epoch as `google.protobuf.Timestamp`. */
export function timestamp(ms: bigint): { seconds: bigint; nanos: number } {
  return { seconds: ms / 1000n, nanos: Number(ms % 1000n) * 1_000_000 };
}

/** `google.protobuf.Timestamp` in milliseconds. */
export function milliseconds({ seconds, nanos }: { seconds: bigint; nanos: number }): bigint {
  return seconds * 1000n + BigInt(Math.floor(nanos / 1_000_000));
}

/** A BCS value under its type's name. */
export function bcsMessage(name: string, value: Uint8Array): GrpcTypes.Bcs {
  return { name, value };
}

export function renderOwner(owner: Owner): GrpcTypes.Owner {
  const { Owner_OwnerKind: Kind } = GrpcTypes;
  switch (owner.$kind) {
    case 'AddressOwner':
      return { kind: Kind.ADDRESS, address: owner.AddressOwner };
    case 'ObjectOwner':
      return { kind: Kind.OBJECT, address: owner.ObjectOwner };
    case 'Shared':
      return { kind: Kind.SHARED, version: BigInt(owner.Shared.initialSharedVersion) };
    case 'Immutable':
      return { kind: Kind.IMMUTABLE };
    case 'ConsensusAddressOwner': {
      const { owner: address, startVersion } = owner.ConsensusAddressOwner;
      return { kind: Kind.CONSENSUS_ADDRESS, address, version: BigInt(startVersion) };
    }
  }
}

export function renderGas(costs: GasCosts): GrpcTypes.GasCostSummary {
  return { ...costs };
}

/** Members of a committee. */
export function renderMembers(members: Committee['members']): GrpcTypes.ValidatorCommitteeMember[] {
  return members.map(({ publicKey, stake }) => ({ publicKey, weight: stake }));
}
