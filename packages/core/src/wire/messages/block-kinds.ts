import { isText, type JsonObject } from '../json.ts';
import { CUT, sealed } from '../opaque.ts';

export type BlockKind = 'text' | 'reasoning' | 'tool' | 'other';

/** What a vendor says of a block, by the vendor's name. */
export type Metadata = Readonly<Record<string, JsonObject | undefined>>;

const KINDS: Readonly<Record<string, BlockKind>> = {
  text: 'text',
  thinking: 'reasoning',
  redacted_thinking: 'reasoning',
  tool_use: 'tool',
  server_tool_use: 'tool',
  mcp_tool_use: 'tool',
};

export const kindOf = ({ type }: JsonObject): BlockKind => (isText(type) && Object.hasOwn(KINDS, type) ? KINDS[type]! : 'other');

/** By which parts of the AI SDK speak of a provider's block: see `lift.ts`. */
export const keyOf = (block: JsonObject, index: number): string => {
  const kind = kindOf(block);
  return `${kind} ${kind === 'tool' && isText(block['id']) ? block['id'] : index}`;
};

/** What closes a thought: its own signature, or what is known of it, in the place of one (T2, T3). */
export function signatureOf({ holdfast, ...vendors }: Metadata): string {
  if (holdfast?.['cut'] === true) return CUT;
  const signature = vendors['anthropic']?.['signature'];
  return isText(signature) && signature !== '' ? signature : sealed(vendors);
}
