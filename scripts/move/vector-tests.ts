/** One vector as one Move test. What a vector holds is described in test/vectors/README.md. */

type Json = string | number | readonly string[];
type Fields = Readonly<Record<string, Json>>;

export interface Vector {
  readonly id: string;
  readonly op: string;
  readonly about: string;
  readonly in: Fields;
  /** Either this or `error`. */
  readonly out?: Fields;
  /** Name of the broken rule. */
  readonly error?: string;
}

interface Operation {
  /** The Move expression that runs the operation. */
  readonly call: (input: Fields) => string;
  /** Move statements that run `call` and compare what it gives. */
  readonly check: (call: string, output: Fields, input: Fields) => string[];
}

/** The order of secp256k1 (SEC 2 section 2.4.1). */
const GROUP_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const SIGNATURE_DIGITS = 2 * 65;

/** Operations that no Move code has: the other chain's event, and the reading of events off chain. */
const SKIPPED: ReadonlySet<string> = new Set(['messageSent.evm', 'messageSent.decodeEvm', 'messageSent.decodeSui']);

const equal = (actual: string, expected: string): string => `assert_eq!(${actual}, ${expected});`;

function hexDigits(value: Json | undefined): string {
  if (typeof value !== 'string' || !/^0x([0-9a-f]{2})*$/.test(value))
    throw new Error(`not a byte string: ${JSON.stringify(value)}`);
  return value.slice(2);
}

const bytes = (value: Json | undefined): string => `x"${hexDigits(value)}"`;

/** 20 or 32 bytes as an `address`; 20 are padded on the left, as the protocol does. */
function address(value: Json | undefined): string {
  const digits = hexDigits(value);
  if (digits.length !== 40 && digits.length !== 64) throw new Error(`neither 20 nor 32 bytes: ${digits}`);
  return `@0x${digits}`;
}

function integer(value: Json | undefined): string {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || !/^[0-9]+$/.test(text) || BigInt(text) >= 1n << 64n) {
    throw new Error(`not an integer of 64 bits: ${JSON.stringify(value)}`);
  }
  return text;
}

function list(value: Json | undefined): readonly string[] {
  if (!Array.isArray(value)) throw new Error(`not a list: ${JSON.stringify(value)}`);
  return value as readonly string[];
}

const addresses = (value: Json | undefined): string => `vector[${list(value).map(address).join(', ')}]`;

/** Move's getters and parameters, in order, with the vector's name and type of each. */
type Field = readonly [getter: string, name: string, literal: (value: Json | undefined) => string];

const MESSAGE: readonly Field[] = [
  ['kind', 'kind', integer],
  ['origin_chain', 'originChain', integer],
  ['destination_chain', 'destinationChain', integer],
  ['nonce', 'nonce', integer],
  ['sender', 'sender', address],
  ['recipient', 'recipient', address],
  ['execution_gas', 'executionGas', integer],
  ['body', 'body', bytes],
];

const STATEMENT: readonly Field[] = [
  ['origin_chain', 'originChain', integer],
  ['origin_outbox', 'originOutbox', address],
  ['destination_chain', 'destinationChain', integer],
  ['destination_inbox', 'destinationInbox', address],
  ['anchor_height', 'anchorHeight', integer],
  ['anchor_hash', 'anchorHash', address],
  ['anchor_timestamp_seconds', 'anchorTimestampSeconds', integer],
  ['first_nonce', 'firstNonce', integer],
  ['message_count', 'messageCount', integer],
  ['messages_root', 'messagesRoot', address],
];

const REGISTRATION: readonly Field[] = [
  ['chain', 'chain', integer],
  ['registry', 'registry', address],
  ['operator', 'operator', address],
  ['challenge', 'challenge', address],
  ['signer', 'signer', address],
  ['encryption_key', 'encryptionKey', address],
  ['configuration_hash', 'configurationHash', address],
];

