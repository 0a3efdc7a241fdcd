import assert from 'node:assert/strict';
import { type ModuleId, ModuleError, VmError } from '../../../localnet/sui/vm/errors.ts';
import type { SignatureToken } from '../../../localnet/sui/vm/format.ts';
import { Loader, type PackageView } from '../../../localnet/sui/vm/loader.ts';
import { Machine } from '../../../localnet/sui/vm/machine.ts';
import { Meter } from '../../../localnet/sui/vm/meter.ts';
import { formatType, parseTypeTag } from '../../../localnet/sui/vm/tag.ts';
import { VerificationError } from '../../../localnet/sui/verifier/errors.ts';
import { verifyPackage } from '../../../localnet/sui/verifier/verifier.ts';
import { ABILITY, U64 } from '../../../localnet/sui/vm/types.ts';
import { abstractSize } from '../../../localnet/sui/vm/size.ts';
import { Struct, Vec } from '../../../localnet/sui/vm/values.ts';
import { ModuleAssembler } from './assemble.ts';

const id = (n: number): string => `0x${n.toString(16).padStart(64, '0')}`;
/** Storage ids: package A in two versions, and packages that use it. */
const [A1, A2, USER1, USER2, OTHER] = [id(0xa1), id(0xa2), id(0xb1), id(0xb2), id(0xc1)];

/** What Sui's gas model counts for a vector on top of its elements. */
const VECTOR_SIZE = 2;

interface Member {
  readonly visibility?: 'Public' | 'Private' | 'Friend';
  readonly result: bigint;
  readonly types?: readonly string[];
}

/** Module A::a: `get` gives `result`, and a struct for each name. */
function moduleA({ visibility = 'Public', result, types = [] }: Member): Uint8Array {
  const module = new ModuleAssembler('a', A1);
  for (const name of types) {
    const handle = module.datatype(name, ABILITY.COPY | ABILITY.DROP);
    const def = module.struct(handle, { n: 'U64' });
    const type = { Datatype: handle };
    module.function({ name: `new_${name}`, returns: [type], code: [{ LdU64: 1n }, { Pack: def }, 'Ret'] });
  }
  module.function({ name: 'get', returns: ['U64'], visibility, code: [{ LdU64: result }, 'Ret'] });
  return module.bytes();
}

/** Module user::u: `f` calls A::a::get, with the signature that it believes in. */
function moduleUser(address: string, returns: SignatureToken[] = ['U64']): Uint8Array {
  const module = new ModuleAssembler('u', address);
  const get = module.handle({ name: 'get', returns }, module.module('a', A1));
  module.function({ name: 'f', returns, code: [{ Call: get }, 'Ret'] });
  return module.bytes();
}

function view(
  id: string,
  originalId: string,
  modules: Record<string, Uint8Array>,
  options: Partial<PackageView> = {},
): PackageView {
  return {
    id,
    originalId,
    version: 1n,
    modules: new Map(Object.entries(modules)),
    typeOrigins: new Map(),
    linkage: new Map(),
    ...options,
  };
}

function machineOf(...views: PackageView[]): Machine<null> {
  const byId = new Map(views.map((v) => [v.id, v]));
  return new Machine<null>((storageId) => byId.get(storageId), new Map());
}

const upgradedA = (): PackageView[] => [
  view(A1, A1, { a: moduleA({ result: 1n, types: ['T'] }) }, { typeOrigins: new Map([['a::T', A1]]) }),
  view(
    A2,
    A1,
    { a: moduleA({ result: 2n, types: ['T', 'U'] }) },
    {
      version: 2n,
      typeOrigins: new Map([
        ['a::T', A1],
        ['a::U', A2],
      ]),
    },
  ),
];

function call(machine: Machine<null>, root: string, original: string, module: string, name: string) {
  return machine.session(null, new Meter()).call(machine.loader.linkage(root).function(original, module, name), []);
}

function statusOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof VmError || error instanceof ModuleError) return error.status;
    throw error;
  }
  return 'none';
}

