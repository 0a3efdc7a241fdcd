// Changed modules through the whole of the machine: what the verifier accepts must run without ever breaking an
// assumption of the interpreter, whatever it does otherwise.

import assert from 'node:assert/strict';
import path from 'node:path';
import * as template from '@mysten/move-bytecode-template';
import { suiNatives } from '../../../localnet/sui/natives/table.ts';
import { testEnv } from '../../../localnet/sui/natives/test-env.ts';
import { VerificationError } from '../../../localnet/sui/verifier/errors.ts';
import { verifyPackage } from '../../../localnet/sui/verifier/verifier.ts';
import { type ModuleId, ModuleError, MoveAbort, VmError } from '../../../localnet/sui/vm/errors.ts';
import type { ModuleTables } from '../../../localnet/sui/vm/format.ts';
import { TEST_LIMITS } from '../../../localnet/sui/vm/limits.ts';
import { Machine } from '../../../localnet/sui/vm/machine.ts';
import { Meter } from '../../../localnet/sui/vm/meter.ts';
import { ModuleImage } from '../../../localnet/sui/vm/module.ts';
import { packagesOf } from '../../../localnet/sui/vm/packages.ts';
import { normalizeAddress } from '../../../localnet/sui/vm/tag.ts';
import { buildTests } from '../../../localnet/sui/vm/unit-test/build.ts';
import { mutate, random } from '../verifier/mutate.ts';
import type { Tables } from '../verifier/packages.ts';
import { seed, times } from '../../fuzz.ts';

const PACKAGE = path.join(import.meta.dirname, '../../sui-conformance/expected');
const ROOT = normalizeAddress('0x0');
const MUTANTS = times(700);

interface Module {
  readonly id: ModuleId;
  readonly bytes: Uint8Array;
  readonly tables: ModuleTables;
}

const moduleOf = (bytes: Uint8Array): Module => {
  const { id, tables } = new ModuleImage(bytes);
  return { id, bytes, tables };
};

describe('sui vm: fuzz', function () {
  this.timeout(120_000);
  let modules: Module[];
  /** Modules of the root package that others may use. */
  let helpers: Module[];

  before(async () => {
    const build = await buildTests(PACKAGE);
    modules = build.modules.map(moduleOf);
    helpers = modules.filter(({ id }) => id.address === ROOT && ['opaque', 'objects'].includes(id.name));
  });

  function verify(module: ModuleTables, name: string): void {
    verifyPackage({
      address: ROOT,
      modules: [...helpers.filter(({ id }) => id.name !== name).map(({ tables }) => tables), module],
      dependency: (id) => modules.find((m) => m.id.address === id.address && m.id.name === id.name)?.tables,
    });
  }

  /** Runs every function of a module that takes nothing; gives how each ended. */
  function runAll(changed: Module): string[] {
    const rest = modules.filter(({ id }) => id.address !== ROOT || helpers.some((h) => h.id.name === id.name));
    const others = rest.filter(({ id }) => id.address !== ROOT || id.name !== changed.id.name);
    const packages = packagesOf([...others.map(({ bytes }) => bytes), changed.bytes]);
    const machine = new Machine((id) => packages.get(id), suiNatives(), TEST_LIMITS);
    const linkage = machine.loader.linkage(ROOT);
    const { functions } = linkage.module(ROOT, changed.id.name).image;
    const simple = functions.filter((f) => f.code && f.typeParameters.length === 0);
    return simple.flatMap((f) => {
      try {
        const instance = linkage.function(ROOT, changed.id.name, f.name);
        if (instance.parameters.length > 0) return [];
        const meter = new Meter({ maxInstructions: 50_000, maxMemory: 5_000_000 });
        machine.session(testEnv(machine.loader.types), meter).call(instance, []);
        return ['returned'];
      } catch (error) {
        if (error instanceof MoveAbort) return ['aborted'];
        if (error instanceof VmError) return [error.status === UNSOUND ? `${UNSOUND}: ${error.message}` : error.status];
        throw error;
      }
    });
  }

  it('runs what the verifier accepts without breaking an assumption', () => {
    const rand = random(seed(0x5eed));
    const corpus = modules.filter(({ id, tables }) => id.address === ROOT && isAccepted(() => verify(tables, id.name)));
    assert.ok(corpus.length >= 15, `${corpus.length} modules to start from`);
    const ends = new Map<string, number>();
    const count = (end: string) => ends.set(end, (ends.get(end) ?? 0) + 1);
    for (let i = 0; i < MUTANTS; i++) {
      const { bytes } = corpus[rand(corpus.length)]!;
      const tables = template.deserialize(publishable(bytes)) as Tables;
      for (let n = 1 + rand(2); n > 0; n--) mutate(tables, rand);
      let changed: Module;
      try {
        changed = moduleOf(serialize(tables));
        verify(changed.tables, changed.id.name);
      } catch (error) {
        assert.ok(error instanceof ModuleError || error instanceof VerificationError, String(error));
        count('refused');
        continue;
      }
      count('accepted');
      for (const end of runAll(changed)) count(end);
    }
    const broken = [...ends.keys()].filter((end) => end.startsWith(UNSOUND));
    assert.deepEqual(broken, []);
    // The changes must get into code that runs, and change what it does, or they test nothing.
    for (const end of ['refused', 'accepted', 'returned', 'aborted', 'OUT_OF_GAS', 'ARITHMETIC_ERROR']) {
      assert.ok((ends.get(end) ?? 0) > (end === 'OUT_OF_GAS' ? 0 : 20), `${end}: ${ends.get(end)}`);
    }
  });
});

/** What the interpreter says of code that it could not have met if the verifier had refused it. */
const UNSOUND = 'UNKNOWN_INVARIANT_VIOLATION_ERROR';

function isAccepted(check: () => void): boolean {
  try {
    check();
    return true;
  } catch (error) {
    assert.ok(error instanceof VerificationError, String(error));
    return false;
  }
}

/** The same module without the mark of a compiler mode, which the template package does not read. */
function publishable(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  copy.set([0xa1, 0x1c, 0xeb, 0x0b]);
  return copy;
}

/** The bytes of changed tables. The template package refuses some tables outright, which is a refusal like any other. */
function serialize(tables: Tables): Uint8Array {
  try {
    return template.serialize(tables);
  } catch (error) {
    throw new ModuleError('MALFORMED', String(error));
  }
}
