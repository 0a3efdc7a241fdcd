// Random Move programs, the same in every run: what they compute is not known beforehand, only that two machines must
// agree on it. Each is a test that ends in an abort with a hash of everything it saw, or fails on the way.

/** A generator of reproducible numbers (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }
}

const WIDTHS: Readonly<Record<string, number>> = { u8: 8, u16: 16, u32: 32, u64: 64, u128: 128, u256: 256 };
const TYPES = Object.keys(WIDTHS);

/** Expressions over variables of every integer type, `u8_0` to `u256_2`. */
class Expressions {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  literal(type: string): string {
    const random = this.#random;
    const max = (1n << BigInt(WIDTHS[type]!)) - 1n;
    const edges = [0n, 1n, 2n, 3n, 10n, max, max - 1n, max >> 1n, (max >> 1n) + 1n, max >> BigInt(random.below(250))];
    return `of(${random.pick(edges) & max}${type})`;
  }

  number(type: string, depth: number): string {
    const random = this.#random;
    if (depth === 0) return random.chance(70) ? `${type}_${random.below(3)}` : this.literal(type);
    const inner = () => this.number(type, depth - 1);
    switch (random.below(10)) {
      case 0:
        return `(${inner()} << (${this.number('u8', 0)} % ${Math.min(WIDTHS[type]!, 255)}))`;
      case 1:
        return `(${inner()} >> (${this.number('u8', 0)} % ${Math.min(WIDTHS[type]!, 255)}))`;
      case 2: {
        const source = random.pick(TYPES);
        const wider = WIDTHS[source]! > WIDTHS[type]! && random.chance(95);
        const cut = wider ? ` & ${(1n << BigInt(WIDTHS[type]!)) - 1n}` : '';
        return `((${this.number(source, depth - 1)}${cut}) as ${type})`;
      }
      case 3:
        return `(if (${this.condition(depth - 1)}) ${inner()} else ${inner()})`;
      case 4:
        return `${inner()}.${random.pick(['max', 'min', 'diff'])}(${inner()})`;
      default: {
        const [a, b] = [inner(), inner()];
        // Mostly in forms that do not fail, so that programs get somewhere.
        const safe = [`(${a} >> 1) + (${b} >> 1)`, `(${a} | ${b}) - ${b} / 2`, `(${a} % 13) * (${b} % 13)`];
        safe.push(`${a} / (${b} | 1)`, `${a} % (${b} | 1)`, `${a} & ${b}`, `${a} | ${b}`, `${a} ^ ${b}`);
        return `(${random.chance(97) ? random.pick(safe) : `${a} ${random.pick(['+', '-', '*', '/', '%'])} ${b}`})`;
      }
    }
  }

  condition(depth: number): string {
    const random = this.#random;
    const type = random.pick(TYPES);
    const compare = () => {
      const operator = random.pick(['<', '>', '<=', '>=', '==', '!=']);
      return `${this.number(type, depth)} ${operator} ${this.number(type, depth)}`;
    };
    if (depth === 0) return compare();
    return random.pick([
      compare,
      () => `(${compare()}) && (${compare()})`,
      () => `(${compare()}) || !(${compare()})`,
    ])();
  }
}

/** Assignments of random expressions to random variables, some of them in loops. */
function arithmetic(random: Random): string[] {
  const expressions = new Expressions(random);
  const lines = TYPES.flatMap((type) => [0, 1, 2].map((i) => `let mut ${type}_${i} = ${expressions.literal(type)};`));
  for (let n = 4 + random.below(8); n > 0; n--) {
    const type = random.pick(TYPES);
    const assignment = `${type}_${random.below(3)} = ${expressions.number(type, 1 + random.below(3))};`;
    lines.push(random.chance(20) ? `${1 + random.below(4)}u8.do!(|_| ${assignment.slice(0, -1)});` : assignment);
    lines.push(`log(&mut seen, ${type}_${random.below(3)});`);
    if (random.chance(15)) lines.push(`if (${expressions.condition(1)}) log(&mut seen, true);`);
  }
  for (const type of TYPES) lines.push(`log(&mut seen, vector[${[0, 1, 2].map((i) => `${type}_${i}`).join(', ')}]);`);
  return lines;
}

