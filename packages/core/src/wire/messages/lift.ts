import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { isObject, type JsonObject } from '../json.ts';
import type { Lift } from '../protocol.ts';
import type { Wire, WireFrame, WirePart } from '../wire-part.ts';
import { explode } from './explode.ts';
import { beginBlock, endBlock, pieceOf, type Block } from './lift-blocks.ts';
import { unifiedOf } from './stops.ts';
import { overwritten, usageOf } from './usage.ts';

type Part = LanguageModelV4StreamPart;

const NONE: readonly WirePart[] = [];
const NO_FRAMES: readonly WireFrame[] = [];

/** Reads the frames of one attempt. A block's id is its index; a call's is its own. */
export class MessagesLift implements Lift {
  readonly #attempt: number;
  /** Shared by all parts whose frame rides on another (N1). */
  readonly #bare: Wire;
  readonly #blocks = new Map<unknown, Block>();
  /** Names of tools that the provider runs, by the ids of their calls. */
  readonly #ran = new Map<string, string>();
  readonly #last: WireFrame[] = [];
  #usage: JsonObject = {};
  #delta: JsonObject = {};

  constructor(attempt: number) {
    this.#attempt = attempt;
    this.#bare = { attempt, frames: NO_FRAMES };
  }

  take(frame: WireFrame): readonly WirePart[] {
    const { json } = frame;
    const { type } = json;
    if (type === 'content_block_delta') return this.#riding(this.#piece(json), frame);
    if (type === 'content_block_start') return this.#riding(this.#begin(json), frame);
    if (type === 'content_block_stop') return this.#riding(this.#end(json), frame);
    if (type === 'message_start') return this.#riding(this.#head(json), frame);
    if (type !== 'message_delta' && type !== 'message_stop') return this.#riding([{ type: 'raw', rawValue: json }], frame);
    if (isObject(json['usage'])) this.#usage = overwritten(this.#usage, json['usage']);
    if (isObject(json['delta'])) this.#delta = overwritten(this.#delta, json['delta']);
    this.#last.push(frame);
    return NONE;
  }

  finish(): readonly WirePart[] {
    const open = [...this.#blocks.values()].flatMap((block): Part[] => endBlock(block, false));
    this.#blocks.clear();
    const raw = this.#delta['stop_reason'];
    const { stop_sequence: stopSequence } = this.#delta;
    const finish: Part = {
      type: 'finish',
      finishReason: { unified: unifiedOf(raw), raw: typeof raw === 'string' ? raw : undefined },
      usage: usageOf(this.#usage),
      ...(typeof stopSequence === 'string' && { providerMetadata: { anthropic: { stopSequence } } }),
    };
    return [...open, { ...finish, wire: { attempt: this.#attempt, frames: this.#last } }];
  }

  /** N1: the frame rides on the last part. */
  #riding(parts: readonly Part[], frame: WireFrame): readonly WirePart[] {
    const last = parts.length - 1;
    // The parts were made for this frame, and are handed out once: a copy of each would be the cost of the stream.
    for (let at = 0; at < last; at++) (parts[at] as { wire?: Wire }).wire = this.#bare;
    (parts[last] as { wire?: Wire }).wire = { attempt: this.#attempt, frames: [frame] };
    return parts;
  }

  #head({ message }: JsonObject): Part[] {
    if (!isObject(message)) return [{ type: 'response-metadata' }];
    const { id, model, usage, content } = message;
    if (isObject(usage)) this.#usage = overwritten(this.#usage, usage);
    const head: Part = {
      type: 'response-metadata',
      ...(typeof id === 'string' && { id }),
      ...(typeof model === 'string' && { modelId: model }),
    };
    // Calls that a program of the provider's made may stand in the head, complete.
    const given = Array.isArray(content) ? content.filter(isObject) : [];
    const parts = given.flatMap((block, index) => {
      const { parts: begun, block: one } = beginBlock(String(index), block, this.#ran);
      return one ? [...begun, ...endBlock(one, true)] : begun;
    });
    return [head, ...parts];
  }

  #begin(json: JsonObject): Part[] {
    const { index, content_block: given } = json;
    if (!isObject(given)) return [{ type: 'raw', rawValue: json }];
    const { parts, block } = beginBlock(String(index), given, this.#ran);
    if (block) this.#blocks.set(index, block);
    else this.#blocks.delete(index);
    return parts;
  }

  #piece(json: JsonObject): Part[] {
    const { index, delta } = json;
    const block = this.#blocks.get(index);
    const part = block && isObject(delta) ? pieceOf(block, delta) : undefined;
    return [part ?? { type: 'raw', rawValue: json }];
  }

  #end(json: JsonObject): Part[] {
    const block = this.#blocks.get(json['index']);
    this.#blocks.delete(json['index']);
    return block ? endBlock(block, true) : [{ type: 'raw', rawValue: json }];
  }
}

/** A whole answer as the stream it could have been: its frames can be written to a client that streams. */
export function liftWhole(json: JsonObject, attempt: number, text: string): readonly WirePart[] {
  const lift = new MessagesLift(attempt);
  const parts = explode(json).flatMap((frame) => lift.take(frame));
  return [...parts, ...lift.finish()].map((part) =>
    part.type === 'finish' && part.wire ? { ...part, wire: { ...part.wire, whole: text } } : part,
  );
}
