// Sui's own rules: attacks on compiled honest code, each made by changing a few bytes of it.

import assert from 'node:assert/strict';
import { verifyModule } from '../../../localnet/sui/verifier/verifier.ts';
import type { SuiRule } from '../../../localnet/sui/verifier/errors.ts';
import type { SignatureToken } from '../../../localnet/sui/vm/format.ts';
import { Assembler, COPY, DROP, type FunctionText, KEY, mut, param, ref, STORE, vector } from './assembler.ts';
import { refuses } from './expect.ts';
import {
  definitionOf,
  type Framework,
  handleOf,
  identifier,
  loadFramework,
  loadPackage,
  patched,
  publish,
} from './packages.ts';
import type { Tables } from './packages.ts';

const FIXTURE = 'test/sui/verifier/fixtures/rules';

describe('verifier: rules of Sui', () => {
  let framework: Framework;
  let treasury: Uint8Array;
  let thief: Uint8Array;
  const same = (): void => {};

  before(async () => {
    framework = await loadFramework();
    [treasury, thief] = (await loadPackage(FIXTURE)) as [Uint8Array, Uint8Array];
  });

  /** Publishes both modules, each with a patch. */
  const attack = (onTreasury: (t: Tables) => void, onThief: (t: Tables) => void = same): void =>
    publish(framework, [patched(treasury, onTreasury), patched(thief, onThief)]);

  it('accepts the package that is attacked below', () => attack(same));

  describe('private generics', () => {
    it("refuses to transfer another module's object by the private function", () => {
      const error = refuses('PRIVATE_GENERICS', () =>
        attack(same, (t) => {
          const free = handleOf(t, 'transfer', 'public_transfer');
          const at = t.function_instantiations.findIndex((f) => f.handle === free);
          t.function_instantiations[at] = {
            ...t.function_instantiations[at]!,
            handle: handleOf(t, 'transfer', 'transfer'),
          };
        }),
      );
      assert.equal(error.kind, 'SuiMoveVerificationError');
      assert.equal(error.statusCode, null);
      assert.equal(error.place.functionName, 'send_vault');
    });

    it("refuses to emit another module's event", () => {
      const error = refuses('PRIVATE_GENERICS', () =>
        attack(same, (t) => {
          const silent = handleOf(t, 'thief', 'whisper');
          const at = t.function_instantiations.findIndex((f) => f.handle === silent);
          t.function_instantiations[at] = { ...t.function_instantiations[at]!, handle: handleOf(t, 'event', 'emit') };
        }),
      );
      assert.equal(error.place.functionName, 'forge');
      assert.match(error.message, /treasury::Withdrawn/);
    });

    /** Calls a function of the framework with one type argument and the arguments that it wants. */
    const call = (
      module: string,
      name: string,
      others: readonly SignatureToken[],
      type: (m: Assembler) => SignatureToken,
    ) => {
      const m = new Assembler();
      const argument = type(m);
      const imported = m.importFunction(
        module,
        name,
        { params: [param(0), ...others], typeParameters: [0] },
        module === 'internal' ? '0x' + '1'.padStart(64, '0') : undefined,
      );
      const params = [argument, ...others];
      m.fn('f', {
        params,
        typeParameters: [STORE],
        code: [...params.map((_, i) => `MoveLoc ${i}`), { CallGeneric: m.callOf(imported, [argument]) }, 'Ret'],
      });
      return m.read();
    };
    const own = (m: Assembler) => m.struct('Own', COPY | DROP | STORE, { x: 'U64' }).type;
    const ownGeneric = (m: Assembler): SignatureToken => {
      const { handle } = m.struct('Own', COPY | DROP | STORE, { x: 'U64' }, [{ constraints: 0, phantom: true }]);
      return { DatatypeInstantiation: [handle, ['U64']] };
    };
    const foreign = {
      'a type of another module': (m: Assembler): SignatureToken => ({
        Datatype: m.importType('coin', 'Coin', KEY | STORE),
      }),
      'a type of another package by the same module name': (m: Assembler): SignatureToken => ({
        Datatype: m.importType('m', 'Own', KEY | STORE),
      }),
      'a type parameter': (): SignatureToken => param(0),
      'a vector of an own type': (m: Assembler): SignatureToken => vector(own(m)),
      'a primitive': (): SignatureToken => 'U64',
    };
    const guarded: readonly (readonly [module: string, name: string, others: readonly SignatureToken[]])[] = [
      ['event', 'emit', []],
      ['event', 'emit_authenticated', []],
      ['transfer', 'transfer', ['Address']],
      ['transfer', 'freeze_object', []],
      ['transfer', 'share_object', []],
      ['transfer', 'party_transfer', []],
      ['transfer', 'receive', []],
      ['coin_registry', 'new_currency', []],
      ['internal', 'permit', []],
    ];
    for (const [module, name, others] of guarded) {
      it(`guards ${module}::${name}`, () => {
        verifyModule(call(module, name, others, own));
        verifyModule(call(module, name, others, ownGeneric));
        for (const [what, type] of Object.entries(foreign)) {
          const error = refuses('PRIVATE_GENERICS', () => verifyModule(call(module, name, others, type)));
          assert.match(error.message, new RegExp(`${module}::${name}`), what);
        }
      });
    }
    for (const name of ['public_transfer', 'public_freeze_object', 'public_share_object', 'public_receive']) {
      it(`leaves transfer::${name} free`, () => {
        for (const type of [own, ...Object.values(foreign)]) verifyModule(call('transfer', name, [], type));
      });
    }
    it('guards by package, not by name: a module of ours may be called transfer', () => {
      const m = new Assembler();
      const imported = m.importFunction(
        'transfer',
        'transfer',
        { params: [param(0)], typeParameters: [0] },
        '0x' + 'aa'.padStart(64, '0'),
      );
      m.fn('f', { params: ['U64'], code: ['MoveLoc 0', { CallGeneric: m.callOf(imported, ['U64']) }, 'Ret'] });
      verifyModule(m.read());
    });
  });

  describe('ids of objects', () => {
    /** A module with an object type and what a function needs to make one. */
    const withObject = (make: (m: Assembler, uid: SignatureToken, pack: object, fresh: object) => FunctionText) => {
      const m = new Assembler();
      const uid = m.uid();
      const context = { Datatype: m.importType('tx_context', 'TxContext', DROP) };
      const object = m.struct('Object', KEY | STORE, { id: uid, value: 'U64' });
      const fresh = m.importFunction('object', 'new', { params: [mut(context)], returns: [uid] });
      const text = make(m, uid, { Pack: object.def }, { Call: fresh });
      m.fn('f', { returns: [object.type], ...text, params: [mut(context), ...(text.params ?? [])] });
      return m.read();
    };

    it('refuses to give a new object the id of an old one', () => {
      const error = refuses('ID_LEAK', () =>
        attack((t) => {
          // Deletes the fresh id and keeps the unpacked one.
          const { code } = definitionOf(t, 'renew').code;
          const pack = code.findLastIndex((i) => typeof i === 'object' && i !== null && 'Pack' in i);
          const remove = handleOf(t, 'object', 'delete');
          const moved = code.findIndex((i) => (i as { Call?: number }).Call === remove) - 1;
          const packed = pack - 2;
          [code[moved], code[packed]] = [code[packed], code[moved]];
        }),
      );
      assert.equal(error.place.functionName, 'renew');
    });
    it('refuses an id that came as a parameter', () => {
      verifyModule(
        withObject((_m, _uid, pack, fresh) => ({
          code: ['MoveLoc 0', fresh as never, 'LdU64 1', pack as never, 'Ret'],
        })),
      );
      refuses('ID_LEAK', () =>
        verifyModule(
          withObject((_m, uid, pack) => ({ params: [uid], code: ['MoveLoc 1', 'LdU64 1', pack as never, 'Ret'] })),
        ),
      );
    });
    it('refuses an id that another function returned, were it fresh', () => {
      refuses('ID_LEAK', () =>
        verifyModule(
          withObject((m, uid, pack, fresh) => {
            const pass = m.fn('pass', { params: [uid], returns: [uid], code: ['MoveLoc 0', 'Ret'] });
            return { code: ['MoveLoc 0', fresh as never, { Call: pass }, 'LdU64 1', pack as never, 'Ret'] };
          }),
        ),
      );
    });
    it('refuses an id that is fresh on one of two ways only', () => {
      // Ends by aborting, so that what is left over does not matter.
      const two = (second: (fresh: object) => (string | object)[]) =>
        withObject((m, uid, pack, fresh) => ({
          params: [uid, 'Bool'],
          locals: [uid, { Datatype: m.tables.struct_defs[0]!.struct_handle }],
          code: [
            ...['MoveLoc 2', 'BrTrue 6', 'MoveLoc 0', fresh, 'StLoc 3', 'Branch 9'],
            ...second(fresh),
            ...['StLoc 3', 'MoveLoc 3', 'LdU64 1', pack, 'StLoc 4', 'LdU64 0', 'Abort'],
          ] as never,
          returns: [],
        }));
      verifyModule(two((fresh) => ['MoveLoc 0', fresh]));
      refuses('ID_LEAK', () => verifyModule(two(() => ['Nop', 'MoveLoc 1'])));
    });
    it('keeps a fresh id through locals and both ways of a branch', () => {
      attack(same); // `treasury::open` does so
    });
    it('refuses an id that was put in another struct and taken out', () => {
      refuses('ID_LEAK', () =>
        verifyModule(
          withObject((m, uid, pack, fresh) => {
            const holder = m.struct('Holder', STORE, { id: uid });
            const through = [{ Pack: holder.def }, { Unpack: holder.def }];
            return { code: ['MoveLoc 0', fresh as never, ...through, 'LdU64 1', pack as never, 'Ret'] };
          }),
        ),
      );
    });
    it('lets what is not an object hold any id', () => {
      verifyModule(
        withObject((m, uid) => {
          const holder = m.struct('Holder', STORE, { id: uid });
          return { params: [uid], returns: [holder.type], code: ['MoveLoc 1', { Pack: holder.def }, 'Ret'] };
        }),
      );
    });

    const keyed: readonly (readonly [what: string, make: (m: Assembler) => void])[] = [
      ['whose first field has another name', (m) => m.struct('S', KEY, { uid: m.uid() })],
      ['whose first field has another type', (m) => m.struct('S', KEY, { id: 'Address' })],
      ['whose id is not the first field', (m) => m.struct('S', KEY, { x: 'U64', id: m.uid() })],
      [
        'whose id is of a UID of its own making',
        (m) => m.struct('S', KEY, { id: m.struct('UID', STORE, { bytes: 'Address' }).type }),
      ],
    ];
    for (const [what, make] of keyed) {
      it(`refuses a struct with key ${what}`, () => {
        const m = new Assembler();
        make(m);
        const error = refuses('KEY_STRUCT', () => verifyModule(m.read()));
        assert.equal(error.kind, 'SuiMoveVerificationError');
      });
    }
    it('refuses an enum with key', () => {
      const m = new Assembler();
      m.enum('E', KEY | STORE, { A: {} });
      refuses('KEY_STRUCT', () => verifyModule(m.read()));
    });
  });

  describe('init', () => {
    const patches: readonly (readonly [what: string, rule: SuiRule, patch: (t: Tables) => void])[] = [
      ['public', 'INIT', (t) => (definitionOf(t, 'init').visibility = 'Public')],
      ['visible in the package', 'INIT', (t) => (definitionOf(t, 'init').visibility = 'Friend')],
      ['entry', 'INIT', (t) => (definitionOf(t, 'init').is_entry = true)],
      [
        'generic',
        'INIT',
        (t) => {
          const at = handleOf(t, 'treasury', 'init');
          t.function_handles[at] = { ...t.function_handles[at]!, type_parameters: [0] };
        },
      ],
    ];
    for (const [what, rule, patch] of patches) {
      it(`refuses init that is ${what}`, () => {
        const error = refuses(rule, () => attack(patch));
        assert.equal(error.place.functionName, 'init');
      });
    }

    const context = (m: Assembler): SignatureToken => ({ Datatype: m.importType('tx_context', 'TxContext', DROP) });
    const init = (text: (m: Assembler, ctx: SignatureToken) => FunctionText) => {
      const m = new Assembler();
      const ctx = context(m);
      m.fn('init', text(m, ctx));
      return m.read();
    };
    it('accepts the context by either reference', () => {
      verifyModule(init((_, ctx) => ({ params: [mut(ctx)], code: ['Ret'] })));
      verifyModule(init((_, ctx) => ({ params: [ref(ctx)], code: ['Ret'] })));
    });
    it('refuses init that returns something', () => {
      refuses('INIT', () =>
        verifyModule(init((_, ctx) => ({ params: [mut(ctx)], returns: ['U64'], code: ['LdU64 1', 'Ret'] }))),
      );
    });
    it('refuses init without the context, or with it by value, or not last, or with more', () => {
      const wrong: ((ctx: SignatureToken) => SignatureToken[])[] = [
        () => [],
        () => ['U64'],
        (ctx) => [ctx],
        (ctx) => [mut(ctx), 'U64'],
        (ctx) => ['U64', 'U64', mut(ctx)],
      ];
      for (const params of wrong) {
        refuses('INIT', () => verifyModule(init((_, ctx) => ({ params: params(ctx), code: ['Ret'] }))));
      }
    });
    it('refuses init with a context of its own making', () => {
      refuses('INIT', () =>
        verifyModule(init((m) => ({ params: [mut(m.struct('TxContext', DROP, { x: 'U64' }).type)], code: ['Ret'] }))),
      );
    });
    it('refuses a call to init, of any module', () => {
      const m = new Assembler();
      const imported = m.importFunction('other', 'init');
      m.fn('f', { code: [{ Call: imported }, 'Ret'] });
      refuses('INIT', () => verifyModule(m.read()));
    });
  });

  describe('one-time witness', () => {
    it('refuses to make a second witness', () => {
      const error = refuses('ONE_TIME_WITNESS', () =>
        attack((t) => {
          const witness = t.struct_defs.findIndex(
            (d) => t.identifiers[t.datatype_handles[d.struct_handle]!.name] === 'TREASURY',
          );
          const { code } = definitionOf(t, 'seize');
          code.code.unshift('LdTrue', { Pack: witness }, 'Pop');
        }),
      );
      assert.equal(error.place.functionName, 'seize');
    });

    const module = (make: (m: Assembler, ctx: SignatureToken) => void) => {
      const m = new Assembler('vault');
      make(m, { Datatype: m.importType('tx_context', 'TxContext', DROP) });
      return m.read();
    };
    const withInit = (m: Assembler, params: SignatureToken[]) => m.fn('init', { params, code: ['Ret'] });

    it('accepts a witness, with init or without', () => {
      verifyModule(module((m) => m.struct('VAULT', DROP, { dummy_field: 'Bool' })));
      verifyModule(module((m, ctx) => withInit(m, [m.struct('VAULT', DROP, { x: 'Bool' }).type, mut(ctx)])));
    });
    it('refuses a witness that can be copied, stored, or kept', () => {
      for (const abilities of [COPY | DROP, STORE | DROP, STORE, 0]) {
        refuses('ONE_TIME_WITNESS', () => verifyModule(module((m) => m.struct('VAULT', abilities, { x: 'Bool' }))));
      }
    });
    it('refuses a generic witness', () => {
      const parameters = [{ constraints: 0, phantom: true }];
      refuses('ONE_TIME_WITNESS', () =>
        verifyModule(module((m) => m.struct('VAULT', DROP, { x: 'Bool' }, parameters))),
      );
    });
    it('refuses init that leaves the witness out', () => {
      refuses('ONE_TIME_WITNESS', () =>
        verifyModule(
          module((m, ctx) => {
            m.struct('VAULT', DROP, { x: 'Bool' });
            withInit(m, [mut(ctx)]);
          }),
        ),
      );
    });
    it('refuses init that takes something else for a witness', () => {
      const impostors: ((m: Assembler) => SignatureToken)[] = [
        (m) => m.struct('Vault', DROP, { x: 'Bool' }).type,
        (m) => m.struct('VAULT', DROP, { x: 'U64' }).type,
        (m) => m.struct('VAULT', DROP, { x: 'Bool', y: 'Bool' }).type,
        () => 'Bool',
      ];
      for (const impostor of impostors) {
        refuses('ONE_TIME_WITNESS', () => verifyModule(module((m, ctx) => withInit(m, [impostor(m), mut(ctx)]))));
      }
    });
    it('refuses init that takes the witness by reference', () => {
      refuses('ONE_TIME_WITNESS', () =>
        verifyModule(module((m, ctx) => withInit(m, [ref(m.struct('VAULT', DROP, { x: 'Bool' }).type), mut(ctx)]))),
      );
    });
  });

  describe('entry functions', () => {
    const entry = (text: (m: Assembler) => FunctionText) => {
      const m = new Assembler();
      m.fn('f', { entry: true, ...text(m) });
      return m.read();
    };
    const framework_ = (m: Assembler, module: string, name: string, abilities = KEY): SignatureToken => ({
      Datatype: m.importType(module, name, abilities),
    });
    const allowed: ((m: Assembler) => FunctionText)[] = [
      () => ({ params: ['U64', 'Bool', 'Address', vector(vector('U8'))], code: ['Ret'] }),
      (m) => ({ params: [ref(framework_(m, 'clock', 'Clock'))], code: ['Ret'] }),
      (m) => ({ params: ['U8', mut(framework_(m, 'tx_context', 'TxContext', DROP))], code: ['Ret'] }),
      (m) => ({ params: [mut(framework_(m, 'coin', 'Anything'))], returns: ['U64'], code: ['LdU64 1', 'Ret'] }),
      () => ({ typeParameters: [KEY | DROP], params: [param(0), vector(param(0))], code: ['Ret'] }),
      (m) => {
        const receiving = m.importType('transfer', 'Receiving', DROP, [{ constraints: KEY, phantom: true }]);
        const object = framework_(m, 'coin', 'Anything', KEY | STORE);
        return { params: [{ DatatypeInstantiation: [receiving, [object]] }], code: ['Ret'] };
      },
    ];
    const refused: ((m: Assembler) => FunctionText)[] = [
      (m) => ({ params: [m.struct('Data', DROP, { x: 'U64' }).type], code: ['Ret'] }),
      () => ({ params: [ref('U64')], code: ['Ret'] }),
      (m) => ({ params: [mut(framework_(m, 'clock', 'Clock'))], code: ['Ret'] }),
      (m) => ({ params: [mut(framework_(m, 'random', 'Random'))], code: ['Ret'] }),
      (m) => ({ params: [mut(framework_(m, 'tx_context', 'TxContext', DROP)), 'U8'], code: ['Ret'] }),
      () => ({ params: [ref('U64')], returns: [ref('U64')], code: ['MoveLoc 0', 'Ret'] }),
      (m) => {
        const { type, def } = m.struct('Potato', STORE, { x: 'U64' });
        return { returns: [type], code: ['LdU64 1', { Pack: def }, 'Ret'] };
      },
    ];
    it('may have any signature, as on mainnet', () => {
      for (const text of [...allowed, ...refused]) verifyModule(entry(text));
    });
    it('take plain data and objects and return what has drop, where that is asked for', () => {
      for (const text of allowed) verifyModule(entry(text), { entrySignatures: 'restricted' });
      for (const text of refused) {
        refuses('ENTRY', () => verifyModule(entry(text), { entrySignatures: 'restricted' }));
      }
    });
  });

  describe('visibility, on compiled code', () => {
    it('refuses a call to a private function of another module', () => {
      refuses('LOOKUP_FAILED', () =>
        attack(same, (t) => {
          const at = handleOf(t, 'treasury', 'balance');
          t.function_handles[at] = { ...t.function_handles[at]!, name: identifier(t, 'helper') };
        }),
      );
    });
    it("refuses to unpack another module's struct", () => {
      refuses('INVALID_MODULE_HANDLE', () =>
        attack(same, (t) => {
          // The definition of Trinket is said to be that of treasury's Vault.
          const vault = t.datatype_handles.findIndex((h) => t.identifiers[h.name] === 'Vault');
          const own = t.struct_defs.findIndex(
            (d) => t.identifiers[t.datatype_handles[d.struct_handle]!.name] === 'Trinket',
          );
          t.struct_defs[own] = { ...t.struct_defs[own]!, struct_handle: vault };
        }),
      );
    });
  });
});
