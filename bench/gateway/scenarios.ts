/** What is asked: each of these at each number of clients at a time. */
import { chunks, SHORT, textOf, type Wire } from './answers.ts';
import type { Heard, Request } from './load.ts';
import type { Door, Target } from './subjects.ts';

export interface Scenario {
  readonly name: string;
  /** The upstream's model, which says what it answers. */
  readonly model: string;
  readonly stream: boolean;
  /** The client's protocol. */
  readonly wire: Wire;
  readonly target: Target;
  /** Of the body. */
  readonly size?: number;
}

const chat = { wire: 'chat', target: 'chat' } as const;

export const SCENARIOS: readonly Scenario[] = [
  { ...chat, name: 'short JSON call', model: 'short', stream: false },
  { ...chat, name: '200 chunks as they come', model: 'flow', stream: true },
  { ...chat, name: '200 chunks at once', model: 'burst', stream: true },
  { ...chat, name: 'a 105 kB body', model: 'short', stream: false, size: 105_000 },
  { ...chat, name: 'failover before content', model: 'short', stream: false, target: 'failover' },
];

/** Between protocols, and the two passthroughs they stand beside. */
export const TRANSLATIONS: readonly Scenario[] = (['flow', 'burst'] as const).flatMap((model) =>
  (['chat', 'messages'] as const).flatMap((wire) =>
    (['chat', 'messages'] as const).map((target) => ({
      name: `${model === 'flow' ? '200 as they come' : '200 at once'}, ${wire} → ${target}`,
      model,
      stream: true,
      wire,
      target,
    })),
  ),
);

const PATH: Readonly<Record<Wire, string>> = { chat: '/v1/chat/completions', messages: '/v1/messages' };
const TEXT = Buffer.byteLength(chunks.join(''));
const NUMBER = '00000000';
const TURN = 'What happened to the first region, and was anything lost? ';

interface Turn {
  readonly role: 'user' | 'assistant';
  readonly content: string;
}

/** A conversation of about so many bytes, as an agent sends it. */
function turns(size: number): readonly Turn[] {
  const last: Turn = { role: 'user', content: TURN };
  const past: Turn[] = [];
  for (let bytes = 0; bytes + 1500 < size; bytes += 1500)
    past.push({ role: past.length % 2 === 0 ? 'user' : 'assistant', content: TURN.repeat(25).slice(0, 1460) });
  const [first, ...others] = [...(past.length % 2 === 0 ? past : past.slice(0, -1)), last];
  return [{ ...first!, content: `${NUMBER} ${first!.content}` }, ...others];
}

export function requestOf({ model, stream, wire, target, size = 0 }: Scenario, door: Door): Request {
  const body = {
    model: door.model(model, target),
    ...(wire === 'messages' && { max_tokens: 1000 }),
    ...(stream && { stream }),
    messages: turns(size),
  };
  const bytes = Buffer.from(JSON.stringify(body));
  const own =
    wire === 'chat' ? { authorization: 'Bearer key-of-a-client' } : { 'x-api-key': 'key-of-a-client', 'anthropic-version': '2023-06-01' };
  return {
    path: PATH[wire],
    headers: { 'content-type': 'application/json', 'content-length': String(bytes.length), ...own, ...door.headers },
    body: bytes,
    numberAt: bytes.indexOf(NUMBER),
  };
}

/** The whole text, for the first answer of each subject. */
export function isWhole({ wire, stream }: Scenario, text: string): boolean {
  return textOf(wire, stream, text) === (stream ? chunks.join('') : SHORT);
}

/** Ids and times that a gateway writes itself may differ by some digits; who translates may put into one event what came in one chunk. */
const isLong = (bytes: number, first: number, stream: boolean, translated: boolean): boolean =>
  translated ? bytes >= TEXT : Math.abs(bytes - first) <= (stream ? first * 0.2 : 64);

/** A glance, for all the others: long enough, and with its end. */
export const endsWhole =
  ({ wire, target, stream }: Scenario, bytes: number) =>
  (heard: Heard): boolean =>
    heard.status === 200 &&
    isLong(heard.bytes, bytes, stream, target !== 'failover' && wire !== target) &&
    (!stream || heard.last!.includes(wire === 'chat' ? '[DONE]' : 'message_stop'));