const REVOCATION: readonly Field[] = [
  ['kind', 'kind', integer],
  ['target', 'target', address],
];

const construct = (module: string, fields: readonly Field[], input: Fields): string =>
  `${module}::new(${fields.map(([, name, literal]) => literal(input[name])).join(', ')})`;

/** An operation that decodes; `body` comes as a reference. */
const decodes = (module: string, fields: readonly Field[]): Operation => ({
  call: (input) => `${module}::decode(${bytes(input.bytes)})`,
  check: (call, output) => [
    `let decoded = ${call};`,
    ...fields.map(([getter, name, literal]) =>
      equal(`${getter === 'body' ? '*' : ''}decoded.${getter}()`, literal(output[name])),
    ),
  ],
});

const encodes = (module: string, fields: readonly Field[]): Operation => ({
  call: (input) => `${construct(module, fields, input)}.encode()`,
  check: (call, output) => [equal(call, bytes(output.bytes))],
});

/** An operation that gives one 32-byte value. */
const gives = (name: string, call: Operation['call']): Operation => ({
  call,
  check: (expression, output) => [equal(expression, address(output[name]))],
});

/** An operation that only aborts or does not. */
const passes = (call: Operation['call']): Operation => ({ call, check: (expression) => [`${expression};`] });

const OPERATIONS: Readonly<Record<string, Operation>> = {
  'chain.validate': {
    call: (input) => `chain::family(${integer(input.chain)})`,
    check: (call, output) => [equal(call, integer(output.family))],
  },
  'chain.sui': {
    call: (input) => `chain::from_sui_identifier(0x${hexDigits(input.identifier)})`,
    check: (call, output) => [equal(call, integer(output.chain))],
  },
  'nonce.split': {
    call: (input) => `nonce::generation(${integer(input.nonce)})`,
    check: (call, output, input) => [
      equal(call, integer(output.generation)),
      equal(`nonce::sequence(${integer(input.nonce)})`, integer(output.sequence)),
      equal(`nonce::join(${integer(output.generation)}, ${integer(output.sequence)})`, integer(input.nonce)),
    ],
  },
  'message.decode': decodes('message', MESSAGE),
  'message.encode': encodes('message', MESSAGE),
  'message.id': gives('messageId', ({ bytes: encoded, outbox }) => {
    return `message::decode(${bytes(encoded)}).id(${address(outbox)})`;
  }),
  'messageSent.sui': {
    call: ({ bytes: encoded, outbox }) =>
      `message_sent::emit(${address(outbox)}.to_id(), &message::decode(${bytes(encoded)}))`,
    check: (call, output) => [
      `${call};`,
      'let events = event::events_by_type<MessageSent>();',
      equal('events.length()', '1'),
      equal('bcs::to_bytes(&events[0])', bytes(output.data)),
    ],
  },
  'merkle.plainLeaf': gives('leaf', ({ nonce, messageId }) => {
    return `merkle::plain_leaf(${integer(nonce)}, ${address(messageId)})`;
  }),
  'merkle.confidentialLeaf': gives('leaf', ({ nonce, messageId, deliveryHash }) => {
    return `merkle::confidential_leaf(${integer(nonce)}, ${address(messageId)}, ${address(deliveryHash)})`;
  }),
  'merkle.root': gives('root', ({ leaves }) => `merkle::root(${addresses(leaves)})`),
  'merkle.verify': passes(({ root, leaf, index, count, proof }) => {
    const path = `${integer(index)}, ${integer(count)}, ${bytes(proof)}`;
    return `merkle::verify(${address(root)}, ${address(leaf)}, ${path})`;
  }),
  'statement.decode': decodes('statement', STATEMENT),
  'statement.encode': encodes('statement', STATEMENT),
  'statement.digest': gives('digest', (input) => `statement::decode(${bytes(input.bytes)}).digest()`),
  'signature.recover': gives('signer', ({ message, signature }) => {
    return `signature::recover(${bytes(signature)}, &${bytes(message)})`;
  }),
  'signature.recoverSet': {
    call: ({ message, signatures }) => `signature::recover_set(${bytes(signatures)}, &${bytes(message)})`,
    check: (call, output) => [equal(call, addresses(output.signers))],
  },
  'registration.hash': gives('hash', (input) => `${construct('registration', REGISTRATION, input)}.hash()`),
  'registration.check': passes((input) => {
    return `${construct('registration', REGISTRATION, input)}.check_report_data(${bytes(input.reportData)})`;
  }),
  'revocation.decode': decodes('revocation', REVOCATION),
  'revocation.encode': encodes('revocation', REVOCATION),
  'revocation.digest': gives('digest', (input) => `revocation::decode(${bytes(input.bytes)}).digest()`),
};

