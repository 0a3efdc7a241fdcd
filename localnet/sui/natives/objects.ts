// Native functions of package 0x2 that make, move and delete objects, and those of the transaction's context.

import { addressOf } from '../vm/bcs.ts';
import { VmError } from '../vm/errors.ts';
import { bytesOf, bytesResult } from '../vm/native.ts';
import { abstractSize, structTagSize, typeSize, typeTagSize } from '../vm/size.ts';
import { KIND, type Type, type TypeTable } from '../vm/types.ts';
import { copyValue, Ref, Struct, type Value, Vec } from '../vm/values.ts';
import { COST } from './costs.ts';
import type { NativeModule, SuiNative } from './env.ts';
import type { Owner } from './object-runtime.ts';
import { deriveObjectId } from './transaction-context.ts';

const E_ADDRESS_PARSE = 0;
const E_SHARED_NON_NEW_OBJECT = 0;
const E_BCS_SERIALIZATION_FAILURE = 1;
const E_RECEIVING_TYPE_MISMATCH = 2;
const E_UNABLE_TO_RECEIVE = 3;
const E_NO_IDS_CREATED = 1;

export const address: NativeModule = {
  to_u256(ctx, [value]) {
    ctx.charge(COST.base);
    return BigInt(value as string);
  },
  from_u256(ctx, [value]) {
    ctx.charge(COST.base);
    return `0x${(value as bigint).toString(16).padStart(64, '0')}`;
  },
  from_bytes(ctx, [value]) {
    ctx.charge(COST.base);
    const bytes = bytesOf(value);
    return bytes.length === 32 ? addressOf(bytes) : ctx.abort(E_ADDRESS_PARSE);
  },
};

export const object: NativeModule = {
  borrow_uid(ctx, [ref]) {
    ctx.charge(COST.base);
    return new Ref(((ref as Ref).get() as Struct).fields, 0);
  },
  delete_impl(ctx, [id]) {
    ctx.charge(COST.base);
    ctx.env.objects.deleteId(id as string);
  },
  record_new_uid(ctx, [id]) {
    ctx.charge(COST.base);
    ctx.env.objects.newId(id as string);
  },
};

const transferTo =
  (owner: (args: readonly Value[]) => Owner): SuiNative =>
  (ctx, args, [type]) => {
    ctx.charge(COST.base);
    ctx.env.objects.transfer(owner(args), type!, args[0]!);
  };

export const transfer: NativeModule = {
  transfer_impl: transferTo(([, recipient]) => ({ kind: 'address', address: recipient as string })),
  freeze_object_impl: transferTo(() => ({ kind: 'immutable' })),
  share_object_impl(ctx, [value], [type]) {
    ctx.charge(COST.base);
    // Only an object made in this transaction may be shared; one that is shared already may be handed back.
    const result = ctx.env.objects.transfer({ kind: 'shared' }, type!, value!);
    if (result === 'changed') ctx.abort(E_SHARED_NON_NEW_OBJECT);
  },
  party_transfer_impl(ctx, [value, defaultPermissions, addresses, permissions], [type]) {
    ctx.charge(COST.base);
    const all = 0b1111n;
    const members = (addresses as Vec).items;
    const granted = (permissions as Vec).items;
    if (members.length !== 1 || granted.length !== 1 || granted[0] !== all || defaultPermissions !== 0n) {
      throw new VmError('UNKNOWN_INVARIANT_VIOLATION_ERROR', 'a party has one member, who may do everything');
    }
    ctx.env.objects.transfer({ kind: 'consensus', address: members[0] as string }, type!, value!);
  },
  receive_impl(ctx, [parent, id, version], [type]) {
    ctx.charge(COST.base);
    if (!ctx.hasLayout(type!)) ctx.abort(E_BCS_SERIALIZATION_FAILURE);
    const object = (id as Struct).fields[0] as string;
    const value = ctx.env.objects.receive(parent as string, object, version as bigint, type!);
    if (value === undefined) return ctx.abort(E_UNABLE_TO_RECEIVE);
    return value ?? ctx.abort(E_RECEIVING_TYPE_MISMATCH);
  },
};

export const event: NativeModule = {
  emit(ctx, [value], [type]) {
    const { event: cost } = COST;
    const size = abstractSize(ctx.types, type!, value!);
    ctx.charge(COST.base + cost.perValueByte * size);
    const tagSize = structTagSize(type!);
    ctx.charge(cost.perTagByte * tagSize);
    ctx.env.objects.countEvent(tagSize + size);
    ctx.charge(cost.perOutputByte * (tagSize + size));
    ctx.env.objects.emit(type!, value!);
  },
  num_events(ctx) {
    return ctx.env.objects.events.length;
  },
  events_by_type(ctx, _, [type]) {
    return new Vec(ctx.env.objects.events.filter((e) => e.type === type).map((e) => copyValue(e.value)));
  },
};

