import type { LanguageModelV4Message } from '@ai-sdk/provider';
import type { Before } from './growing.ts';
import type { Wants } from './wants.ts';

type Message = LanguageModelV4Message;

const GO_ON: Message = Object.freeze({ role: 'user', content: Object.freeze([{ type: 'text', text: '(go on)' }]) }) as Message;
const NO_REPLY: Message = Object.freeze({ role: 'assistant', content: Object.freeze([{ type: 'text', text: '(no reply)' }]) }) as Message;

/** The next words are wanted in the assistant's own turn: nothing is put behind it. Set by who asks for it. */
const isPrefill = ({ role, providerOptions }: Message): boolean =>
  role === 'assistant' && providerOptions?.['holdfast']?.['prefill'] === true;

/**
 * Who speaks after whom (providers C8, C9). Neighbours are bridged, never merged: a message that was sent is not touched again (T2).
 */
export class Seats {
  readonly out: Message[] = [];
  /** Of each message in `out`: the place in the history of what it was made for. */
  readonly places: number[] = [];
  readonly #wants: Wants;
  readonly #before: Before;

  constructor(wants: Wants, before: Before) {
    this.#wants = wants;
    this.#before = before;
  }

  push(message: Message): void {
    const { role } = message;
    if (role !== 'system') {
      const bridge = this.#bridge(role);
      if (bridge) this.#put(bridge);
      this.#before.last = role;
    }
    this.#put(message);
  }

  #put(message: Message): void {
    this.out.push(message);
    this.places.push(this.#before.count);
  }

  #bridge(role: 'user' | 'assistant' | 'tool'): Message | undefined {
    const { turns } = this.#wants;
    const { last } = this.#before;
    if (turns === 'any') return undefined;
    if (role === 'assistant' && last === undefined) return GO_ON;
    if (turns === 'user-first') return undefined;
    if (role === 'assistant' && last === 'assistant') return GO_ON;
    if (role === 'user' && (last === 'user' || (last === 'tool' && turns === 'strict'))) return NO_REPLY;
    return undefined;
  }

  /** The prompt ends here, and is sent. */
  close(lastRead: Message | undefined): void {
    const { last } = this.#before;
    if (lastRead && isPrefill(lastRead)) return;
    if (last !== undefined && (last !== 'assistant' || !this.#wants.endsWithUser)) return;
    if (last === undefined && this.#wants.namespaces.length === 0) return;
    this.push(GO_ON);
    this.#before.decided = true;
  }
}