/** Operations on vectors of bytes, of numbers, of structs and of vectors, at times beyond their ends. */
function vectors(random: Random): string[] {
  const names = ['bytes', 'numbers', 'items', 'rows'];
  const element: Readonly<Record<string, () => string>> = {
    bytes: () => `of(${random.below(256)}u8)`,
    numbers: () => `of(${random.below(1000)}u64)`,
    items: () => `Item { n: ${random.below(100)}, tags: b"${'xyz'.slice(random.below(4))}" }`,
    rows: () => `vector[${Array.from({ length: random.below(4) }, () => `${random.below(9)}u8`).join(', ')}]`,
  };
  const lines = [
    'let mut bytes = b"random";',
    'let mut numbers = vector[1u64, 2, 3];',
    'let mut items = vector[Item { n: 1, tags: b"a" }];',
    'let mut rows = vector[b"r", vector[]];',
  ];
  /** Declares `i` and `j`: indices that are mostly within the vector, or one beyond for insertions. */
  const indices = (name: string, beyond = 0): string => {
    const limit = `(${name}.length() + ${beyond}).max(1)`;
    const index = () => (random.chance(97) ? `of(${random.below(50)}) % ${limit}` : `of(${random.below(9)}u64)`);
    return `let i = ${index()}; let j = ${index()};`;
  };
  for (let n = 15 + random.below(15); n > 0; n--) {
    const name = random.pick(names);
    const make = element[name]!;
    const full = (action: string): string => `if (!${name}.is_empty()) { ${indices(name)} ${action} };`;
    const operations = [
      () => `${name}.push_back(${make()});`,
      () => `${name}.push_back(${make()});`,
      () => full(`log(&mut seen, i + j); log(&mut seen, ${name}.pop_back())`),
      () => full(`${name}.swap(i, j)`),
      () => full(`log(&mut seen, j); *&mut ${name}[i] = ${make()}`),
      () => full(`log(&mut seen, vector[${name}[i], ${name}[j]])`),
      () => full(`log(&mut seen, ${name}[i] == ${name}[j])`),
      () => full(`log(&mut seen, j); log(&mut seen, ${name}.remove(i))`),
      () => `{ ${indices(name, 1)} log(&mut seen, j); ${name}.insert(${make()}, i) };`,
      () => `${name}.reverse();`,
      () => `{ let again = ${name}; ${name}.append(again) };`,
      () => `log(&mut seen, ${name}.contains(&${make()}));`,
      () => `log(&mut seen, ${name} == vector[${make()}]);`,
      () => `{ let n = ${name}.length().min(${2 + random.below(6)}); ${name} = ${name}.take(n) };`,
      () => 'items.do_mut!(|item| item.n = item.n * 2 % 1000);',
      () => 'items.do_mut!(|item| item.tags.push_back(1));',
      () => 'rows.do_mut!(|row| if (row.length() > 1) row.swap(0, 1));',
      () => '{ let mut again = rows; again.do_mut!(|row| row.push_back(7)); log(&mut seen, again) };',
      () => '{ let mut again = items; again.do_mut!(|item| item.n = 7); log(&mut seen, again == items) };',
    ];
    lines.push(random.pick(operations)());
  }
  return [...lines, ...names.map((name) => `log(&mut seen, ${name});`)];
}