describe('sui vm: linkage', () => {
  it('runs the version of a dependency that the caller is linked to', () => {
    const machine = machineOf(
      ...upgradedA(),
      view(USER1, USER1, { u: moduleUser(USER1) }, { linkage: new Map([[A1, A1]]) }),
      view(USER2, USER2, { u: moduleUser(USER2) }, { linkage: new Map([[A1, A2]]) }),
    );
    assert.deepEqual(call(machine, USER1, USER1, 'u', 'f'), [1n]);
    assert.deepEqual(call(machine, USER2, USER2, 'u', 'f'), [2n]);
    assert.deepEqual(call(machine, A1, A1, 'a', 'get'), [1n]);
    assert.deepEqual(call(machine, A2, A1, 'a', 'get'), [2n]);
  });

  it('knows a type by the version that introduced it, in every linkage and under every version', () => {
    const { loader } = machineOf(...upgradedA());
    const t1 = loader.type(parseTypeTag(`${A1}::a::T`));
    assert.equal(loader.type(parseTypeTag(`${A2}::a::T`)), t1);
    assert.equal(loader.linkage(A2).function(A1, 'a', 'new_T').returns[0], t1);
    assert.equal(loader.linkage(A1).function(A1, 'a', 'new_T').returns[0], t1);
    assert.equal(formatType(t1), `${A1}::a::T`);
    const u = loader.linkage(A2).function(A1, 'a', 'new_U').returns[0]!;
    assert.equal(formatType(u), `${A2}::a::U`);
    assert.equal(formatType(u, 'original'), `${A1}::a::U`);
    assert.equal(
      statusOf(() => loader.type(parseTypeTag(`${A1}::a::U`))),
      'TYPE_RESOLUTION_FAILURE',
    );
  });

  it('takes nothing of a package that was forgotten for one that comes under its id', () => {
    const moduleWith = (field: SignatureToken): Uint8Array => {
      const module = new ModuleAssembler('m', OTHER);
      const handle = module.datatype('T', ABILITY.COPY | ABILITY.DROP);
      module.struct(handle, { n: field });
      return module.bytes();
    };
    let current = view(OTHER, OTHER, { m: moduleWith('U64') });
    const loader = new Loader((storageId) => (storageId === OTHER ? current : undefined));
    const fields = (text: string) => loader.types.fields(loader.type(parseTypeTag(text)))[0]!.map(({ key }) => key);
    const inner = () => loader.type(parseTypeTag(`vector<${OTHER}::m::T>`)).elem!;
    assert.deepEqual(fields(`${OTHER}::m::T`), ['u64']);
    const before = inner();
    loader.forget(OTHER);
    current = view(OTHER, OTHER, { m: moduleWith('Address') });
    assert.deepEqual(fields(`${OTHER}::m::T`), ['address']);
    assert.notEqual(inner(), before);
    assert.equal(inner(), loader.type(parseTypeTag(`${OTHER}::m::T`)));
  });

  it('refuses a type of structs nested by the thousand, and knows those at the bottom for what they are', () => {
    const perModule = 200;
    const modules: Record<string, Uint8Array> = {};
    for (let m = 0; m < 40; m++) {
      const module = new ModuleAssembler(`m${m}`, OTHER);
      const below =
        m > 0 ? module.datatype(`S${perModule - 1}`, ABILITY.DROP, [], module.module(`m${m - 1}`, OTHER)) : 0;
      let field: SignatureToken = m > 0 ? { Datatype: below } : 'U64';
      for (let i = 0; i < perModule; i++) {
        const handle = module.datatype(`S${i}`, ABILITY.DROP);
        module.struct(handle, { n: field });
        field = { Datatype: handle };
      }
      modules[`m${m}`] = module.bytes();
    }
    const { loader } = machineOf(view(OTHER, OTHER, modules));
    const depthOf = (name: string): number => loader.type(parseTypeTag(`${OTHER}::${name}`)).depth;
    assert.equal(
      statusOf(() => depthOf(`m39::S${perModule - 1}`)),
      'VM_MAX_VALUE_DEPTH_REACHED',
    );
    const deepest = loader.type(parseTypeTag(`${OTHER}::m39::S0`), Infinity);
    assert.equal(deepest.depth, 39 * perModule + 2);
    assert.equal(
      statusOf(() => loader.types.layoutNodes(deepest, Infinity)),
      'VM_MAX_VALUE_DEPTH_REACHED',
    );
    assert.equal(abstractSize(loader.types, loader.types.vector(deepest), new Vec([])), VECTOR_SIZE);
    assert.equal(depthOf('m0::S0'), 2);
    assert.equal(depthOf('m0::S126'), 128);
    assert.equal(
      statusOf(() => depthOf('m0::S127')),
      'VM_MAX_VALUE_DEPTH_REACHED',
    );
  });

  it('links nothing that the linkage table does not name', () => {
    const machine = machineOf(...upgradedA(), view(OTHER, OTHER, { u: moduleUser(OTHER) }));
    assert.equal(
      statusOf(() => call(machine, OTHER, OTHER, 'u', 'f')),
      'LINKER_ERROR',
    );
    assert.equal(
      statusOf(() => machine.loader.linkage(id(1))),
      'LINKER_ERROR',
    );
    assert.equal(
      statusOf(() => machine.loader.linkage(A1).function(A1, 'a', 'none')),
      'FUNCTION_RESOLUTION_FAILURE',
    );
    assert.equal(
      statusOf(() => machine.loader.linkage(A1).function(A1, 'none', 'get')),
      'LINKER_ERROR',
    );
  });

  it('refuses modules that claim another address or name', () => {
    const machine = machineOf(
      view(OTHER, OTHER, { a: moduleA({ result: 1n }) }),
      view(A1, A1, { b: moduleA({ result: 1n }) }),
    );
    assert.equal(
      statusOf(() => machine.loader.linkage(OTHER).module(OTHER, 'a')),
      'LINKER_ERROR',
    );
    assert.equal(
      statusOf(() => machine.loader.linkage(A1).module(A1, 'b')),
      'LINKER_ERROR',
    );
  });

  it('refuses calls of private functions, and of friends by strangers', () => {
    for (const visibility of ['Private', 'Friend'] as const) {
      const machine = machineOf(
        view(A1, A1, { a: moduleA({ visibility, result: 1n }) }),
        view(USER1, USER1, { u: moduleUser(USER1) }, { linkage: new Map([[A1, A1]]) }),
      );
      assert.equal(
        statusOf(() => call(machine, USER1, USER1, 'u', 'f')),
        'LOOKUP_FAILED',
      );
    }
  });

  it('lets declared friends of the same package call', () => {
    const make = (friend: string | null): Machine<null> => {
      const a = new ModuleAssembler('a', A1);
      if (friend) a.friend('u', friend);
      a.function({ name: 'get', returns: ['U64'], visibility: 'Friend', code: [{ LdU64: 5n }, 'Ret'] });
      const u = new ModuleAssembler('u', A1);
      const get = u.handle({ name: 'get', returns: ['U64'] }, u.module('a', A1));
      u.function({ name: 'f', returns: ['U64'], code: [{ Call: get }, 'Ret'] });
      return machineOf(view(A1, A1, { a: a.bytes(), u: u.bytes() }));
    };
    assert.deepEqual(call(make(A1), A1, A1, 'u', 'f'), [5n]);
    assert.equal(
      statusOf(() => call(make(null), A1, A1, 'u', 'f')),
      'LOOKUP_FAILED',
    );
    assert.equal(
      statusOf(() => call(make(OTHER), A1, A1, 'u', 'f')),
      'LOOKUP_FAILED',
    );
  });

  it('refuses callers that believe in another signature', () => {
    const machine = machineOf(
      view(A1, A1, { a: moduleA({ result: 1n }) }),
      view(USER1, USER1, { u: moduleUser(USER1, ['Bool']) }, { linkage: new Map([[A1, A1]]) }),
    );
    assert.equal(
      statusOf(() => call(machine, USER1, USER1, 'u', 'f')),
      'TYPE_MISMATCH',
    );
    // They are refused when they are published already.
    const modules = [machine.loader.linkage(USER1).module(USER1, 'u').image.tables];
    const dependency = ({ address, name }: ModuleId) =>
      machine.loader.linkage(address).module(address, name).image.tables;
    assert.throws(
      () => verifyPackage({ address: USER1, modules, dependency }),
      (e) => e instanceof VerificationError && e.rule === 'TYPE_MISMATCH',
    );
  });

  it('refuses callers that believe in other abilities of a type', () => {
    const make = (abilities: number): Machine<null> => {
      const user = new ModuleAssembler('u', USER1);
      const a = user.module('a', A1);
      const type = { Datatype: user.datatype('T', abilities, [], a) };
      user.function({
        name: 'f',
        params: [type],
        returns: [type, type],
        code: [{ CopyLoc: 0 }, { MoveLoc: 0 }, 'Ret'],
      });
      return machineOf(
        view(A1, A1, { a: moduleA({ result: 1n, types: ['T'] }) }),
        view(USER1, USER1, { u: user.bytes() }, { linkage: new Map([[A1, A1]]) }),
      );
    };
    const copy = make(ABILITY.COPY);
    const instance = copy.loader.linkage(USER1).function(USER1, 'u', 'f');
    const values = copy.session(null, new Meter()).call(instance, [new Struct([9n])]);
    assert.deepEqual(values, [new Struct([9n]), new Struct([9n])]);
    assert.notEqual(values[0], values[1]);
    // T has no key: a caller cannot make it up.
    assert.equal(
      statusOf(() =>
        make(ABILITY.COPY | ABILITY.KEY)
          .loader.linkage(USER1)
          .function(USER1, 'u', 'f'),
      ),
      'TYPE_MISMATCH',
    );
  });

  it('checks type arguments against the constraints of their parameters', () => {
    const module = new ModuleAssembler('a', A1);
    const handle = module.datatype('Key', ABILITY.DROP);
    module.struct(handle, { n: 'U64' });
    module.datatype('Box', ABILITY.COPY | ABILITY.DROP, [{ constraints: ABILITY.COPY, is_phantom: false }]);
    module.struct(1, { value: { TypeParameter: 0 } });
    module.function({ name: 'f', typeParameters: [ABILITY.STORE], code: ['Ret'] });
    const { loader } = machineOf(view(A1, A1, { a: module.bytes() }));
    const key = loader.type(parseTypeTag(`${A1}::a::Key`));
    const f = (...types: Parameters<typeof Array.of<typeof U64>>) => loader.linkage(A1).function(A1, 'a', 'f', types);
    assert.equal(f(U64).parameters.length, 0);
    assert.equal(
      statusOf(() => f(key)),
      'CONSTRAINT_NOT_SATISFIED',
    );
    assert.equal(
      statusOf(() => f()),
      'NUMBER_OF_TYPE_ARGUMENTS_MISMATCH',
    );
    assert.equal(
      statusOf(() => f(U64, U64)),
      'NUMBER_OF_TYPE_ARGUMENTS_MISMATCH',
    );
    assert.equal(
      statusOf(() => loader.type(parseTypeTag(`${A1}::a::Box<${A1}::a::Key>`))),
      'CONSTRAINT_NOT_SATISFIED',
    );
    assert.equal(
      statusOf(() => loader.type(parseTypeTag(`${A1}::a::Box`))),
      'NUMBER_OF_TYPE_ARGUMENTS_MISMATCH',
    );
    const boxed = loader.type(parseTypeTag(`${A1}::a::Box<u64>`));
    assert.equal(boxed.abilities(), ABILITY.COPY | ABILITY.DROP);
  });

  it('forgets packages, so that a failed publication leaves nothing behind', () => {
    let current = view(A1, A1, { a: moduleA({ result: 1n }) });
    const loader = new Loader(() => current);
    assert.ok(loader.linkage(A1).module(A1, 'a'));
    current = view(A1, A1, { b: new ModuleAssembler('b', A1).bytes() });
    assert.ok(loader.linkage(A1).module(A1, 'a'));
    loader.forget(A1);
    assert.equal(
      statusOf(() => loader.linkage(A1).module(A1, 'a')),
      'LINKER_ERROR',
    );
    assert.ok(loader.linkage(A1).module(A1, 'b'));
  });

  it('gives the place of a fault in the module that has it', () => {
    const a = new ModuleAssembler('a', A1);
    a.function({ name: 'get', returns: ['U64'], code: ['Nop', { LdU64: 0n }, { LdU64: 1n }, 'Sub', 'Ret'] });
    const machine = machineOf(
      view(A1, A1, { a: a.bytes() }),
      view(USER1, USER1, { u: moduleUser(USER1) }, { linkage: new Map([[A1, A1]]) }),
    );
    assert.throws(
      () => call(machine, USER1, USER1, 'u', 'f'),
      (e) => {
        assert.ok(e instanceof VmError && e.status === 'ARITHMETIC_ERROR');
        assert.deepEqual(e.location, {
          module: { address: A1, name: 'a' },
          functionIndex: 0,
          functionName: 'get',
          instruction: 3,
        });
        return true;
      },
    );
  });
});
