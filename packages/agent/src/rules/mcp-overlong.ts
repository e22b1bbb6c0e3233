/** Most bytes of one message of a server, and of one answer over HTTP. */
export const LONGEST_MESSAGE = 10_000_000;

/** Characters kept of both ends of a message that is thrown away. */
export const ENDS_KEPT = 200;

/**
 * Which request a message answered that was too long to be kept, by its two ends: some servers write the id before the result, some
 * behind it. Undefined: it cannot be said.
 */
export function answeredBy(head: string, tail: string): number | undefined {
  // What a server asks has an id too, of its own counting.
  if (/^\s*\{[^{]*"method"\s*:/.test(head)) return undefined;
  const id = (BEFORE.exec(head) ?? BEHIND.exec(tail))?.[1];
  return id === undefined ? undefined : Number(id);
}

const BEFORE = /^\s*\{\s*(?:"jsonrpc"\s*:\s*"2\.0"\s*,\s*)?"id"\s*:\s*(\d+)\s*,/;
const BEHIND = /,\s*"id"\s*:\s*(\d+)\s*(?:,\s*"jsonrpc"\s*:\s*"2\.0"\s*)?\}\s*$/;