/** Transactions on objects: made, given, shared, frozen, taken, changed, wrapped, received, deleted. */
function transactions(random: Random, fields: boolean): string[] {
  const address = () => random.pick(['@0xA', '@0xB', '@0xC']);
  const guarded = (condition: string, action: string) => (random.chance(98) ? `if (${condition}) ${action}` : action);
  const have = '!hand.is_empty()';
  const operations = [
    () => `hand.push_back(objects::coin(${random.below(100)}, test.ctx()));`,
    () => `hand.push_back(objects::coin(${random.below(100)}, test.ctx()));`,
    () => guarded(have, `transfer::public_transfer(hand.pop_back(), ${address()});`),
    () => guarded(have, `transfer::public_transfer(hand.pop_back(), ${address()});`),
    () => guarded(`${have} && fresh(&test, &hand)`, 'transfer::public_share_object(hand.pop_back());'),
    () => guarded(have, 'transfer::public_freeze_object(hand.pop_back());'),
    () => guarded(have, 'log(&mut seen, hand.pop_back().burn());'),
    () => guarded(have, `hand[0].set(${random.below(1000)});`),
    () => guarded(have, 'hand.reverse();'),
    () => guarded('test.has_most_recent_for_sender<Coin>()', 'hand.push_back(test.take_from_sender<Coin>());'),
    () => guarded('test.has_most_recent_for_sender<Coin>()', 'hand.push_back(test.take_from_sender<Coin>());'),
    () => guarded('scenario::has_most_recent_shared<Coin>()', 'hand.push_back(test.take_shared<Coin>());'),
    () => guarded('scenario::has_most_recent_immutable<Coin>()', 'hand.push_back(test.take_immutable<Coin>());'),
    () => guarded(`${have} && owned(&test, &hand)`, 'test.return_to_sender(hand.pop_back());'),
    () => guarded(`${have} && frozen(&hand)`, 'scenario::return_immutable(hand.pop_back());'),
    () => guarded(`${have} && !fresh(&test, &hand) && !owned(&test, &hand) && !frozen(&hand)`, 'put_back(&mut hand);'),
    () =>
      guarded(
        have,
        `transfer::public_transfer(objects::safe(option::some(hand.pop_back()), test.ctx()), ${address()});`,
      ),
    () => guarded('test.has_most_recent_for_sender<Safe>()', 'unwrap(&test, &mut hand);'),
    () => guarded(`hand.length() > 1`, 'send(&mut hand);'),
    () => guarded(have, 'receive(&mut hand, &mut seen);'),
    () => `objects::announce(${address()}, ${random.below(10)});`,
    () => `log(&mut seen, scenario::ids_for_address<Coin>(${address()})${fields ? '.length()' : ''});`,
    () => `{ let effects = test.next_tx(${address()}); ${fields ? 'count' : 'describe'}(&mut seen, &effects); };`,
    () => `{ let effects = test.next_tx(${address()}); ${fields ? 'count' : 'describe'}(&mut seen, &effects); };`,
    () => `{ let effects = test.next_tx(${address()}); ${fields ? 'count' : 'describe'}(&mut seen, &effects); };`,
  ];
  const key = () => `${random.below(2)}${random.pick(['u8', 'u64'])}`;
  const onFields = [
    () => guarded(have, `add(hand[0].uid_mut(), ${key()}, &mut seen);`),
    () => guarded(have, `add(hand[0].uid_mut(), ${key()}, &mut seen);`),
    () => guarded(have, `bump(hand[0].uid_mut(), ${key()}, &mut seen);`),
    () => guarded(have, `drop(hand[0].uid_mut(), ${key()}, &mut seen);`),
    () => guarded('hand.length() > 1', `hang(&mut hand, ${random.below(2)});`),
    () => guarded(have, `pluck(&mut hand, ${random.below(2)});`),
  ];
  const all = fields ? [...operations, ...onFields, ...onFields] : operations;
  const lines = ['let mut test = scenario::begin(@0xA);', 'let mut hand = vector<Coin>[];'];
  for (let n = 15 + random.below(25); n > 0; n--) lines.push(random.pick(all)());
  lines.push('log(&mut seen, hand.map_ref!(|coin| coin.value()));');
  lines.push(`let effects = test.next_tx(@0xA); ${fields ? 'count' : 'describe'}(&mut seen, &effects);`);
  return lines;
}

const HEADER = `#[test_only]
module observed::NAME;
`;

