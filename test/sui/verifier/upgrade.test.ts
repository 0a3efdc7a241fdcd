// Upgrade policies: each change of a package, and which policies allow it.

import assert from 'node:assert/strict';
import { VerificationError } from '../../../localnet/sui/verifier/errors.ts';
import { checkUpgrade, UPGRADE_POLICY } from '../../../localnet/sui/verifier/package/upgrade.ts';
import { verifyModule } from '../../../localnet/sui/verifier/verifier.ts';
import { type ModuleTables, readModule } from '../../../localnet/sui/vm/format.ts';
import { Assembler, COPY, DROP, type Line, mut, STORE } from './assembler.ts';
import { refuses } from './expect.ts';
import { loadFramework, loadPackage } from './packages.ts';

const { COMPATIBLE, ADDITIVE, DEP_ONLY } = UPGRADE_POLICY;

/** What may vary between two versions. */
interface Version {
  readonly structAbilities?: number;
  readonly structFields?: Readonly<Record<string, 'U64' | 'U8' | 'Bool'>>;
  readonly structPhantom?: boolean;
  readonly structConstraint?: number;
  readonly structName?: string;
  readonly variants?: Readonly<Record<string, Readonly<Record<string, 'U64' | 'U8'>>>>;
  readonly publicName?: string;
  readonly publicVisibility?: 'Public' | 'Friend' | 'Private';
  readonly publicEntry?: boolean;
  readonly publicParams?: readonly ('U64' | 'U8')[];
  readonly publicReturns?: readonly ('U64' | 'U8')[];
  readonly publicConstraint?: number;
  readonly publicCode?: readonly Line[];
  readonly privateParams?: readonly ('U64' | 'U8')[];
  readonly privateCode?: readonly Line[];
  readonly privateName?: string;
  readonly constant?: number;
  readonly callee?: string;
  readonly friends?: readonly string[];
  readonly extra?: (m: Assembler) => void;
  /** Rows that come first, so that all indices differ. */
  readonly shift?: boolean;
}

function make(v: Version = {}): ModuleTables {
  const m = new Assembler();
  if (v.shift) {
    m.name('zzz');
    m.signature(['Address', mut('U128')]);
    m.constant('U8', [77]);
  }
  const parameters = [{ constraints: v.structConstraint ?? DROP, phantom: v.structPhantom ?? true }];
  m.struct(v.structName ?? 'S', v.structAbilities ?? DROP, v.structFields ?? { a: 'U64', b: 'U8' }, parameters);
  m.enum('E', DROP, v.variants ?? { One: { x: 'U64' }, Two: {} });
  const constant = m.constant('U64', [v.constant ?? 1, 0, 0, 0, 0, 0, 0, 0]);
  const returns = v.publicReturns ?? ['U64'];
  m.fn(v.publicName ?? 'open', {
    visibility: v.publicVisibility ?? 'Public',
    entry: v.publicEntry ?? true,
    params: v.publicParams ?? ['U64'],
    returns,
    typeParameters: [v.publicConstraint ?? COPY | DROP],
    code: v.publicCode ?? (returns[0] === 'U64' ? ['LdU64 5', 'Ret'] : ['LdU8 5', 'Ret']),
  });
  const [one, other] = [m.fn('one', { code: ['Ret'] }), m.fn('other', { code: ['Ret'] })];
  m.fn(v.privateName ?? 'closed', {
    params: v.privateParams ?? ['U64'],
    code: v.privateCode ?? [{ LdConst: constant }, 'Pop', { Call: v.callee === 'other' ? other : one }, 'Ret'],
  });
  for (const friend of v.friends ?? ['f']) m.friend(friend);
  v.extra?.(m);
  const tables = m.read();
  verifyModule(tables);
  return tables;
}

