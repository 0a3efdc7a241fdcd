/** `google.protobuf.Value` as plain JSON, for assertions. */
import type { JsonValue } from '../../../localnet/sui/rpc/json.ts';

export function Value({ kind }: JsonValue): unknown {
  switch (kind.oneofKind) {
    case 'boolValue':
      return kind.boolValue;
    case 'numberValue':
      return kind.numberValue;
    case 'stringValue':
      return kind.stringValue;
    case 'listValue':
      return kind.listValue.values.map(Value);
    case 'structValue':
      return Object.fromEntries(Object.entries(kind.structValue.fields).map(([name, value]) => [name, Value(value)]));
    default:
      return null;
  }
}