const HELPERS: Readonly<Record<string, string>> = {
  arithmetic: 'use observed::{opaque::of, show::{log, show}};\n',
  vectors: `use observed::{opaque::of, show::{log, show}};

public struct Item has copy, drop { n: u64, tags: vector<u8> }
`,
  transactions: `use observed::{report::describe, objects::{Self, Coin, Safe}, show::{log, show}};
use sui::{dynamic_field as field, dynamic_object_field as object_field, test_scenario::{Self as scenario, Scenario}};

fun last(hand: &vector<Coin>): ID { object::id(&hand[hand.length() - 1]) }

fun owned(test: &Scenario, hand: &vector<Coin>): bool { test.was_taken_from_sender(last(hand)) }

fun frozen(hand: &vector<Coin>): bool { scenario::was_taken_immutable(last(hand)) }

/// Whether the last object seems to be made in this transaction.
fun fresh(test: &Scenario, hand: &vector<Coin>): bool {
    !owned(test, hand) && !frozen(hand) && scenario::most_recent_id_shared<Coin>().is_none()
}

fun put_back(hand: &mut vector<Coin>) { scenario::return_shared(hand.pop_back()) }

fun unwrap(test: &Scenario, hand: &mut vector<Coin>) {
    let mut content = test.take_from_sender<Safe>().open();
    if (content.is_some()) hand.push_back(content.extract());
    content.destroy_none();
}

/// Gives the last object to the first.
fun send(hand: &mut vector<Coin>) {
    let coin = hand.pop_back();
    transfer::public_transfer(coin, object::id_address(&hand[0]))
}

fun receive(hand: &mut vector<Coin>, seen: &mut vector<u8>) {
    let parent = object::id(&hand[0]);
    let ids = scenario::receivable_object_ids_for_owner_id<Coin>(parent);
    log(seen, ids.length());
    if (ids.is_empty()) return;
    let ticket = scenario::most_recent_receiving_ticket<Coin>(&parent);
    let coin = transfer::public_receive(hand[0].uid_mut(), ticket);
    hand.push_back(coin)
}

fun add<K: copy + drop + store>(uid: &mut UID, key: K, seen: &mut vector<u8>) {
    let there = field::exists_(uid, key);
    log(seen, there);
    if (!there) field::add(uid, key, 1u64);
}

fun bump<K: copy + drop + store>(uid: &mut UID, key: K, seen: &mut vector<u8>) {
    if (!field::exists_with_type<K, u64>(uid, key)) return;
    let value = field::borrow_mut<K, u64>(uid, key);
    *value = *value * 3;
    log(seen, *value)
}

fun drop<K: copy + drop + store>(uid: &mut UID, key: K, seen: &mut vector<u8>) {
    log(seen, field::remove_if_exists<K, u64>(uid, key))
}

/// Makes the last object a field of the first.
fun hang(hand: &mut vector<Coin>, key: u8) {
    let coin = hand.pop_back();
    object_field::add(hand[0].uid_mut(), vector[key], coin)
}

fun pluck(hand: &mut vector<Coin>, key: u8) {
    if (!object_field::exists_(hand[0].uid(), vector[key])) return;
    let coin: Coin = object_field::remove(hand[0].uid_mut(), vector[key]);
    hand.push_back(coin)
}
`,
};

/** Programs of each kind. */
export interface Counts {
  readonly arithmetic: number;
  readonly vectors: number;
  readonly transactions: number;
}

/**
 * Test modules of the package `observed`, by file name, which use its modules `opaque`, `show`, `objects` and `report`.
 *
 * @param seed other seeds give other programs.
 */
export function randomTests(seed: number, counts: Counts): Record<string, string> {
  const random = new Random(seed);
  const files: Record<string, string> = {};
  const write = (name: string, helpers: string, programs: readonly string[][]): void => {
    const tests = programs.map(
      (lines, i) =>
        `#[test]\nfun program_${i}() {\n    let mut seen = vector[];\n${lines.map((l) => `    ${l}\n`).join('')}    show!(seen)\n}\n`,
    );
    files[`${name}.move`] = [HEADER.replace('NAME', name), helpers, ...tests].join('\n');
  };
  const many = (count: number, make: (random: Random, i: number) => string[]) =>
    Array.from({ length: count }, (_, i) => make(random, i));
  write('arithmetic', HELPERS['arithmetic']!, many(counts.arithmetic, arithmetic));
  write('vectors', HELPERS['vectors']!, many(counts.vectors, vectors));
  const half = Math.ceil(counts.transactions / 2);
  write(
    'transactions',
    HELPERS['transactions']!,
    many(half, (r) => transactions(r, false)),
  );
  const withFields = HELPERS['transactions']!.replace('report::describe', 'report::count');
  write(
    'fields',
    withFields,
    many(counts.transactions - half, (r) => transactions(r, true)),
  );
  return files;
}
