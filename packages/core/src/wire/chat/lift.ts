import { isObject, isText, type JsonObject } from '../json.ts';
import type { Lift } from '../protocol.ts';
import type { Wire, WireFrame, WirePart } from '../wire-part.ts';
import { sourcesOf } from './annotations.ts';
import { Calls } from './calls.ts';
import { moreOf, piecesOf, type Piece, type ProseKind } from './delta.ts';
import { cutFrame, isForOthers, ownChoice, reasonIn } from './frames.ts';
import { opaqueOf } from './signatures.ts';
import { finishOf, usageOf } from './words.ts';

/** The block of text or thought that is open. */
interface Block {
  readonly kind: ProseKind;
  readonly id: string;
}

/** `providerMetadata` of a text that is a refusal. */
const REFUSAL = { openai: { refusal: true } };

/** Chunks of chat completions as parts. A frame that shows several things is cut into one for each, so that none is lost by N2. */
export class ChatLift implements Lift {
  readonly #attempt: number;
  readonly #none: Wire;
  readonly #calls: Calls;
  #named = false;
  #block: Block | undefined;
  #blocks = 0;
  #sources = 0;
  #usage: JsonObject | undefined;
  #reason: string | undefined;
  /** What only its maker can read, of thoughts. */
  readonly #opaque: string[] = [];
  /** What ends the answer, for the finish part. */
  #last: WireFrame[] = [];
  #out: WirePart[] = [];

  constructor(attempt: number) {
    this.#attempt = attempt;
    this.#none = { attempt, frames: [] };
    this.#calls = new Calls(attempt);
  }

  take(frame: WireFrame): readonly WirePart[] {
    const { json } = frame;
    const more = this.#block && moreOf(json, this.#block.kind);
    if (more !== undefined) return [this.#more(more, frame)];
    this.#out = [];
    if (!this.#named) this.#name(json);
    if (isObject(json['usage'])) this.#usage = json['usage'];
    const choice = ownChoice(json);
    const delta = isObject(choice?.['delta']) ? choice['delta'] : undefined;
    const pieces = delta ? piecesOf(delta) : [];
    if (delta) this.#opaque.push(...opaqueOf(delta));
    const reason = reasonIn(choice);
    this.#reason ??= reason;
    if (pieces.length === 0) this.#quiet(frame, delta, reason !== undefined);
    else if (pieces.length === 1 && reason === undefined) this.#piece(pieces[0]!, frame);
    else {
      const frames = cutFrame(frame, pieces);
      pieces.forEach((piece, at) => this.#piece(piece, frames[at]!));
      if (reason !== undefined) this.#last.push(frames.at(-1)!);
    }
    return this.#out;
  }

  finish(): readonly WirePart[] {
    this.#out = [];
    this.#close();
    this.#out.push(...this.#calls.end(this.#reason === 'length' || this.#reason === 'content_filter'));
    const opaque = this.#opaque.map((signature, at) => [`reasoning-${at}`, { signature }] as const);
    const metadata = opaque.length > 0 ? { providerMetadata: Object.fromEntries(opaque) } : {};
    this.#put({ type: 'finish', finishReason: finishOf(this.#reason), usage: usageOf(this.#usage), ...metadata }, this.#last);
    return this.#out;
  }

  /** The commonest chunk: the open block goes on. */
  #more(delta: string, frame: WireFrame): WirePart {
    const { kind, id } = this.#block!;
    return { type: kind === 'reasoning' ? 'reasoning-delta' : 'text-delta', id, delta, wire: { attempt: this.#attempt, frames: [frame] } };
  }

  /** Azure's first chunk has no name yet. */
  #name({ id, model, created }: JsonObject): void {
    const [said, modelId] = [isText(id) && id !== '', isText(model) && model !== ''];
    if (!said && !modelId) return;
    this.#named = true;
    if (said) this.#calls.answer = id as string;
    const timestamp = typeof created === 'number' && created > 0 ? { timestamp: new Date(created * 1000) } : {};
    this.#put({ type: 'response-metadata', ...(said && { id: id as string }), ...(modelId && { modelId: model as string }), ...timestamp });
  }

  /** A frame that shows nothing: it rides on what was read from it all the same, on the finish part, or alone. */
  #quiet(frame: WireFrame, delta: JsonObject | undefined, ends: boolean): void {
    for (const source of sourcesOf(delta?.['annotations'], this.#sources)) {
      this.#sources++;
      this.#put(source);
    }
    if (ends || (this.#reason !== undefined && !isForOthers(frame.json))) this.#last.push(frame);
    else if (this.#out.length === 0) this.#put({ type: 'raw', rawValue: frame.json }, [frame]);
    else this.#out.push({ ...this.#out.pop()!, wire: { attempt: this.#attempt, frames: [frame] } });
  }

  #put(part: WirePart, frames?: readonly WireFrame[]): void {
    this.#out.push({ ...part, wire: frames === undefined ? this.#none : { attempt: this.#attempt, frames } });
  }

  #piece(piece: Piece, frame: WireFrame): void {
    if (piece.kind === 'file') this.#put({ type: 'file', ...piece.media }, [frame]);
    else if (piece.kind === 'call') {
      this.#close();
      this.#out.push(...this.#calls.take(piece.call, frame));
    } else {
      this.#open(piece.kind);
      this.#out.push(this.#more(piece.text, frame));
    }
  }

  #open(kind: ProseKind): void {
    if (this.#block?.kind === kind) return;
    this.#close();
    const block = { kind, id: `${kind}-${this.#blocks++}` };
    this.#block = block;
    const metadata = kind === 'refusal' ? { providerMetadata: REFUSAL } : {};
    this.#put({ type: kind === 'reasoning' ? 'reasoning-start' : 'text-start', id: block.id, ...metadata });
  }

  #close(): void {
    if (this.#block === undefined) return;
    const { kind, id } = this.#block;
    this.#block = undefined;
    this.#put({ type: kind === 'reasoning' ? 'reasoning-end' : 'text-end', id });
  }
}