/** Whether the vector belongs to other languages than Move. */
export function isSkipped(vector: Vector): boolean {
  return SKIPPED.has(vector.op);
}

/**
 * The Move test of a vector: a documented function with its attribute.
 *
 * @param errors error constant -> where it stands, such as `corridor::merkle::EInvalidProof`
 * @throws Error if the vector's operation, a field or its rule is unknown
 */
export function renderTest(vector: Vector, errors: ReadonlyMap<string, string>): string {
  const operation = OPERATIONS[vector.op];
  if (operation === undefined) throw new Error(`${vector.id}: unknown operation ${vector.op}`);
  if ((vector.out === undefined) === (vector.error === undefined)) {
    throw new Error(`${vector.id}: neither or both of out and error`);
  }
  try {
    const call = operation.call(vector.in);
    const [attribute, statements] =
      vector.out === undefined
        ? failing(vector, call, errors)
        : ['#[test]', operation.check(call, vector.out, vector.in)];
    return [
      `/// ${vector.about.replace(/\s+/g, ' ')}`,
      attribute,
      `fun ${vector.id.replaceAll('-', '_')}() {`,
      ...statements.map((statement) => `    ${statement}`),
      '}',
    ].join('\n');
  } catch (cause) {
    throw new Error(`${vector.id}: ${(cause as Error).message}`, { cause });
  }
}

/** Attribute and statements of a test that ends in an abort. */
function failing(
  vector: Vector,
  call: string,
  errors: ReadonlyMap<string, string>,
): [attribute: string, statements: string[]] {
  if (vector.error === 'UnrecoverableSignature') return unrecoverable(vector, call);
  const constant = errors.get(`E${vector.error}`);
  if (constant === undefined) throw new Error(`no module of contracts-move/corridor has a constant E${vector.error}`);
  return [`#[test, expected_failure(abort_code = ${constant})]`, [`${call};`]];
}

/**
 * A test that ends in an abort of `sui::ecdsa_k1`, whose code Move makes us name. It is 1
 * (`EInvalidSignature`) if r is not below the group order, since the signature fails to parse, and 0
 * (`EFailToRecoverPubKey`) for what fails later. For an r of zero libraries differ: libsecp256k1, which Sui
 * has, parses it, others do not. There the test takes any abort, once it has seen that no rule of our own is
 * broken.
 */
function unrecoverable(vector: Vector, call: string): [attribute: string, statements: string[]] {
  const signatures = vector.in.signature ?? vector.in.signatures;
  const digits = hexDigits(signatures);
  const rs: bigint[] = [];
  for (let at = 0; at < digits.length; at += SIGNATURE_DIGITS) rs.push(BigInt(`0x${digits.slice(at, at + 64)}`));
  if (rs.includes(0n)) {
    return ['#[test, expected_failure]', [`if (!fixtures::are_in_form(${bytes(signatures)})) return;`, `${call};`]];
  }
  const code = rs.some((r) => r >= GROUP_ORDER) ? 1 : 0;
  return [`#[test, expected_failure(abort_code = ${code}, location = sui::ecdsa_k1)]`, [`${call};`]];
}
