/** Three kinds of clients, written by hand: one call over a connection, and what became of it. */
import { Agent, request, type IncomingMessage } from 'node:http';
import { promptOf, textOf, TOOL, type Story } from './story.ts';

export const CLIENTS = ['chat', 'messages', 'responses'] as const;
export type Client = (typeof CLIENTS)[number];

/**
 * `whole`: the known answer, once, with its end. `error`: said so in the client's protocol. The others must not be: `silent`: cut, and
 * nothing says so · `doubled`: said twice · `mixed`: something else · `untyped`: broken, with no error of the protocol · `hung`: no end.
 */
export const VERDICTS = ['whole', 'error', 'silent', 'doubled', 'mixed', 'untyped', 'hung'] as const;
export type Verdict = (typeof VERDICTS)[number];

export interface Judged {
  readonly verdict: Verdict;
  /** What was heard, of what is neither whole nor an error. */
  readonly heard?: string;
}

export interface Asking {
  readonly client: Client;
  readonly story: Story;
  readonly model: string;
  readonly stream: boolean;
}

interface Heard {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  /** HTTP's own end was seen. */
  readonly complete: boolean;
}

const PATH: Readonly<Record<Client, string>> = { chat: '/chat/completions', messages: '/messages', responses: '/responses' };
const SCHEMA = { type: 'object', properties: { number: { type: 'integer' } }, required: ['number'] };
const FUNCTION = { name: TOOL, description: 'fetches a story by its number', parameters: SCHEMA };

function bodyOf({ client, story, model, stream }: Asking): unknown {
  const messages = [{ role: 'user', content: promptOf(story) }];
  const { tool } = story;
  if (client === 'chat') return { model, stream, messages, ...(tool && { tools: [{ type: 'function', function: FUNCTION }] }) };
  if (client === 'responses')
    return { model, stream, store: false, input: messages, ...(tool && { tools: [{ type: 'function', ...FUNCTION }] }) };
  const own = { name: TOOL, description: FUNCTION.description, input_schema: SCHEMA };
  return { model, stream, max_tokens: 4000, messages, ...(tool && { tools: [own] }) };
}

export const agent = new Agent({ keepAlive: true, maxSockets: Infinity });

function hear(base: string, asking: Asking, limit: number): Promise<Heard | undefined> {
  const { promise, resolve } = Promise.withResolvers<Heard | undefined>();
  const bytes = Buffer.from(JSON.stringify(bodyOf(asking)));
  const headers = { 'content-type': 'application/json', 'content-length': bytes.length, 'anthropic-version': '2023-06-01' };
  const req = request(`${base}${PATH[asking.client]}`, { method: 'POST', headers, agent });
  const parts: Buffer[] = [];
  let res: IncomingMessage | undefined;
  const over = () => {
    clearTimeout(timer);
    const type = String(res?.headers['content-type'] ?? '');
    resolve({ status: res?.statusCode ?? 0, type, body: Buffer.concat(parts).toString(), complete: res?.complete ?? false });
  };
  const timer = setTimeout(() => {
    resolve(undefined);
    req.destroy();
  }, limit);
  req.on('error', over);
  req.on('response', (head) => {
    res = head;
    head.on('data', (part: Buffer) => parts.push(part));
    head.on('end', over);
    head.on('error', over);
  });
  req.end(bytes);
  return promise;
}

/** What any of the three says in a frame or in a body. */
interface Loose {
  readonly [key: string]: Loose | undefined;
}

const parsed = (text: string): Loose | undefined => {
  try {
    return JSON.parse(text) as Loose;
  } catch {
    return undefined;
  }
};

interface Told {
  text: string;
  calls: string[];
  finished: boolean;
  error: boolean;
}

const list = (value: Loose | undefined): readonly Loose[] => (Array.isArray(value) ? (value as readonly Loose[]) : []);
const word = (value: Loose | undefined): string => (typeof value === 'string' ? value : '');

