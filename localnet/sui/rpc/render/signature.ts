/** User signatures as the message that clients read. */
import { bcs } from '@mysten/sui/bcs';
import { GrpcTypes } from '@mysten/sui/grpc';
import { project, type FieldMask } from '../field-mask.ts';
import { bcsMessage } from './common.ts';

const { SignatureScheme: Scheme } = GrpcTypes;
const SIMPLE = [Scheme.ED25519, Scheme.SECP256K1, Scheme.SECP256R1];
const MULTISIG_FLAG = 3;

/** Renders a serialized signature (flag || signature || key). */
export function renderSignature(bytes: Uint8Array, mask: FieldMask): GrpcTypes.UserSignature {
  const flag = bytes[0] ?? 0;
  const message = project<GrpcTypes.UserSignature>(mask, {
    bcs: () => bcsMessage('UserSignatureBytes', bytes),
    scheme: () => flag as GrpcTypes.SignatureScheme,
  });
  message.signature = { oneofKind: undefined };
  const simple = SIMPLE[flag];
  if (simple !== undefined && mask.has('simple')) {
    const body = { scheme: simple, signature: bytes.subarray(1, 65), publicKey: bytes.subarray(65) };
    message.signature = { oneofKind: 'simple', simple: body };
  }
  if (flag === MULTISIG_FLAG && mask.has('multisig')) {
    message.signature = { oneofKind: 'multisig', multisig: renderMultisig(bytes.subarray(1)) };
  }
  return message;
}

function renderMultisig(bytes: Uint8Array): GrpcTypes.MultisigAggregatedSignature {
  const { sigs, bitmap, multisig_pk: committee } = bcs.MultiSig.parse(Uint8Array.from(bytes));
  const schemes = { ED25519: Scheme.ED25519, Secp256k1: Scheme.SECP256K1, Secp256r1: Scheme.SECP256R1 };
  const schemeOf = (kind: string): GrpcTypes.SignatureScheme => schemes[kind as keyof typeof schemes];
  const bytesOf = (value: { $kind: string }): Uint8Array =>
    Uint8Array.from((value as unknown as Record<string, Iterable<number>>)[value.$kind]!);
  return {
    signatures: sigs.map((sig) => ({ scheme: schemeOf(sig.$kind), signature: bytesOf(sig) })),
    bitmap,
    committee: {
      members: committee.pk_map.map(({ pubKey, weight }) => ({
        publicKey: { scheme: schemeOf(pubKey.$kind), publicKey: bytesOf(pubKey) },
        weight,
      })),
      threshold: committee.threshold,
    },
  };
}
