import { isObject, type Json, type JsonObject } from '../json.ts';
import { sealed } from '../opaque.ts';
import type { WirePart } from '../wire-part.ts';
import type { Envelope, OpenBlock } from './envelope.ts';

type ToolPart = Extract<WirePart, { readonly type: 'tool-input-start' | 'tool-input-delta' | 'tool-input-end' | 'tool-call' }>;

const idOf = (part: ToolPart): string => (part.type === 'tool-call' ? part.toolCallId : part.id);

const isToolPart = (part: WirePart): part is ToolPart => part.type === 'tool-call' || part.type.startsWith('tool-input-');

/**
 * Tool calls as blocks. A call is written once: from its pieces, or, where none came, from the whole of it. Calls of tools that another
 * provider runs have no place in this protocol: what they found is in the text.
 */
export class ToolWriter {
  readonly #envelope: Envelope;
  /** Calls that are over. */
  readonly #done = new Set<string>();
  /** Calls whose pieces are not what is sent: run elsewhere, or told in another form than JSON. */
  readonly #unsaid = new Set<string>();
  /** The call that is being written. */
  #current: string | undefined;

  constructor(envelope: Envelope) {
    this.#envelope = envelope;
  }

  get busy(): boolean {
    return this.#current !== undefined && this.#envelope.open.has(`tool ${this.#current}`);
  }

  /** A call is being written, and this part is none of it. */
  busyBeside(part: WirePart): boolean {
    return this.busy && !(isToolPart(part) && idOf(part) === this.#current);
  }

  /** The index of the block, where this part opens one. */
  write(part: ToolPart): number | undefined {
    const id = idOf(part);
    if (this.#done.has(id)) return undefined;
    const open = this.#envelope.open.get(`tool ${id}`);
    switch (part.type) {
      case 'tool-input-start':
        return this.#begin(part, open);
      case 'tool-input-delta':
        if (open && part.delta !== '' && !this.#unsaid.has(id)) this.#piece(open, part.delta);
        return undefined;
      case 'tool-input-end':
        if (open?.wrote) this.#end(id);
        return undefined;
      case 'tool-call':
        return this.#call(part, open);
    }
  }

  stop(): void {
    if (this.#current !== undefined) this.#end(this.#current);
  }

  forget(): void {
    this.#done.clear();
    this.#unsaid.clear();
    this.#current = undefined;
  }

  #begin(part: Extract<ToolPart, { type: 'tool-input-start' }>, open: OpenBlock | undefined): number | undefined {
    const own = part.wire && startOf(part.wire.frames.map(({ json }) => json));
    if (open) return undefined;
    if (part.inputEncoding === 'text') this.#unsaid.add(part.id);
    if (part.providerExecuted && !own) {
      this.#done.add(part.id);
      return undefined;
    }
    return this.#open(part.id, own ?? { type: 'tool_use', id: part.id, name: part.toolName, input: {} }, part.providerMetadata).index;
  }

  #call(part: Extract<ToolPart, { type: 'tool-call' }>, open: OpenBlock | undefined): number | undefined {
    const { toolCallId: id, toolName: name, input } = part;
    if (part.providerExecuted && !open) return undefined;
    const block = open ?? this.#open(id, { type: 'tool_use', id, name, input: {} }, part.providerMetadata);
    const said = block.wrote ? '{}' : asObject(input);
    // A block without pieces is a call without arguments.
    if (said !== '{}') this.#piece(block, said);
    this.#end(id);
    return open ? undefined : block.index;
  }

  #open(id: string, block: JsonObject, metadata: object | undefined): OpenBlock {
    const signed = signedBy(metadata);
    if (signed) {
      const key = `other ${id}`;
      // T2: what a call was signed with has no slot in this protocol; it rides in the block before it, and is put back when it returns.
      this.#envelope.begin(key, 'other', { type: 'redacted_thinking', data: sealed({ ...signed, holdfast: { call: id } }) });
      this.#envelope.close(key);
    }
    this.#current = id;
    return this.#envelope.begin(`tool ${id}`, 'tool', block);
  }

  #piece(block: OpenBlock, text: string): void {
    this.#envelope.piece(block, { type: 'input_json_delta', partial_json: text });
  }

  #end(id: string): void {
    this.#envelope.close(`tool ${id}`);
    this.#done.add(id);
    if (this.#current === id) this.#current = undefined;
  }
}

function startOf(frames: readonly JsonObject[]): JsonObject | undefined {
  const block = frames.find(({ type }) => type === 'content_block_start')?.['content_block'];
  // Its input, where the start holds it already, comes again in pieces.
  return isObject(block) ? { ...block, input: {} } : undefined;
}

/** Arguments are an object: anything else would end the client's reading. */
function asObject(input: string): string {
  if (input.trim() === '') return '{}';
  try {
    const read = JSON.parse(input) as Json;
    return isObject(read) ? input : JSON.stringify({ value: read });
  } catch {
    return JSON.stringify({ invalid: input });
  }
}

/** Gemini wants the signature of a call back with it. */
function signedBy(metadata: object | undefined): JsonObject | undefined {
  const signed = Object.entries(metadata ?? {}).filter(
    ([vendor, said]) => vendor !== 'holdfast' && isObject(said) && said['thoughtSignature'] !== undefined,
  );
  return signed.length === 0 ? undefined : Object.fromEntries(signed);
}