const FRAME: Readonly<Record<Client, (frame: Loose, told: Told) => void>> = {
  chat(frame, told) {
    const choice = list(frame['choices'])[0];
    told.text += word(choice?.['delta']?.['content']);
    for (const call of list(choice?.['delta']?.['tool_calls'])) {
      const at = Number(call['index']);
      told.calls[at] = (told.calls[at] ?? '') + word(call['function']?.['arguments']);
    }
    if (choice?.['finish_reason']) told.finished = true;
  },
  messages(frame, told) {
    const type = word(frame['type']);
    if (type === 'content_block_start' && word(frame['content_block']?.['type']) === 'tool_use') told.calls.push('');
    if (type === 'content_block_delta') {
      told.text += word(frame['delta']?.['text']);
      if (told.calls.length > 0) told.calls[told.calls.length - 1] += word(frame['delta']?.['partial_json']);
    }
    if (type === 'message_stop') told.finished = true;
  },
  responses(frame, told) {
    const type = word(frame['type']);
    if (type === 'response.output_text.delta') told.text += word(frame['delta']);
    if (type === 'response.function_call_arguments.done') told.calls.push(word(frame['arguments']));
    if (type === 'response.completed') told.finished = true;
    if (type === 'response.failed') told.error = true;
  },
};

const WHOLE: Readonly<Record<Client, (body: Loose, told: Told) => void>> = {
  chat(body, told) {
    const message = list(body['choices'])[0]?.['message'];
    told.text = word(message?.['content']);
    told.calls = list(message?.['tool_calls']).map((call) => word(call['function']?.['arguments']));
  },
  messages(body, told) {
    told.text = list(body['content'])
      .map((block) => word(block['text']))
      .join('');
    told.calls = list(body['content']).flatMap((block) => (word(block['type']) === 'tool_use' ? [JSON.stringify(block['input'])] : []));
  },
  responses(body, told) {
    const output = list(body['output']);
    told.text = output
      .flatMap((item) => list(item['content']))
      .map((part) => word(part['text']))
      .join('');
    told.calls = output.flatMap((item) => (word(item['type']) === 'function_call' ? [word(item['arguments'])] : []));
  },
};

function read({ client, stream }: Asking, { status, type, body }: Heard): Told {
  const told: Told = { text: '', calls: [], finished: false, error: false };
  if (status >= 400 || !stream || !type.includes('event-stream')) {
    const whole = parsed(body);
    told.error = status >= 400 && whole?.['error'] !== undefined;
    if (status !== 200 || whole === undefined) return told;
    told.finished = true;
    WHOLE[client](whole, told);
    return told;
  }
  for (const line of body.split('\n').filter((one) => one.startsWith('data: {'))) {
    const frame = parsed(line.slice(6));
    // Half a frame at the end of a broken stream.
    if (frame === undefined) continue;
    if (frame['error'] !== undefined && frame['error'] !== null) told.error = true;
    FRAME[client](frame, told);
  }
  if (client === 'chat') told.finished &&= body.includes('data: [DONE]');
  return told;
}

export async function judge(base: string, asking: Asking, limit: number): Promise<Judged> {
  const heard = await hear(base, asking, limit);
  if (heard === undefined) return { verdict: 'hung' };
  const told = read(asking, heard);
  const verdict = verdictOf(asking, told, heard);
  return verdict === 'whole' || verdict === 'error'
    ? { verdict }
    : { verdict, heard: `${heard.status} ${heard.complete} ${heard.body.slice(-2000)}` };
}

function verdictOf({ story }: Asking, { text, calls, finished, error }: Told, { complete }: Heard): Verdict {
  if (!finished) return error ? 'error' : complete ? 'silent' : 'untyped';
  const right = story.tool
    ? text === '' && calls.length === 1 && parsed(calls[0]!)?.['number'] === (story.number as unknown)
    : text === textOf(story);
  if (right && !error) return 'whole';
  const head = `Story ${story.number}.`;
  if (calls.length > 1 || text.indexOf(head) !== text.lastIndexOf(head) || text.length > textOf(story).length) return 'doubled';
  return story.tool || textOf(story).startsWith(text) ? 'silent' : 'mixed';
}
