import { frames } from './raw-server.ts';

/** Recorded shapes of one answer, "Hello world" and a call of `look({"at":"x"})`, in each protocol. */
const delta = (delta: unknown, finish: string | null = null) => ({
  id: 'c1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [{ index: 0, delta, finish_reason: finish }],
});

export const chat = {
  role: delta({ role: 'assistant', content: '' }),
  hello: delta({ content: 'Hello' }),
  world: delta({ content: ' world' }),
  call: delta({ tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: 'look', arguments: '' } }] }),
  args: delta({ tool_calls: [{ index: 0, function: { arguments: '{"at":' } }] }),
  rest: delta({ tool_calls: [{ index: 0, function: { arguments: '"x"}' } }] }),
  stop: delta({}, 'stop'),
  calls: delta({}, 'tool_calls'),
  usage: {
    id: 'c1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [],
    usage: { prompt_tokens: 3, completion_tokens: 5, total_tokens: 8 },
  },
  error: { error: { message: 'overloaded', type: 'server_error', code: 'server_is_overloaded' } },
  done: '[DONE]',
};

export const messages = {
  start: {
    type: 'message_start',
    message: {
      id: 'm1',
      type: 'message',
      role: 'assistant',
      model: 'm',
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { input_tokens: 3, output_tokens: 1 },
    },
  },
  textStart: { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  hello: { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hello' } },
  world: { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: ' world' } },
  textStop: { type: 'content_block_stop', index: 0 },
  callStart: { type: 'content_block_start', index: 1, content_block: { type: 'tool_use', id: 'toolu_1', name: 'look', input: {} } },
  args: { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: '{"at":' } },
  rest: { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: '"x"}' } },
  callStop: { type: 'content_block_stop', index: 1 },
  calls: { type: 'message_delta', delta: { stop_reason: 'tool_use', stop_sequence: null }, usage: { output_tokens: 5 } },
  end: { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 5 } },
  stop: { type: 'message_stop' },
  ping: { type: 'ping' },
  error: { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
};

const item = { id: 'fc_1', type: 'function_call', call_id: 'call_1', name: 'look' };
const message = { id: 'msg_1', type: 'message', role: 'assistant', status: 'in_progress', content: [] };

export const responses = {
  created: { type: 'response.created', sequence_number: 0, response: { id: 'r1', created_at: 1, model: 'm' } },
  text: { type: 'response.output_item.added', sequence_number: 1, output_index: 0, item: message },
  hello: { type: 'response.output_text.delta', sequence_number: 2, item_id: 'msg_1', output_index: 0, content_index: 0, delta: 'Hello' },
  world: { type: 'response.output_text.delta', sequence_number: 3, item_id: 'msg_1', output_index: 0, content_index: 0, delta: ' world' },
  textDone: { type: 'response.output_item.done', sequence_number: 4, output_index: 0, item: { ...message, status: 'completed' } },
  call: {
    type: 'response.output_item.added',
    sequence_number: 5,
    output_index: 1,
    item: { ...item, arguments: '', status: 'in_progress' },
  },
  args: { type: 'response.function_call_arguments.delta', sequence_number: 6, item_id: 'fc_1', output_index: 1, delta: '{"at":"x"}' },
  callDone: {
    type: 'response.output_item.done',
    sequence_number: 7,
    output_index: 1,
    item: { ...item, arguments: '{"at":"x"}', status: 'completed' },
  },
  completed: { type: 'response.completed', sequence_number: 8, response: { id: 'r1', usage: { input_tokens: 3, output_tokens: 5 } } },
  failed: {
    type: 'response.failed',
    sequence_number: 8,
    response: { id: 'r1', error: { code: 'server_is_overloaded', message: 'overloaded' } },
  },
};

const candidate = (parts: unknown[], finishReason?: string) => ({
  candidates: [{ index: 0, content: { role: 'model', parts }, ...(finishReason && { finishReason }) }],
  responseId: 'g1',
});

export const gemini = {
  hello: candidate([{ text: 'Hello' }]),
  world: candidate([{ text: ' world' }]),
  call: candidate([{ functionCall: { name: 'look', args: { at: 'x' } } }]),
  stop: { ...candidate([{ text: '' }], 'STOP'), usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 5, totalTokenCount: 8 } },
  error: { error: { code: 503, message: 'overloaded', status: 'UNAVAILABLE' } },
};

/** The whole answer with its tool call, by protocol. */
export const HAPPY = {
  'openai-chat': frames(chat.role, chat.hello, chat.world, chat.call, chat.args, chat.rest, chat.calls, chat.usage, chat.done),
  'anthropic-messages': frames(
    messages.start,
    messages.textStart,
    messages.ping,
    messages.hello,
    messages.world,
    messages.textStop,
    messages.callStart,
    messages.args,
    messages.rest,
    messages.callStop,
    messages.calls,
    messages.stop,
  ),
  'openai-responses': frames(
    responses.created,
    responses.text,
    responses.hello,
    responses.world,
    responses.textDone,
    responses.call,
    responses.args,
    responses.callDone,
    responses.completed,
  ),
  google: frames(gemini.hello, gemini.world, gemini.call, gemini.stop),
} as const;
