import type { ScriptedFinish, Turn } from '../script.ts';
import { anthropicError } from './errors-anthropic.ts';
import {
  argsOf,
  bearer,
  deltas,
  event,
  rows,
  str,
  textOf,
  type Frame,
  type FrameRole,
  type Made,
  type Protocol,
  type RawFacts,
  type Row,
} from './protocol.ts';

const STOP = { stop: 'end_turn', length: 'max_tokens', 'tool-calls': 'tool_use', 'content-filter': 'refusal' };
const stopOf = (finish: ScriptedFinish) => (typeof finish === 'string' ? STOP[finish] : finish.raw);

/** Anthropic's messages, as Anthropic sends them: thinking with its signature, a ping after the first block's start. */
export const anthropicMessages: Protocol = {
  base: '/v1',
  contentType: 'text/event-stream; charset=utf-8',
  route: (method, path) => {
    if (method === 'POST' && path === '/messages') return { kind: 'generate' };
    if (method === 'POST' && path === '/messages/count_tokens') return { kind: 'count-tokens' };
    return method === 'GET' && path === '/models' ? { kind: 'models' } : undefined;
  },
  key: (headers) => headers['x-api-key'] ?? bearer(headers['authorization']),
  facts,
  frames,
  whole,
  error: anthropicError,
  errorFrame: (_seq, trouble) => event('error', anthropicError(trouble).body),
  ping: () => event('ping', { type: 'ping' }),
  models: (names) => ({
    data: names.map((id) => ({ type: 'model', id, display_name: id, created_at: '2026-01-01T00:00:00Z' })),
    has_more: false,
    first_id: names[0] ?? null,
    last_id: names.at(-1) ?? null,
  }),
  count: (tokens) => ({ input_tokens: tokens }),
};

function facts(body: Row): RawFacts {
  const system = textOf(body['system']);
  return {
    model: str(body['model']),
    stream: body['stream'] === true,
    turns: [...(system ? [{ role: 'system' as const, text: system, calls: [] }] : []), ...rows(body['messages']).flatMap(turns)],
    tools: rows(body['tools']).map((tool) => ({ name: str(tool['name']), schema: tool['input_schema'] })),
    includeUsage: true,
    ...(typeof body['max_tokens'] === 'number' && { maxTokens: body['max_tokens'] }),
  };
}

/** A user message may hold several tool results: each is a turn, as in the other protocols. */
function turns(message: Row): readonly Turn[] {
  const parts = rows(message['content']);
  const text = typeof message['content'] === 'string' ? message['content'] : textOf(parts.filter(({ type }) => type === 'text'));
  if (message['role'] === 'assistant') {
    const calls = parts.filter(({ type }) => type === 'tool_use').map(({ id, name }) => ({ id: str(id), name: str(name) }));
    return [{ role: 'assistant', text, calls }];
  }
  const results = parts.filter(({ type }) => type === 'tool_result');
  const tools = results.map((part): Turn => ({ role: 'tool', text: textOf(part['content']), calls: [], callId: str(part['tool_use_id']) }));
  return text !== '' || tools.length === 0 ? [...tools, { role: 'user', text, calls: [] }] : tools;
}

/** The signature a thinking block carries: opaque, and bound to the model that wrote it. */
const signature = ({ id, model }: Made) => btoa(`lab signature of ${model.replace(/[^\x20-\x7e]/g, '?')} ${id}`);

function frames(made: Made): readonly Frame[] {
  const out: Frame[] = [];
  const put = (role: FrameRole, payload: Row, call?: number) =>
    void out.push({ role, bytes: event(str(payload['type']), payload), ...(call !== undefined && { call }) });
  const open = {
    type: 'message_start',
    message: { ...message(made), content: [], stop_reason: null, usage: { ...usage(made), output_tokens: 1 } },
  };
  put('open', open);
  let index = 0;
  const block = (start: unknown, role: FrameRole, pieces: readonly unknown[], close: FrameRole, call?: number) => {
    put(role === 'call' ? 'call' : 'open', { type: 'content_block_start', index, content_block: start }, call);
    if (index === 0) put('ping', { type: 'ping' });
    for (const delta of pieces) put(role, { type: 'content_block_delta', index, delta }, call);
    put(close, { type: 'content_block_stop', index }, call);
    index++;
  };
  if (made.reasoning.length > 0) {
    const thoughts = made.reasoning.map((thinking) => ({ type: 'thinking_delta', thinking }));
    const signed = { type: 'signature_delta', signature: signature(made) };
    block({ type: 'thinking', thinking: '', signature: '' }, 'reasoning', [...thoughts, signed], 'close');
  }
  if (made.chunks.length > 0)
    block(
      { type: 'text', text: '' },
      'text',
      made.chunks.map((text) => ({ type: 'text_delta', text })),
      'close',
    );
  made.calls.forEach(({ id, name, args }, call) => {
    const pieces = ['', ...deltas(args)].map((partial_json) => ({ type: 'input_json_delta', partial_json }));
    block({ type: 'tool_use', id: `toolu_${id}`, name, input: {} }, 'call', pieces, 'call-done', call);
  });
  put('finish', { type: 'message_delta', delta: { stop_reason: stopOf(made.finish), stop_sequence: null }, usage: usage(made) });
  put('end', { type: 'message_stop' });
  return out;
}

const message = ({ id, model }: Made) => ({ id: `msg_${id}`, type: 'message', role: 'assistant', model, stop_sequence: null });

function whole(made: Made): unknown {
  const thinking = made.reasoning.join('');
  const text = made.chunks.join('');
  return {
    ...message(made),
    content: [
      ...(thinking ? [{ type: 'thinking', thinking, signature: signature(made) }] : []),
      ...(text ? [{ type: 'text', text }] : []),
      ...made.calls.map(({ id, name, args }) => ({ type: 'tool_use', id: `toolu_${id}`, name, input: argsOf(args) })),
    ],
    stop_reason: stopOf(made.finish),
    usage: usage(made),
  };
}

function usage({ usage: { input, output, cached = 0 } }: Made) {
  return {
    // Anthropic counts cached input beside the rest, not within it
    input_tokens: input - cached,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: cached,
    output_tokens: output,
    service_tier: 'standard',
  };
}
