/** What lodestar's light client takes from @chainsafe/bls, made of @chainsafe/blst. */
import { PublicKey, Signature, aggregatePublicKeys, verify } from '@chainsafe/blst';

// eslint-disable-next-line no-restricted-syntax -- lodestar imports the default
export default {
  PublicKey: {
    fromBytes: (bytes: Uint8Array) => PublicKey.fromBytes(bytes, true),
    aggregate: (keys: PublicKey[]) => aggregatePublicKeys(keys),
  },
  Signature: {
    fromBytes: (bytes: Uint8Array) => {
      const signature = Signature.fromBytes(bytes, true);
      return { verify: (key: PublicKey, message: Uint8Array) => verify(message, key, signature) };
    },
  },
};
