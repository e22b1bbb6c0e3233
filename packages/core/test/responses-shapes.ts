import type { WireFrame } from '../src/wire/wire-part.ts';

/** Recorded shapes of answers of OpenAI's Responses API, frame by frame. */
type Row = Record<string, unknown>;

export const response = (fields: Row): Row => ({
  id: 'resp_0a1b',
  object: 'response',
  created_at: 1_790_000_000,
  status: 'in_progress',
  background: false,
  error: null,
  incomplete_details: null,
  instructions: null,
  max_output_tokens: null,
  max_tool_calls: null,
  model: 'gpt-5-2026-03-05',
  output: [],
  parallel_tool_calls: true,
  previous_response_id: null,
  prompt_cache_key: null,
  reasoning: { effort: 'medium', summary: 'detailed' },
  safety_identifier: null,
  service_tier: 'default',
  store: false,
  temperature: 1.0,
  text: { format: { type: 'text' }, verbosity: 'medium' },
  tool_choice: 'auto',
  tools: [],
  top_logprobs: 0,
  top_p: 1.0,
  truncation: 'disabled',
  usage: null,
  user: null,
  metadata: {},
  ...fields,
});

export const usage = {
  input_tokens: 75,
  input_tokens_details: { cached_tokens: 12 },
  output_tokens: 31,
  output_tokens_details: { reasoning_tokens: 7 },
  total_tokens: 106,
};

/** The events of one item, and the item at its end. */
interface Shape {
  readonly events: (at: number) => readonly Row[];
  readonly item: Row;
}

const textPart = (text: string, annotations: readonly Row[] = []): Row => ({ type: 'output_text', annotations, logprobs: [], text });

export function text(id: string, pieces: readonly string[], notes: readonly Row[] = []): Shape {
  const whole = pieces.join('');
  const item = { id, type: 'message', status: 'completed', content: [textPart(whole, notes)], role: 'assistant' };
  return {
    item,
    events: (at) => {
      const where = { item_id: id, output_index: at, content_index: 0 };
      return [
        { type: 'response.output_item.added', output_index: at, item: { ...item, status: 'in_progress', content: [] } },
        { type: 'response.content_part.added', ...where, part: textPart('') },
        ...pieces.map((delta) => ({ type: 'response.output_text.delta', ...where, delta, logprobs: [], obfuscation: 'xK2v' })),
        ...notes.map((annotation, n) => ({ type: 'response.output_text.annotation.added', ...where, annotation_index: n, annotation })),
        { type: 'response.output_text.done', ...where, text: whole, logprobs: [] },
        { type: 'response.content_part.done', ...where, part: textPart(whole, notes) },
        { type: 'response.output_item.done', output_index: at, item },
      ];
    },
  };
}

function refusal(id: string, pieces: readonly string[]): Shape {
  const whole = pieces.join('');
  const item = { id, type: 'message', status: 'completed', content: [{ type: 'refusal', refusal: whole }], role: 'assistant' };
  return {
    item,
    events: (at) => {
      const where = { item_id: id, output_index: at, content_index: 0 };
      return [
        { type: 'response.output_item.added', output_index: at, item: { ...item, status: 'in_progress', content: [] } },
        { type: 'response.content_part.added', ...where, part: { type: 'refusal', refusal: '' } },
        ...pieces.map((delta) => ({ type: 'response.refusal.delta', ...where, delta })),
        { type: 'response.refusal.done', ...where, refusal: whole },
        { type: 'response.content_part.done', ...where, part: { type: 'refusal', refusal: whole } },
        { type: 'response.output_item.done', output_index: at, item },
      ];
    },
  };
}

export function reasoning(id: string, summaries: readonly (readonly string[])[], encrypted = 'gAAAAABencrypted'): Shape {
  const part = (words: string): Row => ({ type: 'summary_text', text: words });
  const item = { id, type: 'reasoning', encrypted_content: encrypted, summary: summaries.map((pieces) => part(pieces.join(''))) };
  return {
    item,
    events: (at) => [
      { type: 'response.output_item.added', output_index: at, item: { ...item, encrypted_content: 'gAAAAABfirst', summary: [] } },
      ...summaries.flatMap((pieces, n) => {
        const where = { item_id: id, output_index: at, summary_index: n };
        return [
          { type: 'response.reasoning_summary_part.added', ...where, part: part('') },
          ...pieces.map((delta) => ({ type: 'response.reasoning_summary_text.delta', ...where, delta, obfuscation: 'q' })),
          { type: 'response.reasoning_summary_text.done', ...where, text: pieces.join('') },
          { type: 'response.reasoning_summary_part.done', ...where, part: part(pieces.join('')) },
        ];
      }),
      { type: 'response.output_item.done', output_index: at, item },
    ],
  };
}