/** Whether a type is a one-time witness: named as its module in capitals, with one bool and no parameters. */
export function isOneTimeWitness(types: TypeTable, type: Type): boolean {
  const { datatype } = type;
  if (!datatype || datatype.isEnum || type.args.length > 0) return false;
  const fields = types.fields(type)[0]!;
  // Only ASCII letters have capitals here, as in Sui's check.
  const capitals = datatype.module.replace(/[a-z]/g, (c) => c.toUpperCase());
  return fields.length === 1 && fields[0]!.kind === KIND.BOOL && datatype.name === capitals;
}

export const types: NativeModule = {
  is_one_time_witness(ctx, _, [type]) {
    ctx.charge(COST.base + COST.typesPerByte * typeSize(type!));
    ctx.charge(COST.typesPerByte * typeTagSize(type!));
    return isOneTimeWitness(ctx.types, type!);
  },
};

export const test_utils: NativeModule = {
  create_one_time_witness(ctx, _, [type]) {
    if (!type!.datatype || type!.datatype.isEnum || !ctx.hasLayout(type!)) return ctx.abort(0);
    return isOneTimeWitness(ctx.types, type!) ? new Struct([true]) : ctx.abort(1);
  },
};

/** Test only: seeds that differ from one another within a test and are the same in every run. */
export const random: NativeModule = {
  generate_rand_seed_for_testing(ctx) {
    const { scenario } = ctx.env;
    if (!scenario) throw new VmError('UNKNOWN_INVARIANT_VIOLATION_ERROR', 'random seeds are for tests only');
    return bytesResult(scenario.nextSeed());
  },
};

const context =
  (read: (env: Parameters<SuiNative>[0]['env']) => Value): SuiNative =>
  (ctx) => {
    ctx.charge(COST.context);
    return read(ctx.env);
  };

export const tx_context: NativeModule = {
  native_sender: context((env) => env.transaction.facts.sender),
  native_epoch: context((env) => env.transaction.facts.epoch),
  native_epoch_timestamp_ms: context((env) => env.transaction.facts.epochTimestampMs),
  native_rgp: context((env) => env.transaction.facts.referenceGasPrice),
  native_gas_price: context((env) => env.transaction.facts.gasPrice),
  native_gas_budget: context((env) => env.transaction.facts.gasBudget),
  native_ids_created: context((env) => env.transaction.idsCreated),
  native_sponsor: context((env) => {
    const { sponsor } = env.transaction.facts;
    return new Vec(sponsor === null ? [] : [sponsor]);
  }),
  fresh_id(ctx) {
    ctx.charge(COST.base);
    const id = ctx.env.transaction.freshId();
    ctx.env.objects.newId(id);
    return id;
  },
  derive_id(ctx, [digest, n]) {
    ctx.charge(COST.base);
    return deriveObjectId(bytesOf(digest), n as bigint);
  },
  last_created_id(ctx) {
    ctx.charge(COST.base);
    const { transaction, objects } = ctx.env;
    if (transaction.idsCreated === 0n) return ctx.abort(E_NO_IDS_CREATED);
    const id = deriveObjectId(transaction.facts.digest, transaction.idsCreated - 1n);
    objects.newId(id);
    return id;
  },
  replace(ctx, args) {
    ctx.charge(COST.context);
    const { transaction } = ctx.env;
    if (!transaction.testing) throw new VmError('UNKNOWN_INVARIANT_VIOLATION_ERROR', 'replace is for tests only');
    const [sender, digest, epoch, epochTimestampMs, idsCreated, rgp, gasPrice, gasBudget, sponsor] = args;
    transaction.facts = {
      sender: sender as string,
      digest: bytesOf(digest).slice(),
      epoch: epoch as bigint,
      epochTimestampMs: epochTimestampMs as bigint,
      referenceGasPrice: rgp as bigint,
      gasPrice: gasPrice as bigint,
      gasBudget: gasBudget as bigint,
      sponsor: ((sponsor as Vec).items.at(-1) as string | undefined) ?? null,
    };
    transaction.idsCreated = idsCreated as bigint;
  },
};

export const protocol_config: NativeModule = {
  is_feature_enabled(ctx, [name]) {
    return ctx.env.features.has(Buffer.from(bytesOf(name)).toString());
  },
};
