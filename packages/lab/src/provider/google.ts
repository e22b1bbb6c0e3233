import type { ScriptedFinish, Turn } from '../script.ts';
import { googleError } from './errors-google.ts';
import {
  argsOf,
  bearer,
  isRow,
  rows,
  str,
  textOf,
  type Frame,
  type FrameRole,
  type Made,
  type Protocol,
  type RawFacts,
  type Route,
  type Row,
} from './protocol.ts';

/** Gemini's own API: the model stands in the path, calls come whole, lines end in CR LF, and nothing follows the finish. */
export const google: Protocol = {
  base: '/v1beta',
  contentType: 'text/event-stream',
  route,
  key: (headers, query) => headers['x-goog-api-key'] ?? query.get('key') ?? bearer(headers['authorization']),
  facts,
  frames,
  whole,
  error: googleError,
  errorFrame: (_seq, trouble) => frame(googleError(trouble).body),
  ping: () => ': keepalive\r\n\r\n',
  models: (names) => ({
    models: names.map((name) => ({
      name: `models/${name}`,
      displayName: name,
      inputTokenLimit: 1_048_576,
      outputTokenLimit: 65_536,
      supportedGenerationMethods: ['generateContent', 'countTokens'],
    })),
  }),
  count: (tokens) => ({ totalTokens: tokens }),
};

const frame = (payload: unknown) => `data: ${JSON.stringify(payload)}\r\n\r\n`;

function route(method: string, path: string): Route | undefined {
  if (method === 'GET' && path === '/models') return { kind: 'models' };
  const match = /^\/models\/([^:]+):(generateContent|streamGenerateContent|countTokens)$/.exec(path);
  if (method !== 'POST' || !match) return undefined;
  const model = decodeURIComponent(match[1]!);
  return match[2] === 'countTokens'
    ? { kind: 'count-tokens', model }
    : { kind: 'generate', model, stream: match[2] === 'streamGenerateContent' };
}

function facts(body: Row, at: Route): RawFacts {
  const system = isRow(body['systemInstruction']) ? textOf(body['systemInstruction']['parts']) : '';
  const config = isRow(body['generationConfig']) ? body['generationConfig'] : {};
  return {
    model: at.kind === 'generate' ? (at.model ?? '') : '',
    stream: at.kind === 'generate' && at.stream === true,
    turns: [...(system ? [{ role: 'system' as const, text: system, calls: [] }] : []), ...rows(body['contents']).flatMap(turns)],
    tools: rows(body['tools']).flatMap((tool) =>
      rows(tool['functionDeclarations']).map((one) => ({
        name: str(one['name']),
        schema: one['parameters'] ?? one['parametersJsonSchema'],
      })),
    ),
    includeUsage: true,
    ...(typeof config['maxOutputTokens'] === 'number' && { maxTokens: config['maxOutputTokens'] }),
  };
}

function turns(content: Row): readonly Turn[] {
  const parts = rows(content['parts']);
  const text = textOf(parts.filter(({ thought }) => thought !== true));
  const named = (key: string) => parts.flatMap((part) => (isRow(part[key]) ? [part[key] as Row] : []));
  if (content['role'] === 'model')
    return [{ role: 'assistant', text, calls: named('functionCall').map((call) => ({ id: str(call['id']), name: str(call['name']) })) }];
  const results = named('functionResponse').map((result): Turn => ({
    role: 'tool',
    text: JSON.stringify(result['response'] ?? null),
    calls: [],
    callId: str(result['id']) || str(result['name']),
  }));
  return text !== '' || results.length === 0 ? [...results, { role: 'user', text, calls: [] }] : results;
}

// Gemini has no finish of its own for calls: STOP
const FINISH = { stop: 'STOP', length: 'MAX_TOKENS', 'tool-calls': 'STOP', 'content-filter': 'SAFETY' };
const finishOf = (finish: ScriptedFinish) => (typeof finish === 'string' ? FINISH[finish] : finish.raw);

const thoughts = (made: Made): readonly Row[] => made.reasoning.map((text) => ({ text, thought: true }));
const calls = (made: Made): readonly Row[] =>
  made.calls.map(({ name, args, id }, i) => ({
    functionCall: { name, args: argsOf(args) },
    ...(i === 0 && { thoughtSignature: btoa(`lab ${id}`) }),
  }));

const candidate = (made: Made, parts: readonly Row[], finish?: string): Row => ({
  candidates: [{ content: { parts, role: 'model' }, ...(finish !== undefined && { finishReason: finish }), index: 0 }],
  usageMetadata: finish === undefined ? { promptTokenCount: made.usage.input, totalTokenCount: made.usage.input } : usage(made),
  modelVersion: made.model,
  responseId: made.id,
});

function frames(made: Made): readonly Frame[] {
  const out: Frame[] = [];
  const put = (role: FrameRole, parts: readonly Row[], call?: number) =>
    void out.push({ role, bytes: frame(candidate(made, parts)), ...(call !== undefined && { call }) });
  for (const part of thoughts(made)) put('reasoning', [part]);
  for (const text of made.chunks) put('text', [{ text }]);
  calls(made).forEach((part, i) => put('call-done', [part], i));
  out.push({ role: 'finish', bytes: frame(candidate(made, [{ text: '' }], finishOf(made.finish))) });
  return out;
}

function whole(made: Made): unknown {
  const said = made.chunks.length > 0 ? [{ text: made.chunks.join('') }] : [];
  return candidate(made, [...thoughts(made), ...said, ...calls(made)], finishOf(made.finish));
}

function usage({ usage: { input, output, reasoning = 0, cached = 0 } }: Made) {
  return {
    promptTokenCount: input,
    // Gemini counts thoughts beside the candidates' tokens
    candidatesTokenCount: output - reasoning,
    totalTokenCount: input + output,
    ...(reasoning > 0 && { thoughtsTokenCount: reasoning }),
    ...(cached > 0 && { cachedContentTokenCount: cached }),
  };
}
