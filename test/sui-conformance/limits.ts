// Tests at the limits of the machine, written out: deep types and wide values are regular, and long. As in the package
// `observed`, to which these modules belong, each ends in an abort with a hash of what it saw, or fails at the limit.

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const test = (name: string, ...body: string[]): string => `#[test]\nfun ${name}() { ${body.join(' ')} }`;
/** `inner` in `depth` type constructors. */
const nested = (outer: string, depth: number, inner: string): string =>
  `${outer}<`.repeat(depth) + inner + '>'.repeat(depth);
const module = (name: string, uses: readonly string[], items: readonly string[]): string =>
  [`#[test_only]\nmodule observed::${name};`, uses.map((use) => `use ${use};`).join('\n'), ...items, ''].join('\n\n');

/** 1,024 values are on the operand stack at most. */
const operands = [
  ...[1023, 1024].map((n) => test(`vector_of_${n}_elements`, 'let x = of(1u8);', `show!(vector[${'x, '.repeat(n)}])`)),
  'fun sum_of(depth: u64): u64 { if (depth == 0) 0 else depth + (depth + (depth + sum_of(depth - 1))) }',
  test('operands_of_many_frames', 'show!(sum_of(of(330)))'),
  test('operands_of_too_many_frames', 'show!(sum_of(of(400)))'),
];

/** 1,024 calls are open at most, below the current one. */
const calls = [
  'fun descend(depth: u64): u64 { if (depth == 0) return 0; descend(depth - 1) }',
  ...range(1021, 1025).map((n) => test(`calls_${n}`, `show!(descend(of(${n})))`)),
  'fun ping(depth: u64): u64 { if (depth == 0) 0 else pong(depth - 1) }',
  'fun pong(depth: u64): u64 { if (depth == 0) 1 else ping(depth - 1) }',
  test('mutual_calls', 'show!(ping(of(5000)))'),
  'fun hash_at(depth: u64): u64 { if (depth == 0) show!(bcs::to_bytes(&depth)); hash_at(depth - 1) }',
  test('native_call_at_the_deepest_place', 'hash_at(of(1022));'),
];

/** Vectors have 2^20 elements at most in unit tests. Doubled twelve times, 250 bytes are 1,044,537. */
const lengths = [
  `fun filled(n: u64): u64 {
    let mut v = vector::tabulate!(250, |_| 0u8);
    12u8.do!(|_| v = bcs::to_bytes(&vector[v, v]));
    (n - v.length()).do!(|i| v.push_back((i % 256) as u8));
    v.length()
}`,
  test('vector_as_long_as_allowed', 'show!(filled(1048576))'),
  test('vector_too_long', 'show!(filled(1048577))'),
];

const typeNames = [
  'fun size_of<T>(): u64 { std::type_name::with_defining_ids<T>().into_string().length() }',
  'fun size_behind<T>(): u64 { size_of<T>() }',
  `fun sixteen_deeper<T>(): u64 { size_of<${nested('vector', 16, 'T')}>() }`,
  `fun two_steps<T>(): u64 { sixteen_deeper<${nested('vector', 16, 'T')}>() }`,
  `fun four_steps<T>(): u64 { two_steps<${nested('vector', 32, 'T')}>() }`,
  test('name_of_a_deep_type', 'show!(two_steps<u8>())'),
  test('name_of_a_deeper_type', 'show!(four_steps<u8>())'),
  ...[50, 62, 63, 64, 65, 100, 125, 126].map((n) =>
    test(`name_of_${n}_vectors`, `show!(size_of<${nested('vector', n, 'u8')}>())`),
  ),
  ...[40, 41, 42, 60, 61, 62, 63, 64].map((n) =>
    test(`name_of_${n}_vectors_through_a_call`, `show!(size_behind<${nested('vector', n, 'u8')}>())`),
  ),
];

/** Values whose types grow with the type arguments. */
const growing = [
  'public struct Box<T> has copy, drop, store { value: T }',
  'public enum Maybe<T> has drop { Some(T), None }',
  'fun boxed<T: drop>(value: T): u64 { let Box { value: _ } = Box { value }; of(1) }',
  'fun twice_boxed<T: drop>(value: T): u64 { let Box { value: Box { value: _ } } = Box { value: Box { value } }; of(2) }',
  'fun some<T: drop>(value: T): u64 { match (Maybe::Some(value)) { Maybe::Some(_) => 3, Maybe::None => 4 } }',
  'fun in_vector<T: drop>(value: T): u64 { vector[value].length() }',
  'fun no_boxes<T: drop>(_: T): u64 { vector<Box<T>>[].length() }',
  ...[63, 124, 125, 126].flatMap((n) =>
    ['boxed', 'twice_boxed', 'some', 'in_vector', 'no_boxes'].map((call) =>
      test(`${call}_at_${n}_vectors`, `let v: ${nested('vector', n, 'u8')} = vector[];`, `show!(${call}(v))`),
    ),
  ),
  `fun sixteen<T>(x: T): ${nested('Box', 16, 'T')} { ${'Box { value: '.repeat(16)}x${' }'.repeat(16)} }`,
  'fun sixty_four<T: drop>(x: T): u64 { boxed(sixteen(sixteen(sixteen(sixteen(x))))) }',
  test('boxes_in_boxes', 'show!(sixteen(sixteen(sixteen(of(1u8)))))'),
  test('many_boxes_in_boxes', 'show!(sixty_four(of(1u8)))'),
  test('too_many_boxes_in_boxes', 'show!(sixty_four(sixteen(sixteen(of(1u8)))))'),
];

