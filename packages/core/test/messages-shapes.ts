import type { JsonObject, WireFrame } from '../src/wire/index.ts';

/** Answers in the shapes in which Anthropic streams them, by what is special about each. */
type Frames = readonly JsonObject[];

export const start = (more: JsonObject = {}): JsonObject => ({
  type: 'message_start',
  message: {
    id: 'msg_01',
    type: 'message',
    role: 'assistant',
    model: 'claude-sonnet-4-5',
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: 12, cache_creation_input_tokens: 3, cache_read_input_tokens: 40, output_tokens: 1, service_tier: 'standard' },
    ...more,
  },
});

export const block = (index: number, content_block: JsonObject, ...deltas: readonly JsonObject[]): Frames => [
  { type: 'content_block_start', index, content_block },
  ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
  { type: 'content_block_stop', index },
];

export const text = (index: number, ...pieces: readonly string[]): Frames =>
  block(index, { type: 'text', text: '' }, ...pieces.map((piece) => ({ type: 'text_delta', text: piece })));

export const thinking = (index: number, signature: string, ...pieces: readonly string[]): Frames =>
  block(index, { type: 'thinking', thinking: '', signature: '' }, ...pieces.map((piece) => ({ type: 'thinking_delta', thinking: piece })), {
    type: 'signature_delta',
    signature,
  });

export const tool = (index: number, id: string, ...pieces: readonly string[]): Frames =>
  block(
    index,
    { type: 'tool_use', id, name: 'look', input: {} },
    ...['', ...pieces].map((partial_json) => ({ type: 'input_json_delta', partial_json })),
  );

export const end = (stop_reason: string, more: JsonObject = {}): Frames => [
  { type: 'message_delta', delta: { stop_reason, stop_sequence: null, ...more }, usage: { output_tokens: 25 } },
  { type: 'message_stop' },
];

const search: Frames = [
  ...block(
    1,
    { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} },
    { type: 'input_json_delta', partial_json: '{"query":"rain"}' },
  ),
  ...block(2, {
    type: 'web_search_tool_result',
    tool_use_id: 'srvtoolu_1',
    content: [{ type: 'web_search_result', url: 'https://rain.example/', title: 'Rain', encrypted_content: 'Eqgf', page_age: null }],
  }),
];

const cited = {
  type: 'web_search_result_location',
  url: 'https://rain.example/',
  title: 'Rain',
  encrypted_index: 'Eo8',
  cited_text: 'It rains',
};

export const ANSWERS: Readonly<Record<string, Frames>> = {
  plain: [start(), ...text(0, 'Hello', ' wor', 'ld'), ...end('end_turn')],
  'nothing at all': [start(), ...end('end_turn')],
  'a stop sequence': [
    start(),
    ...text(0, 'one'),
    { type: 'message_delta', delta: { stop_reason: 'stop_sequence', stop_sequence: 'END' }, usage: { output_tokens: 3 } },
    { type: 'message_stop' },
  ],
  thinking: [start(), ...thinking(0, 'EqMBsig', 'Let me', ' see'), ...text(1, 'Yes'), ...end('end_turn')],
  'thinking left out': [start(), ...thinking(0, 'EqMBsig'), ...text(1, 'Yes'), ...end('end_turn')],
  redacted: [start(), ...block(0, { type: 'redacted_thinking', data: 'EmwKAhg' }), ...text(1, 'Yes'), ...end('end_turn')],
  'interleaved thinking': [
    start(),
    ...thinking(0, 'sigA', 'first'),
    ...text(1, 'Looking'),
    ...thinking(2, 'sigB', 'then'),
    ...tool(3, 'toolu_1', '{"at":', '"x"}'),
    ...end('tool_use'),
  ],
  tools: [start(), ...text(0, 'Looking'), ...tool(1, 'toolu_1', '{"at": ', '"x"}'), ...end('tool_use')],
  'parallel tools': [
    start(),
    ...tool(0, 'toolu_1', '{"at":"x"}'),
    ...tool(1, 'toolu_2', '{"at":', '"y"}'),
    ...tool(2, 'toolu_3'),
    ...end('tool_use'),
  ],
  'server tools': [start(), ...text(0, 'I search.'), ...search, ...text(3, 'It rains.'), ...end('end_turn')],
  citations: [
    start(),
    ...block(
      0,
      { type: 'text', text: '', citations: [] },
      { type: 'text_delta', text: 'It rains.' },
      { type: 'citations_delta', citation: cited },
    ),
    ...text(1, ' So I read.'),
    ...end('end_turn'),
  ],
  refusal: [start(), ...text(0, 'I'), ...end('refusal', { stop_details: { type: 'refusal', category: 'cyber', explanation: 'No' } })],
  'pause of a turn': [start(), ...text(0, 'I search.'), ...search, ...end('pause_turn')],
  'a window that is full': [start(), ...text(0, 'So'), ...end('model_context_window_exceeded')],
  'the limit in a call': [start(), ...tool(0, 'toolu_1', '{"at": "'), ...end('max_tokens')],
  'what nobody knows': [
    start({ future: { a: 1 } }),
    { type: 'weather_report', sky: 'clear' },
    ...block(0, { type: 'hologram', depth: 3 }, { type: 'hologram_delta', depth: 4, colour: 'red' }),
    ...block(1, { type: 'text', text: '', mood: 'calm' }, { type: 'text_delta', text: 'Hi' }, { type: 'mood_delta', mood: 'glad' }),
    ...end('end_turn', { container: { id: 'c1', expires_at: 'later' } }),
  ],
};

/** As Anthropic spaces its JSON: written again it would be other bytes. */
export const frame = (json: JsonObject): WireFrame => ({
  event: String(json['type']),
  data: JSON.stringify(json).replaceAll('":', '": ').replaceAll(',"', ', "'),
  json,
});

export const bytes = (frames: Frames): string =>
  frames
    .map(frame)
    .map(({ event, data }) => `event: ${event}\ndata: ${data}\n\n`)
    .join('');
