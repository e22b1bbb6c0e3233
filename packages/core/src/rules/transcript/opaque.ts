/** Fields of a vendor's metadata that hold what only that vendor can read: signatures, encrypted reasoning, ids of what it keeps. */
const OPAQUE: ReadonlySet<string> = new Set([
  'signature',
  'redactedData',
  'reasoningEncryptedContent',
  'encryptedContent',
  'thoughtSignature',
  'itemId',
  'containerId',
  'fileId',
]);

/** The same reply's item ids alone are short and may repeat elsewhere; what is shorter is no opaque value. */
const SHORTEST = 8;

const NONE: readonly string[] = [];

/** The opaque values in a part's metadata, one level deep as the packages write them. */
export function opaqueValues(metadata: Readonly<Record<string, unknown>> | undefined): readonly string[] {
  if (metadata === undefined) return NONE;
  let found: string[] | undefined;
  for (const options of Object.values(metadata)) {
    if (typeof options !== 'object' || options === null) continue;
    for (const [name, value] of Object.entries(options))
      if (OPAQUE.has(name) && typeof value === 'string' && value.length >= SHORTEST) (found ??= []).push(value);
  }
  return found ?? NONE;
}

interface Block {
  readonly type?: string;
  readonly text?: string;
  readonly providerOptions?: Readonly<Record<string, unknown>> | undefined;
}

/** Reasoning that carries nothing opaque is known by what it says. */
export const ofThought = (text: string): string => `reasoning:${text}`;

/** What a block of a history can be known by. */
export function knownBy({ type, text, providerOptions }: Block): readonly string[] {
  const values = opaqueValues(providerOptions);
  return values === NONE && type === 'reasoning' && text !== undefined && text.length >= SHORTEST ? [ofThought(text)] : values;
}