/** Structs S1 to S130, each the only field of the next: values nest 128 deep at most. */
const chain = [
  'public struct S1 has copy, drop, store { x: u8 }',
  'fun s1(): S1 { S1 { x: 1 } }',
  ...range(2, 130).map(
    (n) =>
      `public struct S${n} has copy, drop, store { x: S${n - 1} }\n\nfun s${n}(): S${n} { S${n} { x: s${n - 1}() } }`,
  ),
  'public struct Box<T> has copy, drop, store { value: T }',
  'public enum Maybe<T> has copy, drop, store { Some(T), None }',
  ...[101, ...range(126, 131)].map((n) => test(`struct_of_depth_${n}`, `show!(s${n - 1}())`)),
  ...range(126, 128).flatMap((n) => [
    test(`vector_of_structs_of_depth_${n}`, `show!(vector<S${n - 1}>[])`),
    test(`box_of_a_struct_of_depth_${n}`, `show!(Box { value: s${n - 1}() })`),
    test(`variant_with_a_struct_of_depth_${n}`, `show!(Maybe::Some(s${n - 1}()))`),
    test(`variant_beside_a_struct_of_depth_${n}`, `let none: Maybe<S${n - 1}> = Maybe::None;`, 'show!(none)'),
  ]),
];

const UID = ['let mut ctx = tx_context::dummy();', 'let mut uid = object::new(&mut ctx);'];

/** Structs D0 to D9 that double, to 2^n fields at the bottom. */
const doubling = [
  'public struct D0 has copy, drop, store { x: u8 }',
  'fun d0(): D0 { D0 { x: 1 } }',
  ...range(1, 9).map(
    (n) =>
      `public struct D${n} has copy, drop, store { a: D${n - 1}, b: D${n - 1} }\n\n` +
      `fun d${n}(): D${n} { D${n} { a: d${n - 1}(), b: d${n - 1}() } }`,
  ),
  ...range(6, 9).flatMap((n) => {
    const fields = `${2 ** n}_fields`;
    return [
      test(`bytes_of_${fields}`, `show!(bcs::to_bytes(&d${n}()))`),
      test(`event_of_${fields}`, `event::emit(d${n}());`, 'show!(event::num_events())'),
      test(
        `field_of_${fields}`,
        ...UID,
        `field::add(&mut uid, 1u8, d${n}());`,
        `show!(field::borrow<u8, D${n}>(&uid, 1) == &d${n}())`,
      ),
      test(`name_of_${fields}`, ...UID, `field::add(&mut uid, d${n}(), 1u8);`, `show!(field::exists_(&uid, d${n}()))`),
    ];
  }),
];

/** The last layout within the limit of 512 nodes, and the first beyond. */
const layouts = [
  'public struct Full has copy, drop, store { a: D7, b: S60, c: S66 }',
  'public struct Over has copy, drop, store { a: D7, b: S60, c: S67 }',
  'public enum FullChoice has copy, drop, store { A(D7), B(S60), C(S63) }',
  'public enum OverChoice has copy, drop, store { A(D7), B(S60), C(S64) }',
  'fun over(): Over { Over { a: d7(), b: s60(), c: s67() } }',
  test('bytes_of_512_nodes', 'show!(bcs::to_bytes(&vector[Full { a: d7(), b: s60(), c: s66() }][0]))'),
  test('bytes_of_513_nodes', 'show!(bcs::to_bytes(&over()))'),
  test('bytes_of_no_value_of_513_nodes', 'show!(bcs::to_bytes(&vector<Full>[]))'),
  test('bytes_of_an_enum_of_512_nodes', 'show!(bcs::to_bytes(&FullChoice::C(s63())))'),
  test('bytes_of_an_enum_of_513_nodes', 'show!(bcs::to_bytes(&OverChoice::B(s60())))'),
  test('event_over_the_limit', 'event::emit(over());', 'show!(event::events_by_type<Over>().length())'),
  test('witness_over_the_limit', 'show!(sui::types::is_one_time_witness(&over()))'),
  test('created_witness_over_the_limit', 'sui::test_utils::create_one_time_witness<Over>();'),
  test('name_of_a_type_over_the_limit', 'show!(std::type_name::with_defining_ids<Over>())'),
  ...[
    ['is_there', 'field::exists_with_type<u8, D9>(&uid, 1)'],
    ['is_removed', 'field::remove<u8, D9>(&mut uid, 1) == d9()'],
  ].map(([name, seen]) =>
    test(`field_over_the_limit_${name}`, ...UID, 'field::add(&mut uid, 1u8, d9());', `show!(${seen})`),
  ),
  test('field_over_the_limit_is_not_there', ...UID, 'show!(field::borrow<u8, D9>(&uid, 1) == &d9())'),
];

/** Test modules of the package `observed`, by file name, which use its modules `opaque` and `show`. */
export function limitTests(): Record<string, string> {
  return {
    'limits.move': module(
      'limits',
      ['observed::{opaque::of, show::show}', 'std::bcs'],
      [...operands, ...calls, ...lengths, ...typeNames, ...growing],
    ),
    'layouts.move': module(
      'layouts',
      ['observed::show::show', 'std::bcs', 'sui::{dynamic_field as field, event}'],
      [...chain, ...doubling, ...layouts],
    ),
  };
}
