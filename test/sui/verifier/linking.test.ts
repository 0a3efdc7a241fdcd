// Packages: what modules say of one another, and who may call whom.

import assert from 'node:assert/strict';
import { verifyPackage } from '../../../localnet/sui/verifier/verifier.ts';
import type { MoveRule } from '../../../localnet/sui/verifier/errors.ts';
import type { ModuleTables } from '../../../localnet/sui/vm/format.ts';
import { Assembler, COPY, DROP, KEY, mut, param, ref, SELF, STORE, SUI } from './assembler.ts';
import { refuses } from './expect.ts';
import { type Framework, loadFramework } from './packages.ts';

const OTHER = '0x' + 'bb'.padStart(64, '0');

/** The module that is used: at another package or in the same one. */
function library(address: string): ModuleTables {
  const m = new Assembler('library', address);
  m.friend('friend', address);
  m.struct('Box', DROP | STORE, { x: param(0) }, [{ constraints: DROP }]);
  m.struct('Tag', DROP, { x: 'U64' }, [{ constraints: 0, phantom: true }]);
  m.fn('open', { visibility: 'Public', params: ['U64', ref('U8')], returns: ['Bool'], code: ['LdTrue', 'Ret'] });
  m.fn('inside', { visibility: 'Friend', code: ['Ret'] });
  m.fn('hidden', { visibility: 'Private', code: ['Ret'] });
  m.fn('door', { visibility: 'Private', entry: true, code: ['Ret'] });
  m.fn('generic', { visibility: 'Public', typeParameters: [COPY | DROP], code: ['Ret'] });
  return m.read();
}

interface Case {
  readonly what: string;
  readonly rule: MoveRule;
  /** Name of the module that uses the library. */
  readonly name?: string;
  readonly address?: string;
  readonly good?: (m: Assembler, address: string) => void;
  readonly bad: (m: Assembler, address: string) => void;
}

const OPEN = { params: ['U64', ref('U8')], returns: ['Bool'] } as const;

const CASES: readonly Case[] = [
  {
    what: 'a module that is not there',
    rule: 'LINKER_ERROR',
    good: (m, a) => m.module('library', a),
    bad: (m, a) => m.module('nothing', a),
  },
  {
    what: 'a function that is not there',
    rule: 'LOOKUP_FAILED',
    good: (m, a) => m.importFunction('library', 'open', OPEN, a),
    bad: (m, a) => m.importFunction('library', 'opened', OPEN, a),
  },
  { what: 'a private function', rule: 'LOOKUP_FAILED', bad: (m, a) => m.importFunction('library', 'hidden', {}, a) },
  {
    what: 'a private entry function',
    rule: 'LOOKUP_FAILED',
    bad: (m, a) => m.importFunction('library', 'door', {}, a),
  },
  {
    what: "a package's function, in another package",
    rule: 'LOOKUP_FAILED',
    name: 'friend',
    bad: (m, a) => m.importFunction('library', 'inside', {}, a),
  },
  {
    what: "a package's function, in the package but for other modules",
    rule: 'LOOKUP_FAILED',
    address: SELF,
    bad: (m, a) => m.importFunction('library', 'inside', {}, a),
  },
  {
    what: 'a function with another parameter',
    rule: 'TYPE_MISMATCH',
    bad: (m, a) => m.importFunction('library', 'open', { ...OPEN, params: ['U64', mut('U8')] }, a),
  },
  {
    what: 'a function with a parameter less',
    rule: 'TYPE_MISMATCH',
    bad: (m, a) => m.importFunction('library', 'open', { ...OPEN, params: ['U64'] }, a),
  },
  {
    what: 'a function with another result',
    rule: 'TYPE_MISMATCH',
    bad: (m, a) => m.importFunction('library', 'open', { ...OPEN, returns: ['Address'] }, a),
  },
  {
    what: 'a function that asks less of its type argument',
    rule: 'TYPE_MISMATCH',
    good: (m, a) => m.importFunction('library', 'generic', { typeParameters: [COPY | DROP | STORE] }, a),
    bad: (m, a) => m.importFunction('library', 'generic', { typeParameters: [COPY] }, a),
  },
  {
    what: 'a type that is not there',
    rule: 'LOOKUP_FAILED',
    bad: (m, a) => m.importType('library', 'Bax', DROP, [], a),
  },
  {
    what: 'a type with an ability that it does not have',
    rule: 'TYPE_MISMATCH',
    good: (m, a) => m.importType('library', 'Box', DROP, [{ constraints: DROP }], a),
    bad: (m, a) => m.importType('library', 'Box', DROP | COPY, [{ constraints: DROP }], a),
  },
  {
    what: 'a type whose argument need have no ability',
    rule: 'TYPE_MISMATCH',
    good: (m, a) => m.importType('library', 'Box', DROP, [{ constraints: DROP | COPY }], a),
    bad: (m, a) => m.importType('library', 'Box', DROP, [{ constraints: 0 }], a),
  },
  {
    what: 'a type whose parameter is phantom',
    rule: 'TYPE_MISMATCH',
    good: (m, a) => m.importType('library', 'Tag', DROP, [{ constraints: 0, phantom: true }], a),
    bad: (m, a) => m.importType('library', 'Box', DROP, [{ constraints: DROP, phantom: true }], a),
  },
  {
    what: 'a type with a parameter more',
    rule: 'TYPE_MISMATCH',
    bad: (m, a) => m.importType('library', 'Tag', DROP, [{ constraints: 0 }, { constraints: 0 }], a),
  },
];