export function call(n: number, name: string, pieces: readonly string[], status = 'completed'): Shape {
  const item = { id: `fc_${n}`, type: 'function_call', status, arguments: pieces.join(''), call_id: `call_${n}`, name };
  return {
    item,
    events: (at) => {
      const where = { item_id: item.id, output_index: at };
      return [
        { type: 'response.output_item.added', output_index: at, item: { ...item, status: 'in_progress', arguments: '' } },
        ...pieces.map((delta) => ({ type: 'response.function_call_arguments.delta', ...where, delta, obfuscation: 'abc' })),
        { type: 'response.function_call_arguments.done', ...where, arguments: item.arguments },
        { type: 'response.output_item.done', output_index: at, item },
      ];
    },
  };
}

function custom(n: number, name: string, pieces: readonly string[]): Shape {
  const item = { id: `ctc_${n}`, type: 'custom_tool_call', status: 'completed', call_id: `call_${n}`, input: pieces.join(''), name };
  return {
    item,
    events: (at) => {
      const where = { item_id: item.id, output_index: at };
      return [
        { type: 'response.output_item.added', output_index: at, item: { ...item, status: 'in_progress', input: '' } },
        ...pieces.map((delta) => ({ type: 'response.custom_tool_call_input.delta', ...where, delta })),
        { type: 'response.custom_tool_call_input.done', ...where, input: item.input },
        { type: 'response.output_item.done', output_index: at, item },
      ];
    },
  };
}

export function search(id: string): Shape {
  const item = { id, type: 'web_search_call', status: 'completed', action: { type: 'search', query: 'otters' } };
  return {
    item,
    events: (at) => [
      { type: 'response.output_item.added', output_index: at, item: { id, type: 'web_search_call', status: 'in_progress' } },
      ...['in_progress', 'searching', 'completed'].map((step) => ({
        type: `response.web_search_call.${step}`,
        output_index: at,
        item_id: id,
      })),
      { type: 'response.output_item.done', output_index: at, item },
    ],
  };
}

export interface Ends {
  readonly incomplete?: string;
  readonly extra?: readonly Row[];
  /** Which response it is. */
  readonly id?: string;
}

/** A whole answer as its frames. */
export function answer(shapes: readonly Shape[], { incomplete, extra = [], id = 'resp_0a1b' }: Ends = {}): WireFrame[] {
  const last = response({
    id,
    status: incomplete ? 'incomplete' : 'completed',
    output: shapes.map(({ item }) => item),
    incomplete_details: incomplete ? { reason: incomplete } : null,
    usage,
  });
  const head = response({ id });
  const rows: readonly Row[] = [
    { type: 'response.created', response: head },
    { type: 'response.in_progress', response: head },
    ...shapes.flatMap(({ events }, at) => events(at)),
    ...extra,
    { type: incomplete ? 'response.incomplete' : 'response.completed', response: last },
  ];
  return rows.map((row, n) => frame({ ...row, sequence_number: n }));
}

/** Written as OpenAI writes it: the number behind the type. */
export function frame({ type, sequence_number: n, ...others }: Row): WireFrame {
  const json = { type, sequence_number: n, ...others } as WireFrame['json'];
  return { event: String(type), data: JSON.stringify(json), json };
}

export const bytes = (frames: readonly WireFrame[]): string =>
  frames.map(({ event, data }) => `event: ${String(event)}\ndata: ${data}\n\n`).join('');

const note = { type: 'url_citation', url: 'https://otters.example', title: 'Otters', start_index: 0, end_index: 5 };

export const ANSWERS: Readonly<Record<string, readonly WireFrame[]>> = {
  text: answer([text('msg_1', ['Hello', ' wor', 'ld "sequence_number": 3 \\"'])]),
  reasoning: answer([reasoning('rs_1', [['I th', 'ink'], ['so I am']]), text('msg_1', ['Yes.'])]),
  silentReasoning: answer([reasoning('rs_1', []), text('msg_1', ['Yes.'])]),
  tools: answer([call(1, 'look', ['{"at":', '"x"}'])]),
  parallelTools: answer([text('msg_1', ['Let me look.']), call(1, 'look', ['{"at":"x"}']), call(2, 'look', ['{"at"', ':"y"}'])]),
  customTool: answer([custom(1, 'patch', ['*** Begin', ' Patch'])]),
  search: answer([search('ws_1'), text('msg_1', ['Otters', ' swim.'], [note])]),
  refusal: answer([refusal('msg_1', ["I'm sorry", ', no.'])]),
  incomplete: answer([text('msg_1', ['Once upon a'])], { incomplete: 'max_output_tokens' }),
  filtered: answer([text('msg_1', ['Once'])], { incomplete: 'content_filter' }),
  unknown: answer([text('msg_1', ['Hi'])], { extra: [{ type: 'response.aurora.shimmer', glow: { sequence_number: 7 } }] }),
};
