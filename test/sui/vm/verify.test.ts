import assert from 'node:assert/strict';
import { ModuleError, VmError } from '../../../localnet/sui/vm/errors.ts';
import type { RawInstruction, SignatureToken } from '../../../localnet/sui/vm/format.ts';
import { SUI_LIMITS } from '../../../localnet/sui/vm/limits.ts';
import { Loader } from '../../../localnet/sui/vm/loader.ts';
import { packagesOf } from '../../../localnet/sui/vm/packages.ts';
import { ABILITY } from '../../../localnet/sui/vm/types.ts';
import { verifyModule } from '../../../localnet/sui/vm/verify.ts';
import { buildFramework } from '../../../localnet/sui/build/builder.ts';
import { HERE, ModuleAssembler } from './assemble.ts';

const { COPY, DROP, STORE, KEY } = ABILITY;

function verify(bytes: Uint8Array): string {
  const packages = packagesOf([bytes]);
  const loader = new Loader((id) => packages.get(id));
  try {
    verifyModule(loader.linkage(HERE).module(HERE, 'm'), SUI_LIMITS);
  } catch (error) {
    if (error instanceof ModuleError || error instanceof VmError) return error.status;
    throw error;
  }
  return 'accepted';
}

describe('sui vm: verifier', () => {
  /** A function over a struct S of given abilities: its first parameter, and two locals of it. */
  function overStruct(abilities: number, code: RawInstruction[], returns = 0, params: SignatureToken[] = []): string {
    const module = new ModuleAssembler();
    const handle = module.datatype('S', abilities);
    module.struct(handle, { a: 'U8' });
    const type = { Datatype: handle };
    const results = Array<SignatureToken>(returns).fill(type);
    module.function({ name: 'f', params: [type, ...params], returns: results, locals: [type, type], code });
    return verify(module.bytes());
  }

  it('keeps values without drop from being lost', () => {
    assert.equal(overStruct(STORE, ['Ret']), 'UNSAFE_RET_UNUSED_VALUES_WITHOUT_DROP');
    assert.equal(overStruct(DROP, ['Ret']), 'accepted');
    assert.equal(overStruct(STORE, [{ MoveLoc: 0 }, 'Ret'], 1), 'accepted');
    assert.equal(overStruct(STORE, [{ MoveLoc: 0 }, { StLoc: 1 }, 'Ret']), 'UNSAFE_RET_UNUSED_VALUES_WITHOUT_DROP');
    // An abort ends the transaction, which undoes everything.
    assert.equal(overStruct(STORE, [{ LdU64: 1n }, 'Abort']), 'accepted');
    const overwrite: RawInstruction[] = [{ LdU8: 1 }, { Pack: 0 }, { StLoc: 0 }, { MoveLoc: 0 }, 'Ret'];
    assert.equal(overStruct(STORE, overwrite, 1), 'STLOC_UNSAFE_TO_DESTROY_ERROR');
    assert.equal(overStruct(DROP, overwrite, 1), 'accepted');
    assert.equal(overStruct(STORE, [{ MoveLoc: 0 }, 'Pop', 'Ret']), 'POP_WITHOUT_DROP_ABILITY');
  });

  it('keeps them on every way through a function', () => {
    // if (flag) return the value, else lose it
    const some: RawInstruction[] = [{ MoveLoc: 1 }, { BrTrue: 4 }, { MoveLoc: 0 }, { StLoc: 2 }, 'Ret'];
    assert.equal(overStruct(STORE, some, 0, ['Bool']), 'UNSAFE_RET_UNUSED_VALUES_WITHOUT_DROP');
    // a loop that moves the value out in its first turn reads it again in the second
    const loop: RawInstruction[] = [{ MoveLoc: 0 }, { Unpack: 0 }, 'Pop', { CopyLoc: 1 }, { BrTrue: 0 }, 'Ret'];
    assert.equal(overStruct(STORE, loop, 0, ['Bool']), 'MOVELOC_UNAVAILABLE_ERROR');
    const once: RawInstruction[] = [{ MoveLoc: 0 }, { Unpack: 0 }, 'Pop', { CopyLoc: 1 }, { BrTrue: 3 }, 'Ret'];
    assert.equal(overStruct(STORE, once, 0, ['Bool']), 'accepted');
  });

  it('refuses to read locals that are not set', () => {
    assert.equal(overStruct(DROP | COPY, [{ CopyLoc: 1 }, 'Pop', 'Ret']), 'COPYLOC_UNAVAILABLE_ERROR');
    assert.equal(overStruct(DROP, [{ MoveLoc: 1 }, 'Pop', 'Ret']), 'MOVELOC_UNAVAILABLE_ERROR');
    assert.equal(overStruct(DROP, [{ ImmBorrowLoc: 1 }, 'Pop', 'Ret']), 'BORROWLOC_UNAVAILABLE_ERROR');
    const maybe: RawInstruction[] = [
      { MoveLoc: 1 },
      { BrTrue: 4 },
      { MoveLoc: 0 },
      { StLoc: 2 },
      { ImmBorrowLoc: 2 },
      'Pop',
      'Ret',
    ];
    assert.equal(overStruct(DROP, maybe, 0, ['Bool']), 'BORROWLOC_UNAVAILABLE_ERROR');
  });

  it('takes a value of a type parameter for what its constraints say', () => {
    const lose = (constraints: number): string => {
      const module = new ModuleAssembler();
      module.function({ name: 'f', typeParameters: [constraints], params: [{ TypeParameter: 0 }], code: ['Ret'] });
      return verify(module.bytes());
    };
    assert.equal(lose(0), 'UNSAFE_RET_UNUSED_VALUES_WITHOUT_DROP');
    assert.equal(lose(DROP), 'accepted');
    const copy = (constraints: number): string => {
      const module = new ModuleAssembler();
      const T: SignatureToken = { TypeParameter: 0 };
      const code: RawInstruction[] = [{ CopyLoc: 0 }, { MoveLoc: 0 }, 'Ret'];
      module.function({ name: 'f', typeParameters: [constraints], params: [T], returns: [T, T], code });
      return verify(module.bytes());
    };
    assert.equal(copy(DROP), 'COPYLOC_WITHOUT_COPY_ABILITY');
    assert.equal(copy(COPY), 'accepted');
  });

  it('refuses datatypes with more abilities than their fields', () => {
    const wrap = (inner: number, outer: number): string => {
      const module = new ModuleAssembler();
      const field = module.datatype('Inner', inner);
      module.struct(field, { a: 'U8' });
      module.struct(module.datatype('Outer', outer), { inner: { Datatype: field } });
      return verify(module.bytes());
    };
    for (const ability of [COPY, DROP, STORE]) {
      assert.equal(wrap(0, ability), 'FIELD_MISSING_TYPE_ABILITY');
      assert.equal(wrap(ability, ability), 'accepted');
    }
    assert.equal(wrap(COPY | DROP, KEY), 'FIELD_MISSING_TYPE_ABILITY');
    assert.equal(wrap(STORE, KEY), 'accepted');
    const inEnum = new ModuleAssembler();
    const field = inEnum.datatype('Inner', DROP);
    inEnum.struct(field, { a: 'U8' });
    inEnum.enum(inEnum.datatype('E', DROP | COPY), { A: { ok: 'U8' }, B: { inner: { Vector: { Datatype: field } } } });
    assert.equal(verify(inEnum.bytes()), 'FIELD_MISSING_TYPE_ABILITY');
  });

  it('judges generic datatypes as if their parameters had everything', () => {
    const module = new ModuleAssembler();
    const box = module.datatype('Box', COPY | DROP | STORE, [{ constraints: 0, is_phantom: false }]);
    module.struct(box, { value: { TypeParameter: 0 } });
    assert.equal(verify(module.bytes()), 'accepted');
  });

  it('refuses datatypes that contain themselves or a reference', () => {
    const module = new ModuleAssembler();
    const [a, b] = [module.datatype('A', DROP), module.datatype('B', DROP)];
    module.struct(a, { b: { Vector: { Datatype: b } } });
    module.struct(b, { a: { Datatype: a } });
    assert.equal(verify(module.bytes()), 'RECURSIVE_DATATYPE_DEFINITION');
    const holder = new ModuleAssembler();
    holder.struct(holder.datatype('S', DROP), { r: { Reference: 'U8' } });
    assert.notEqual(verify(holder.bytes()), 'accepted');
  });

  it('accepts everything that the compiler makes of the framework', async () => {
    const { std, sui } = await buildFramework();
    const packages = packagesOf([...std, ...sui]);
    const loader = new Loader((id) => packages.get(id));
    let count = 0;
    for (const [id, { modules }] of packages) {
      for (const name of modules.keys()) {
        verifyModule(loader.linkage(id).module(id, name), SUI_LIMITS);
        count++;
      }
    }
    assert.ok(count > 40, `${count} modules`);
  }).timeout(60_000);
});
