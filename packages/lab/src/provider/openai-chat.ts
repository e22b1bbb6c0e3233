import type { ScriptedFinish, Turn } from '../script.ts';
import { openaiError } from './errors-openai.ts';
import {
  bearer,
  data,
  deltas,
  isRow,
  rows,
  str,
  textOf,
  type Frame,
  type Made,
  type Protocol,
  type RawFacts,
  type Row,
} from './protocol.ts';

const FINISH = { stop: 'stop', length: 'length', 'tool-calls': 'tool_calls', 'content-filter': 'content_filter' };
const finishOf = (finish: ScriptedFinish) => (typeof finish === 'string' ? FINISH[finish] : finish.raw);

/** OpenAI's chat completions, as OpenAI sends them; reasoning in the field that DeepSeek and others use. */
export const openaiChat: Protocol = {
  base: '/v1',
  contentType: 'text/event-stream; charset=utf-8',
  route: (method, path) => {
    if (method === 'POST' && path === '/chat/completions') return { kind: 'generate' };
    return method === 'GET' && path === '/models' ? { kind: 'models' } : undefined;
  },
  key: (headers) => bearer(headers['authorization']),
  facts,
  frames,
  whole,
  error: openaiError,
  errorFrame: (_seq, trouble) => data(openaiError(trouble).body),
  // OpenRouter's comment; OpenAI itself sends none
  ping: () => ': PROCESSING\n\n',
  models: (names) => ({ object: 'list', data: names.map((id) => ({ id, object: 'model', created: 1_790_000_000, owned_by: 'lab' })) }),
  count: (tokens) => ({ input_tokens: tokens }),
};

function facts(body: Row): RawFacts {
  const turns = rows(body['messages']).map((message): Turn => {
    const role = str(message['role']);
    const calls = rows(message['tool_calls']).map((call) => ({
      id: str(call['id']),
      name: str(isRow(call['function']) ? call['function']['name'] : ''),
    }));
    return {
      role: role === 'developer' ? 'system' : role === 'system' || role === 'assistant' || role === 'tool' ? role : 'user',
      text: textOf(message['content']),
      calls,
      ...(role === 'tool' && { callId: str(message['tool_call_id']) }),
    };
  });
  const limit = body['max_completion_tokens'] ?? body['max_tokens'];
  return {
    model: str(body['model']),
    stream: body['stream'] === true,
    turns,
    tools: rows(body['tools']).flatMap(({ function: tool }) =>
      isRow(tool) ? [{ name: str(tool['name']), schema: tool['parameters'] }] : [],
    ),
    includeUsage: isRow(body['stream_options']) && body['stream_options']['include_usage'] === true,
    ...(typeof limit === 'number' && { maxTokens: limit }),
  };
}

const envelope = (made: Made, object: string) => ({
  id: `chatcmpl-${made.id}`,
  object,
  created: Math.floor(made.now / 1000),
  model: made.model,
  service_tier: 'default',
  system_fingerprint: 'fp_lab0000001',
});

function frames(made: Made): readonly Frame[] {
  const base = envelope(made, 'chat.completion.chunk');
  const chunk = (delta: unknown, finish: string | null = null) =>
    data({
      ...base,
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
      ...(made.includeUsage && { usage: null }),
    });
  const out: Frame[] = [{ role: 'open', bytes: chunk({ role: 'assistant', content: '', refusal: null }) }];
  for (const text of made.reasoning) out.push({ role: 'reasoning', bytes: chunk({ reasoning_content: text }) });
  for (const text of made.chunks) out.push({ role: 'text', bytes: chunk({ content: text }) });
  made.calls.forEach(({ id, name, args }, index) => {
    const first = { index, id: `call_${id}`, type: 'function', function: { name, arguments: '' } };
    out.push({ role: 'call', call: index, bytes: chunk({ tool_calls: [first] }) });
    for (const piece of deltas(args))
      out.push({ role: 'call', call: index, bytes: chunk({ tool_calls: [{ index, function: { arguments: piece } }] }) });
  });
  out.push({ role: 'finish', bytes: chunk({}, finishOf(made.finish)) });
  if (made.includeUsage) out.push({ role: 'usage', bytes: data({ ...base, choices: [], usage: usage(made) }) });
  out.push({ role: 'end', bytes: 'data: [DONE]\n\n' });
  return out;
}

function whole(made: Made): unknown {
  const text = made.chunks.join('');
  const message = {
    role: 'assistant',
    content: text === '' ? null : text,
    refusal: null,
    ...(made.reasoning.length > 0 && { reasoning_content: made.reasoning.join('') }),
    ...(made.calls.length > 0 && {
      tool_calls: made.calls.map(({ id, name, args }) => ({ id: `call_${id}`, type: 'function', function: { name, arguments: args } })),
    }),
    annotations: [],
  };
  return {
    ...envelope(made, 'chat.completion'),
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishOf(made.finish) }],
    usage: usage(made),
  };
}

function usage({ usage: { input, output, reasoning = 0, cached = 0 } }: Made) {
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: { cached_tokens: cached, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: reasoning,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}