/** A change and the policies under which it may be made. */
const CHANGES: readonly (readonly [what: string, change: Version, allowed: readonly number[]])[] = [
  ['nothing', {}, [COMPATIBLE, ADDITIVE, DEP_ONLY]],
  ['the order of tables', { shift: true }, [COMPATIBLE, ADDITIVE, DEP_ONLY]],
  ["a private function's code", { privateCode: ['Nop', 'Ret'] }, [COMPATIBLE]],
  ["a private function's parameters", { privateParams: ['U8'] }, [COMPATIBLE]],
  ["a private function's name", { privateName: 'shut' }, [COMPATIBLE]],
  ["a public function's code", { publicCode: ['LdU64 6', 'Ret'] }, [COMPATIBLE]],
  ['a constant', { constant: 2 }, [COMPATIBLE]],
  ['the function that is called', { callee: 'other' }, [COMPATIBLE]],
  ['that a public function is entry', { publicEntry: false }, [COMPATIBLE]],
  ['that a public function asks less of its type argument', { publicConstraint: COPY }, [COMPATIBLE]],
  ['that a public function asks more of its type argument', { publicConstraint: COPY | DROP | STORE }, []],
  ["a public function's parameters", { publicParams: ['U8'] }, []],
  ["a public function's result", { publicReturns: ['U8'] }, []],
  ["a public function's name", { publicName: 'opened' }, []],
  ['a public function to a package one', { publicVisibility: 'Friend' }, []],
  ['a public function to a private one', { publicVisibility: 'Private' }, []],
  ["a struct's name", { structName: 'T' }, []],
  ["a struct's abilities by one more", { structAbilities: DROP | STORE }, []],
  ["a struct's abilities by one less", { structAbilities: 0 }, []],
  ["a field's type", { structFields: { a: 'U64', b: 'Bool' } }, []],
  ["a field's name", { structFields: { a: 'U64', c: 'U8' } }, []],
  ['the order of fields', { structFields: { b: 'U8', a: 'U64' } }, []],
  ['the number of fields', { structFields: { a: 'U64', b: 'U8', c: 'U8' } }, []],
  ["a struct's phantom parameter", { structPhantom: false }, []],
  ['what a struct asks of its type argument', { structConstraint: 0 }, []],
  ['the number of variants', { variants: { One: { x: 'U64' }, Two: {}, Three: {} } }, []],
  ['the number of variants, downwards', { variants: { One: { x: 'U64' } } }, []],
  ["a variant's name", { variants: { One: { x: 'U64' }, Too: {} } }, []],
  ["a variant's field", { variants: { One: { x: 'U8' }, Two: {} } }, []],
  ['the order of variants', { variants: { Two: {}, One: { x: 'U64' } } }, []],
  ['nothing but add a function', { extra: (m) => m.fn('new', { code: ['Ret'] }) }, [COMPATIBLE, ADDITIVE]],
  ['nothing but add a struct', { extra: (m) => m.struct('New', DROP, { x: 'U64' }) }, [COMPATIBLE, ADDITIVE]],
  ['nothing but add an enum', { extra: (m) => m.enum('New', DROP, { A: {} }) }, [COMPATIBLE, ADDITIVE]],
  ['the number of friends', { friends: ['f', 'g'] }, [COMPATIBLE, ADDITIVE]],
];

describe('verifier: upgrades', () => {
  const before_ = make();

  for (const [what, change, allowed] of CHANGES) {
    const names = Object.entries(UPGRADE_POLICY).filter(([, policy]) => allowed.includes(policy));
    it(`changing ${what}: ${names.map(([name]) => name.toLowerCase()).join(', ') || 'never'}`, () => {
      const after = make(change);
      for (const policy of [COMPATIBLE, ADDITIVE, DEP_ONLY]) {
        if (allowed.includes(policy)) checkUpgrade([before_], [after], policy);
        else {
          const error = refuses('IncompatibleUpgrade', () => checkUpgrade([before_], [after], policy));
          assert.equal(error.kind, 'PackageUpgradeError');
        }
      }
    });
  }

  const named = (name: string): ModuleTables => {
    const m = new Assembler(name);
    m.signature([]);
    return m.read();
  };
  it('a module may be added, but not for dependencies only; none may go', () => {
    const [a, b] = [named('a'), named('b')];
    checkUpgrade([a], [a, b], COMPATIBLE);
    checkUpgrade([a], [a, b], ADDITIVE);
    refuses('IncompatibleUpgrade', () => checkUpgrade([a], [a, b], DEP_ONLY));
    refuses('IncompatibleUpgrade', () => checkUpgrade([a], [b], DEP_ONLY));
    for (const policy of [COMPATIBLE, ADDITIVE, DEP_ONLY]) {
      refuses('IncompatibleUpgrade', () => checkUpgrade([a, b], [a], policy));
    }
  });
  it('a module may not move to another address', () => {
    const moved = new Assembler('a', '0x' + 'bb'.padStart(64, '0'));
    moved.signature([]);
    refuses('IncompatibleUpgrade', () => checkUpgrade([named('a')], [moved.read()], COMPATIBLE));
  });
  it('refuses a policy that does not exist', () => {
    for (const policy of [1, 64, 127, 129, 191, 193, 255]) {
      assert.throws(
        () => checkUpgrade([before_], [before_], policy),
        (error) => error instanceof VerificationError && error.rule === 'UnknownUpgradePolicy',
      );
    }
  });
  it('an older bytecode version is refused where code must stay', () => {
    const at = (version: number): ModuleTables => {
      const m = new Assembler();
      m.fn('f', { code: ['Ret'] });
      m.tables.version = version;
      return m.tables as ModuleTables;
    };
    checkUpgrade([at(6)], [at(7)], DEP_ONLY);
    checkUpgrade([at(7)], [at(6)], COMPATIBLE);
    refuses('IncompatibleUpgrade', () => checkUpgrade([at(7)], [at(6)], ADDITIVE));
  });
  it('real packages may be replaced by themselves', async () => {
    const { std, sui } = await loadFramework();
    const rules = (await loadPackage('test/sui/verifier/fixtures/rules')).map((b) => readModule(b));
    for (const modules of [std, sui, rules]) {
      const again = structuredClone(modules) as ModuleTables[];
      for (const policy of [COMPATIBLE, ADDITIVE, DEP_ONLY]) checkUpgrade(modules, again, policy);
    }
  });
});
