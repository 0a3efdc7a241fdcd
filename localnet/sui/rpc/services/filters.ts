/** Filters of transactions and events: disjunctions of conjunctions of literals, each possibly negated. */
import type { GrpcTypes } from '@mysten/sui/grpc';
import type { EventValue } from '../../ledger/bcs.ts';
import { readTransactionData } from '../../ledger/codec/transaction.ts';
import { readEffects } from '../../ledger/effects.ts';
import type { CommittedTransaction, Ledger } from '../../ledger/ledger.ts';
import { canonicalType, ownerAddress } from '../../ledger/types.ts';
import { eventType } from '../render/effects.ts';
import { RpcStatus, invalid, missing } from '../status.ts';
import { address } from './context.ts';

export type TransactionPredicate = (transaction: CommittedTransaction) => boolean;
/** @param sender the sender of the event's transaction */
export type EventPredicate = (event: EventValue) => boolean;

const MAX_LITERALS = 32;

/** Sender of a transaction. */
export function senderOf(transaction: CommittedTransaction): string {
  return readTransactionData(transaction.transaction).V1.sender;
}

/**
 * Compiles a filter of transactions.
 * @throws RpcStatus INVALID_ARGUMENT on an empty or malformed filter
 */
export function transactionFilter(filter: GrpcTypes.TransactionFilter, ledger: Ledger): TransactionPredicate {
  return disjunction(filter.terms, (literal) => {
    const { predicate } = literal;
    switch (predicate.oneofKind) {
      case 'sender': {
        const sender = address('sender.address', predicate.sender.address);
        return (transaction) => senderOf(transaction) === sender;
      }
      case 'affectedAddress': {
        const affected = address('affected_address.address', predicate.affectedAddress.address);
        return (transaction) => affects(transaction, affected, ledger);
      }
      case 'affectedObject': {
        const id = address('affected_object.object_id', predicate.affectedObject.objectId);
        return (transaction) => readEffects(transaction.effects).changedObjects.some(([changed]) => changed === id);
      }
      case 'moveCall': {
        const path = movePath('move_call.function', predicate.moveCall.function, 3);
        return (transaction) => calls(transaction, path);
      }
      case 'emitModule': {
        const matches = emitModule(predicate.emitModule.module);
        return ({ events }) => events.some(matches);
      }
      case 'eventType': {
        const matches = eventTypeMatcher(predicate.eventType.eventType);
        return ({ events }) => events.some(matches);
      }
      case 'packageWrite':
        return ({ effects }) =>
          readEffects(effects).changedObjects.some(([, change]) => change.outputState.$kind === 'PackageWrite');
      default:
        throw unsupported(predicate.oneofKind);
    }
  });
}

/** Compiles a filter of events. */
export function eventFilter(filter: GrpcTypes.EventFilter): EventPredicate {
  return disjunction(filter.terms, ({ predicate }) => {
    switch (predicate.oneofKind) {
      case 'sender': {
        const sender = address('sender.address', predicate.sender.address);
        return (event) => event.sender === sender;
      }
      case 'emitModule':
        return emitModule(predicate.emitModule.module);
      case 'eventType':
        return eventTypeMatcher(predicate.eventType.eventType);
      default:
        throw unsupported(predicate.oneofKind);
    }
  });
}

function unsupported(kind: string | undefined): RpcStatus {
  if (kind === undefined) return missing('filter.terms.literals.predicate');
  return new RpcStatus('UNIMPLEMENTED', `filter ${kind}: this network has no authenticated event streams`);
}

function disjunction<L extends { negated: boolean }, T>(
  terms: readonly { literals: readonly L[] }[],
  compile: (literal: L) => (item: T) => boolean,
): (item: T) => boolean {
  if (terms.length === 0) throw invalid('filter.terms', 'at least one filter term is required');
  const count = terms.reduce((sum, term) => sum + term.literals.length, 0);
  if (count > MAX_LITERALS)
    throw invalid('filter.terms.literals', `${count} literals; at most ${MAX_LITERALS} are allowed`);
  const conjunctions = terms.map(({ literals }) => {
    if (literals.length === 0) throw invalid('filter.terms.literals', 'a term needs at least one literal');
    return literals.map((literal) => ({ negated: literal.negated, matches: compile(literal) }));
  });
  return (item) => conjunctions.some((term) => term.every(({ negated, matches }) => matches(item) !== negated));
}

function movePath(field: string, text: string | undefined, max: number): string[] {
  if (text === undefined) throw missing(field);
  const [packageId, ...rest] = text.split('::');
  if (rest.length >= max || rest.some((part) => part === ''))
    throw invalid(field, `"${text.slice(0, 200)}" is not a Move path`);
  return [address(field, packageId), ...rest];
}

function emitModule(text: string | undefined): (event: EventValue) => boolean {
  const [packageId, module] = movePath('emit_module.module', text, 2);
  return (event) => event.packageId === packageId && (module === undefined || event.module === module);
}

function eventTypeMatcher(text: string | undefined): (event: EventValue) => boolean {
  if (text === undefined) throw missing('event_type.event_type');
  if (text.includes('<')) {
    const type = canonicalType(text);
    return (event) => eventType(event) === type;
  }
  const [packageId, module, name] = movePath('event_type.event_type', text, 3);
  return ({ type }) =>
    type.address === packageId &&
    (module === undefined || type.module === module) &&
    (name === undefined || type.name === name);
}

function affects(transaction: CommittedTransaction, affected: string, ledger: Ledger): boolean {
  return [...transaction.replaced, ...transaction.after].some(({ id, version }) => {
    const object = ledger.at(id, version);
    return object !== undefined && ownerAddress(object.owner) === affected;
  });
}

function calls(transaction: CommittedTransaction, [packageId, module, name]: string[]): boolean {
  const { kind } = readTransactionData(transaction.transaction).V1;
  if (kind.$kind !== 'ProgrammableTransaction') return false;
  return kind.ProgrammableTransaction.commands.some(
    ({ MoveCall: call }) =>
      call !== undefined &&
      call.package === packageId &&
      (module === undefined || call.module === module) &&
      (name === undefined || call.function === name),
  );
}
