import type { Turn } from '../script.ts';
import { openaiError } from './errors-openai.ts';
import {
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

/** OpenAI's Responses API: numbered events, items that open and close, one `response.completed` that carries it all again. */
export const openaiResponses: Protocol = {
  base: '/v1',
  contentType: 'text/event-stream; charset=utf-8',
  route: (method, path) => {
    if (method === 'POST' && path === '/responses') return { kind: 'generate' };
    if (method === 'POST' && path === '/responses/input_tokens') return { kind: 'count-tokens' };
    return method === 'GET' && path === '/models' ? { kind: 'models' } : undefined;
  },
  key: (headers) => bearer(headers['authorization']),
  facts,
  frames,
  whole: (made) => response(made, 'completed', output(made)),
  error: openaiError,
  errorFrame: (seq, trouble) => {
    const { error } = openaiError(trouble).body as { error: Row };
    return event('error', { type: 'error', sequence_number: seq, error });
  },
  ping: (seq) => event('keepalive', { type: 'keepalive', sequence_number: seq }),
  models: (names) => ({ object: 'list', data: names.map((id) => ({ id, object: 'model', created: 1_790_000_000, owned_by: 'lab' })) }),
  count: (tokens) => ({ object: 'response.input_tokens', input_tokens: tokens }),
};

function facts(body: Row): RawFacts {
  const input = typeof body['input'] === 'string' ? [{ role: 'user', content: body['input'] }] : rows(body['input']);
  const system = str(body['instructions']);
  return {
    model: str(body['model']),
    stream: body['stream'] === true,
    turns: [...(system ? [{ role: 'system' as const, text: system, calls: [] }] : []), ...merged(input.flatMap(turn))],
    tools: rows(body['tools']).flatMap((tool) =>
      tool['type'] === 'function' ? [{ name: str(tool['name']), schema: tool['parameters'] }] : [],
    ),
    includeUsage: true,
    ...(typeof body['max_output_tokens'] === 'number' && { maxTokens: body['max_output_tokens'] }),
  };
}

function turn(item: Row): readonly Turn[] {
  const type = str(item['type']) || 'message';
  if (type === 'function_call') return [{ role: 'assistant', text: '', calls: [{ id: str(item['call_id']), name: str(item['name']) }] }];
  if (type === 'function_call_output') return [{ role: 'tool', text: textOf(item['output']), calls: [], callId: str(item['call_id']) }];
  if (type !== 'message') return [];
  const role = str(item['role']);
  const text = textOf(item['content']);
  return [{ role: role === 'assistant' ? 'assistant' : role === 'system' || role === 'developer' ? 'system' : 'user', text, calls: [] }];
}

/** A turn's text and calls are items of their own here: neighbours of the assistant are one turn, as in the other protocols. */
const merged = (turns: readonly Turn[]): readonly Turn[] =>
  turns.reduce<readonly Turn[]>((out, next) => {
    const last = out.at(-1);
    if (last?.role !== 'assistant' || next.role !== 'assistant') return [...out, next];
    return [...out.slice(0, -1), { role: 'assistant', text: last.text + next.text, calls: [...last.calls, ...next.calls] }];
  }, []);

function response(made: Made, status: string, items: readonly unknown[], withUsage = true): Row {
  const stopped = made.finish !== 'stop' && made.finish !== 'tool-calls' && status === 'completed';
  const raw =
    typeof made.finish === 'string'
      ? { length: 'max_output_tokens', 'content-filter': 'content_filter' }[made.finish as 'length']
      : made.finish.raw;
  return {
    id: `resp_${made.id}`,
    object: 'response',
    created_at: Math.floor(made.now / 1000),
    status: stopped ? 'incomplete' : status,
    error: null,
    incomplete_details: stopped ? { reason: raw } : null,
    instructions: null,
    model: made.model,
    output: items,
    parallel_tool_calls: true,
    previous_response_id: null,
    store: false,
    tool_choice: 'auto',
    usage: withUsage ? usage(made) : null,
  };
}

const thought = ({ id, reasoning }: Made) => ({
  id: `rs_${id}`,
  type: 'reasoning',
  encrypted_content: btoa(`lab ${id}`),
  summary: [{ type: 'summary_text', text: reasoning.join('') }],
});
const said = ({ id, chunks }: Made, status = 'completed') => ({
  id: `msg_${id}`,
  type: 'message',
  status,
  role: 'assistant',
  content: status === 'completed' ? [{ type: 'output_text', text: chunks.join(''), annotations: [] }] : [],
});
const called = (call: Made['calls'][number], status = 'completed') => ({
  id: `fc_${call.id}`,
  type: 'function_call',
  status,
  call_id: `call_${call.id}`,
  name: call.name,
  arguments: status === 'completed' ? call.args : '',
});

const output = (made: Made): readonly unknown[] => [
  ...(made.reasoning.length > 0 ? [thought(made)] : []),
  ...(made.chunks.length > 0 ? [said(made)] : []),
  ...made.calls.map((call) => called(call)),
];

function frames(made: Made): readonly Frame[] {
  const out: Frame[] = [];
  const put = (role: FrameRole, type: string, payload: Row, call?: number) =>
    void out.push({ role, bytes: event(type, { type, sequence_number: out.length, ...payload }), ...(call !== undefined && { call }) });
  put('open', 'response.created', { response: response(made, 'in_progress', [], false) });
  put('open', 'response.in_progress', { response: response(made, 'in_progress', [], false) });
  let at = 0;
  if (made.reasoning.length > 0) {
    const item = { item_id: `rs_${made.id}`, output_index: at, summary_index: 0 };
    put('open', 'response.output_item.added', { output_index: at, item: { ...thought(made), summary: [] } });
    put('open', 'response.reasoning_summary_part.added', { ...item, part: { type: 'summary_text', text: '' } });
    for (const delta of made.reasoning) put('reasoning', 'response.reasoning_summary_text.delta', { ...item, delta });
    put('close', 'response.reasoning_summary_text.done', { ...item, text: made.reasoning.join('') });
    put('close', 'response.reasoning_summary_part.done', { ...item, part: { type: 'summary_text', text: made.reasoning.join('') } });
    put('close', 'response.output_item.done', { output_index: at++, item: thought(made) });
  }
  if (made.chunks.length > 0) putText(made, at++, put);
  made.calls.forEach((call, i) => {
    const item = { item_id: `fc_${call.id}`, output_index: at };
    put('call', 'response.output_item.added', { output_index: at, item: called(call, 'in_progress') }, i);
    for (const delta of deltas(call.args)) put('call', 'response.function_call_arguments.delta', { ...item, delta }, i);
    put('call', 'response.function_call_arguments.done', { ...item, arguments: call.args }, i);
    put('call-done', 'response.output_item.done', { output_index: at++, item: called(call) }, i);
  });
  const last = response(made, 'completed', output(made));
  put('finish', `response.${str(last['status'])}`, { response: last });
  return out;
}

function putText(made: Made, at: number, put: (role: FrameRole, type: string, payload: Row) => void): void {
  const item = { item_id: `msg_${made.id}`, output_index: at, content_index: 0 };
  const part = (text: string) => ({ type: 'output_text', text, annotations: [] });
  put('open', 'response.output_item.added', { output_index: at, item: said(made, 'in_progress') });
  put('open', 'response.content_part.added', { ...item, part: part('') });
  for (const delta of made.chunks) put('text', 'response.output_text.delta', { ...item, delta, logprobs: [] });
  put('close', 'response.output_text.done', { ...item, text: made.chunks.join(''), logprobs: [] });
  put('close', 'response.content_part.done', { ...item, part: part(made.chunks.join('')) });
  put('close', 'response.output_item.done', { output_index: at, item: said(made) });
}

function usage({ usage: { input, output: out, reasoning = 0, cached = 0 } }: Made) {
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: cached },
    output_tokens: out,
    output_tokens_details: { reasoning_tokens: reasoning },
    total_tokens: input + out,
  };
}
