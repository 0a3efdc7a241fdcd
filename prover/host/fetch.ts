/** HTTP to places that the configuration names and nobody vouches for: no redirects to elsewhere, no endless answers. */

/** Far above the receipts of a full block. */
const MAX_ANSWER_BYTES = 64 << 20;

/** As `fetch`, for answers of at most so many bytes. */
export async function boundedFetch(
  input: Parameters<typeof fetch>[0],
  init: RequestInit = {},
  maxBytes: number = MAX_ANSWER_BYTES,
): Promise<Response> {
  const response = await fetch(input, { ...init, redirect: 'error' });
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > maxBytes) throw new Error(`the answer has more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  const { status, statusText, headers } = response;
  const hasBody = status !== 204 && status !== 205 && status !== 304;
  return new Response(hasBody ? Buffer.concat(chunks) : null, { status, statusText, headers });
}
