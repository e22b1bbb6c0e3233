/**
 * What the upstream of the gateway's figures answers, written down once: the upstream sends it, the load checks it. The name of the model
 * says which answer it is.
 */
const CHUNKS = 200;

/** Some words of a sentence, as a model cuts them. */
const WORDS = ['The', ' first', ' region', ' went', ' quiet', ' at', ' noon', ' and', ' the', ' second', ' took', ' over', '.'];

export const chunks: readonly string[] = Array.from({ length: CHUNKS }, (_, n) => WORDS[n % WORDS.length]!);
export const SHORT = 'Yes: all of it arrived.';

export type Wire = 'chat' | 'messages';

const CHAT = { id: 'chatcmpl-bench', object: 'chat.completion.chunk', created: 1_760_000_000 };
const USAGE = { prompt_tokens: 24, completion_tokens: CHUNKS, total_tokens: 24 + CHUNKS };

const data = (payload: unknown) => `data: ${JSON.stringify(payload)}\n\n`;
const event = (payload: { readonly type: string; readonly [key: string]: unknown }) => `event: ${payload.type}\n${data(payload)}`;

/** The frames of one streamed answer: what comes before the text, one per piece of it, what comes after. */
export interface Frames {
  readonly head: string;
  piece(text: string): string;
  readonly tail: string;
}

function chat(model: string, usage: boolean): Frames {
  const delta = (fields: object, finish: string | null = null) =>
    data({ ...CHAT, model, choices: [{ index: 0, delta: fields, finish_reason: finish }] });
  return {
    head: delta({ role: 'assistant', content: '' }),
    piece: (content) => delta({ content }),
    tail: `${delta({}, 'stop')}${usage ? data({ ...CHAT, model, choices: [], usage: USAGE }) : ''}data: [DONE]\n\n`,
  };
}

function messages(model: string): Frames {
  const message = { id: 'msg_bench', type: 'message', role: 'assistant', model, content: [], stop_reason: null, stop_sequence: null };
  const usage = { input_tokens: 24, output_tokens: 1 };
  const start = event({ type: 'message_start', message: { ...message, usage } });
  return {
    head: start + event({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
    piece: (text) => event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } }),
    tail:
      event({ type: 'content_block_stop', index: 0 }) +
      event({
        type: 'message_delta',
        delta: { stop_reason: 'end_turn', stop_sequence: null },
        usage: { output_tokens: CHUNKS },
      }) +
      event({ type: 'message_stop' }),
  };
}

export const framesOf = (wire: Wire, model: string, usage: boolean): Frames => (wire === 'chat' ? chat(model, usage) : messages(model));

/** The answer in one piece. */
export const wholeOf = (wire: Wire, model: string): string =>
  JSON.stringify(
    wire === 'chat'
      ? {
          ...CHAT,
          object: 'chat.completion',
          model,
          choices: [{ index: 0, message: { role: 'assistant', content: SHORT }, finish_reason: 'stop' }],
          usage: USAGE,
        }
      : {
          id: 'msg_bench',
          type: 'message',
          role: 'assistant',
          model,
          content: [{ type: 'text', text: SHORT }],
          stop_reason: 'end_turn',
          stop_sequence: null,
          usage: { input_tokens: 24, output_tokens: 8 },
        },
  );

/** The text of an answer as a client of that wire reads it; `undefined` where the answer has no end. */
export function textOf(wire: Wire, streamed: boolean, body: string): string | undefined {
  if (!streamed) {
    const read = JSON.parse(body) as { choices?: { message: { content: string } }[]; content?: { text: string }[] };
    return wire === 'chat' ? read.choices?.[0]?.message.content : read.content?.map(({ text }) => text).join('');
  }
  const events = body
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line) => JSON.parse(line.slice(6)) as Loose);
  if (!body.includes(wire === 'chat' ? 'data: [DONE]' : '"message_stop"')) return undefined;
  return events.map((one) => (wire === 'chat' ? one.choices?.[0]?.delta?.content : one.delta?.text) ?? '').join('');
}

interface Loose {
  readonly choices?: readonly { readonly delta?: { readonly content?: string } }[];
  readonly delta?: { readonly text?: string };
}
