/**
 * RTMR2 of a TDX image that QEMU boots directly under OVMF: what the kernel's EFI stub measures, which is the command line
 * and the initrd. All that is ours is in the initrd, so this register names the enclave.
 *
 *   node scripts/enclave/registers.ts --initrd FILE --cmdline 'console=hvc0 …'
 *
 * MRTD, RTMR0 and RTMR1 depend on firmware, machine and kernel header as QEMU patches it: deployments/images/README.md.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

/** OVMF tells the kernel so where the initrd is; it is measured with the rest. */
const INITRD_ARGUMENT = ' initrd=initrd';

/**
 * Expected RTMR2, 48 bytes in hex.
 * @param cmdline the kernel's command line as it is given to QEMU
 */
export function rtmr2(cmdline: string, initrd: Uint8Array): string {
  const sha384 = (...parts: Uint8Array[]): Buffer =>
    parts.reduce((h, part) => h.update(part), createHash('sha384')).digest();
  const options = Buffer.from(`${cmdline}${INITRD_ARGUMENT}\0`, 'utf16le');
  // An event extends the register: it becomes the hash of itself and the event's digest.
  return [options, initrd]
    .reduce<Uint8Array>((register, event) => sha384(register, sha384(event)), new Uint8Array(48))
    .reduce((hex, byte) => hex + byte.toString(16).padStart(2, '0'), '');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { values } = parseArgs({ options: { initrd: { type: 'string' }, cmdline: { type: 'string' } } });
  if (values.initrd === undefined || values.cmdline === undefined)
    throw new Error('give --initrd FILE and --cmdline TEXT');
  console.log(`RTMR2 ${rtmr2(values.cmdline, readFileSync(values.initrd))}`);
}
