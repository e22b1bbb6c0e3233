/** Base64, or the address. */
export function fileText(data: unknown): string {
  if (data instanceof Uint8Array) return base64(data);
  if (typeof data === 'string') return data;
  const { data: inner, url } = (data ?? {}) as { readonly data?: unknown; readonly url?: { readonly href?: string } };
  return url?.href ?? (inner === undefined ? '' : fileText(inner));
}

function base64(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(binary);
}
