import assert from 'node:assert/strict';
import { filterTests } from '../../localnet/sui/build/test-filter.ts';
import { interfaceOf, maskText } from '../../localnet/sui/build/text.ts';

describe('maskText', () => {
  it('blanks comments and strings and keeps every offset', () => {
    const text = 'a // b "c\n/* d /* e */ " */ f b"g\\"// h" x"00" i';
    const masked = maskText(text);
    assert.equal(masked.length, text.length);
    assert.equal(masked.replace(/ +/g, ' '), 'a \n f b x i');
    assert.equal(masked.indexOf('f'), text.indexOf('f'));
  });

  it('does not run past the end of what is never closed', () => {
    for (const text of ['a /* b', 'a "b', 'a // b', 'a "b\\', '/', '"']) {
      assert.equal(maskText(text).length, text.length);
    }
  });
});

describe('interfaceOf', () => {
  it('replaces bodies and nothing else', () => {
    const source = [
      '/// fun in_a_comment() { 1 }',
      'module a::b;',
      'public use fun c as D.e;',
      '#[deprecated(note = b"fun quoted() { }")]',
      'public fun f<T: drop>(x: T): u64 {',
      '    if (true) { 1 } else { 2 } // }',
      '}',
      'native fun n(x: u8): u8;',
      'public macro fun m($f: |u8| -> u8): u8 { $f({ 1 }) }',
      'public struct S { x: u8 }',
      'fun g() {}',
    ].join('\n');
    const expected = [
      '                             ',
      'module a::b;',
      'public use fun c as D.e;',
      '#[deprecated(note = b"fun quoted() { }")]',
      'public fun f<T: drop>(x: T): u64 { abort 0 }',
      'native fun n(x: u8): u8;',
      'public macro fun m($f: |u8| -> u8): u8 { $f({ 1 }) }',
      'public struct S { x: u8 }',
      'fun g() { abort 0 }',
    ].join('\n');
    assert.equal(interfaceOf(source).replace(/^ +$/m, ''), expected.replace(/^ +$/m, ''));
  });
});

describe('filterTests', () => {
  const source = [
    '#[test_only]',
    'module a::b_tests;',
    '#[test] fun one() { abort 1 }',
    '#[test, expected_failure(abort_code = a::b::ETwo)]',
    'public fun two() {}',
    '#[test]',
    '/* between */ #[expected_failure(arithmetic_error, location = std::u8)] // behind',
    'fun three() {}',
    '#[random_test]',
    'fun four(x: u8) {}',
    '#[test_only]',
    'fun helper() { let _ = b"#[test] fun five() {}"; }',
    '// #[test] fun six() {}',
    '#[allow(unused_function), test]',
    'entry fun seven() {}',
  ].join('\n');
  const run = (substring: string): { text: string; tests: string[] } => {
    const { files, tests } = filterTests({ 'tests/x.move': source, 'Move.toml': '#[test] fun x() {}' }, substring);
    assert.equal(files['Move.toml'], '#[test] fun x() {}');
    return { text: files['tests/x.move']!, tests };
  };

  it('finds every test, and nothing else', () => {
    const names = ['one', 'two', 'three', 'four', 'seven'].map((name) => `a::b_tests::${name}`);
    assert.deepEqual(run('').tests, names);
    assert.equal(run('').text, source);
    assert.deepEqual(run('b_tests').tests, names);
    assert.deepEqual(run('no such').tests, []);
  });

  it('makes the others test-only, line by line', () => {
    const { text, tests } = run('::t');
    assert.deepEqual(tests, ['a::b_tests::two', 'a::b_tests::three']);
    assert.equal(text.split('\n').length, source.split('\n').length);
    assert.match(text, /^#\[test_only\] fun one\(\)/m);
    assert.match(text, /^#\[test_only\]\nfun four/m);
    assert.match(text, /^#\[test_only\]\nentry fun seven/m);
    assert.match(text, /^#\[test, expected_failure\(abort_code = a::b::ETwo\)\]\npublic fun two/m);
  });

  it('takes the expectation of a failure away with the test', () => {
    const { text } = run('::one');
    assert.match(text, /^#\[test_only\]\n\/\* between \*\/ {2}\/\/ behind\nfun three/m);
    assert.doesNotMatch(text, /expected_failure/);
  });

  it('finds tests of several modules in one file', () => {
    const two = 'module a::x {\n#[test] fun f() {}\n}\nmodule a::y {\n#[test] fun f() {}\n}\n';
    assert.deepEqual(filterTests({ 'm.move': two }, 'y::f').tests, ['a::y::f']);
  });
});
