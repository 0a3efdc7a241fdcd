/** What goes in and out of the SDK. */
import type { Account, Chain, Transport, WalletClient } from 'viem';
import type { Signer } from '@mysten/sui/cryptography';
import type { TransactionObjectArgument } from '@mysten/sui/transactions';
import type { ChainId, Message } from '../protocol/index.ts';

export type Hex = `0x${string}`;

/** What to send, and where. */
export interface MessageRequest {
  /** The chain that it leaves */
  readonly from: ChainId;
  /** The chain that it goes to */
  readonly to: ChainId;
  /** A contract (20 bytes, or 32 with padding), or the id of a `RecipientCap` on Sui (32 bytes) */
  readonly recipient: string | Uint8Array;
  /** At most 8,192 bytes */
  readonly body: Uint8Array | Hex;
  /** What the recipient is promised on an EVM chain, a hint on Sui; default 200,000 */
  readonly executionGas?: number;
}

/** How to pay on an EVM chain. */
export interface EvmPayer {
  readonly wallet: WalletClient<Transport, Chain | undefined, Account | undefined>;
}

/** How to pay on Sui. */
export interface SuiPayer {
  readonly signer: Signer;
}

/** Who sends, on Sui. */
export interface SuiSender {
  /** Id of the `SenderCap`, which is the sender that the recipient sees. A new one is made and kept by the signer without */
  readonly senderCap?: string | TransactionObjectArgument;
  /** A coin to split the fee from; the gas coin by default */
  readonly coin?: string | TransactionObjectArgument;
}

/** A call of a contract on an EVM chain, as `sendTransaction` of viem takes it. */
export interface EvmCall {
  readonly to: Hex;
  readonly data: Hex;
  readonly value: bigint;
}

/** A message that was sent. */
export interface Sent {
  readonly messageId: Hex;
  readonly message: Message;
  /** The encoded message */
  readonly encoded: Uint8Array;
  /** 32 bytes */
  readonly outbox: Uint8Array;
  /** Hash or digest */
  readonly transaction: string;
  /** Block or checkpoint, where it is in one already */
  readonly height?: bigint;
}

/** What anyone needs to deliver a message. */
export interface Proof {
  readonly messageId: Hex;
  /** The encoded message */
  readonly encoded: Uint8Array;
  /** 204 bytes */
  readonly statement: Uint8Array;
  /** A signature set; empty where the destination keeps the statement's root */
  readonly signatures: Uint8Array;
  /** Place in the statement's run */
  readonly index: number;
  /** Siblings from the leaf upwards, 32 bytes each */
  readonly siblings: Uint8Array;
}

/** What an inbox says of a message. */
export interface Received {
  readonly messageId: Hex;
  readonly originChain: ChainId;
  readonly nonce: bigint;
  readonly transaction: string;
  readonly outcome: 'delivered' | 'failed';
  /** What the recipient returned when it failed */
  readonly reason?: Hex;
  /** What was handed over, where the transaction shows it */
  readonly message?: Message;
}

/** How far a message is. */
export type Stage =
  | { readonly stage: 'sent'; readonly sent: Sent }
  /** Its origin cannot lose it any more */
  | { readonly stage: 'final'; readonly source: Source; readonly at?: Date }
  /** Enough enclaves have signed: anyone can deliver it */
  | { readonly stage: 'proven'; readonly source: Source; readonly at?: Date }
  /** Its recipient failed. It stays open, hosts try again, and anyone may */
  | { readonly stage: 'refused'; readonly source: Source; readonly reason: string; readonly transaction?: string }
  /** The last one. Without a transaction only where the destination's node has forgotten it */
  | { readonly stage: 'delivered'; readonly source: Source; readonly transaction?: string };

/** Whose word it is. */
export type Source = 'chain' | 'host';

/** Waiting and its end. */
export interface WaitOptions {
  readonly signal?: AbortSignal;
  /** Default 1,000 */
  readonly pollMilliseconds?: number;
  /** Then `Timeout` is thrown; default never */
  readonly timeoutMilliseconds?: number;
  /** Told of nodes and hosts that fail, which are asked again */
  readonly onTrouble?: (error: Error) => void;
}