function publish(
  make: (m: Assembler, address: string) => void,
  { name = 'user', address = OTHER }: Partial<Case>,
): void {
  const m = new Assembler(name);
  m.signature([]);
  make(m, address);
  const used = library(address);
  const modules = address === SELF ? [used, m.read()] : [m.read()];
  const dependency = (id: { readonly address: string; readonly name: string }) =>
    id.address === OTHER && id.name === 'library' ? used : undefined;
  verifyPackage({ address: SELF, modules, dependency });
}

describe('verifier: linking', () => {
  for (const test of CASES) {
    const { what, rule, good, bad } = test;
    it(`refuses ${what}`, () => {
      publish(good ?? ((m, a) => m.importFunction('library', 'open', OPEN, a)), test);
      const error = refuses(rule, () => publish(bad, test));
      assert.equal(error.kind, 'VMVerificationOrDeserializationError');
    });
  }

  it("lets a declared friend call the package's functions", () => {
    publish((m, a) => m.importFunction('library', 'inside', {}, a), { name: 'friend', address: SELF });
  });

  const using = (name: string, ...used: string[]): ModuleTables => {
    const m = new Assembler(name);
    m.signature([]);
    for (const other of used) m.module(other);
    return m.read();
  };
  const publishAll = (...modules: ModuleTables[]): void =>
    verifyPackage({ address: SELF, modules, dependency: () => undefined });

  it('accepts modules in the order of dependency', () => publishAll(using('a'), using('b', 'a'), using('c', 'a', 'b')));
  it('refuses modules that depend on each other', () => {
    refuses('CYCLIC_MODULE_DEPENDENCY', () => publishAll(using('a', 'b'), using('b', 'a')));
    refuses('CYCLIC_MODULE_DEPENDENCY', () => publishAll(using('a', 'c'), using('b', 'a'), using('c', 'b')));
  });
  it('refuses a module before one that it uses', () => {
    refuses('LINKER_ERROR', () => publishAll(using('b', 'a'), using('a')));
  });
  it('refuses two modules of one name', () => {
    refuses('DUPLICATE_MODULE_NAME', () => publishAll(using('a'), using('a')));
  });
  it('refuses a module at another address', () => {
    const m = new Assembler('a', OTHER);
    m.signature([]);
    refuses('MODULE_ADDRESS_DOES_NOT_MATCH_SENDER', () => publishAll(m.read()));
  });

  describe('against the framework', () => {
    let framework: Framework;
    before(async () => {
      framework = await loadFramework();
    });
    const link = (make: (m: Assembler) => void): void => {
      const m = new Assembler();
      m.signature([]);
      make(m);
      verifyPackage({ address: SELF, modules: [m.read()], dependency: framework.find });
    };

    it('refuses to take Coin for something that can be copied', () => {
      link((m) => m.importType('coin', 'Coin', KEY | STORE, [{ constraints: 0, phantom: true }]));
      refuses('TYPE_MISMATCH', () =>
        link((m) => m.importType('coin', 'Coin', KEY | STORE | COPY, [{ constraints: 0, phantom: true }])),
      );
    });
    it("refuses to call the framework's internal functions", () => {
      const transfer = { params: [param(0), 'Address'], typeParameters: [KEY] } as const;
      link((m) => m.importFunction('transfer', 'transfer', transfer, SUI));
      refuses('LOOKUP_FAILED', () => link((m) => m.importFunction('transfer', 'transfer_impl', transfer, SUI)));
    });
    it('refuses to transfer what lacks store with the public function', () => {
      const transfer = (constraint: number) =>
        ({ params: [param(0), 'Address'], typeParameters: [constraint] }) as const;
      link((m) => m.importFunction('transfer', 'public_transfer', transfer(KEY | STORE), SUI));
      refuses('TYPE_MISMATCH', () => link((m) => m.importFunction('transfer', 'public_transfer', transfer(KEY), SUI)));
    });
  });
});
