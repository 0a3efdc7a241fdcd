import { bcs } from '@mysten/sui/bcs';
import type { SuiGrpcClient } from '@mysten/sui/grpc';

/** The committee of the present epoch as light clients start from it (docs/spec/light-clients.md section 7), in BCS. */
export async function fetchCommittee(client: SuiGrpcClient): Promise<Uint8Array> {
  const { response } = await client.ledgerService.getEpoch({ readMask: { paths: ['epoch', 'committee'] } });
  const { committee } = response.epoch!;
  const Member = bcs.struct('Member', { publicKey: bcs.byteVector(), stake: bcs.u64() });
  return bcs
    .struct('Committee', { epoch: bcs.u64(), members: bcs.vector(Member) })
    .serialize({
      epoch: committee!.epoch!,
      members: committee!.members.map(({ publicKey, weight }) => ({ publicKey: publicKey!, stake: weight! })),
    })
    .toBytes();
}
