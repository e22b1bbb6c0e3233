import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import type { ProtocolName } from './protocol.ts';
import type { LabProvider } from './server.ts';

/** What came over the wire, for tests that look at bytes. */
export interface Heard {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** HTTP's own end was seen. */
  readonly complete: boolean;
  /** The socket's error code, where it broke. */
  readonly error: string | undefined;
}

export interface RawRequest {
  readonly model?: string;
  readonly prompt?: string;
  readonly body?: unknown;
  readonly path?: string;
  readonly method?: string;
  readonly stream?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  /** Hangs up as soon as this holds of the text so far; `true`: as soon as the head is there. */
  readonly until?: (text: string) => boolean;
}

const PATH: Readonly<Record<ProtocolName, string>> = {
  'openai-chat': '/chat/completions',
  'anthropic-messages': '/messages',
  'openai-responses': '/responses',
  google: '/models/MODEL:',
};

const TOOL = { type: 'object', properties: { path: { type: 'string' }, lines: { type: 'integer' } }, required: ['path'] };

/** A small request with one tool, in the protocol's own words. */
export function bodyFor(protocol: ProtocolName, { model = 'small-1', prompt = 'Tell it.', stream = true }: RawRequest): unknown {
  const messages = [{ role: 'user', content: prompt }];
  const tool = { name: 'read_file', description: 'reads', parameters: TOOL };
  switch (protocol) {
    case 'openai-chat':
      return { model, stream, stream_options: { include_usage: true }, messages, tools: [{ type: 'function', function: tool }] };
    case 'anthropic-messages':
      return { model, stream, max_tokens: 1_000, messages, tools: [{ name: tool.name, input_schema: TOOL }] };
    case 'openai-responses':
      return { model, stream, input: messages, tools: [{ type: 'function', ...tool }] };
    case 'google':
      return { contents: [{ role: 'user', parts: [{ text: prompt }] }], tools: [{ functionDeclarations: [tool] }] };
  }
}

/** One request over a socket of its own. Resolves however it ends. */
export function hear(provider: LabProvider, protocol: ProtocolName, asked: RawRequest = {}): Promise<Heard> {
  const { stream = true, model = 'small-1', method = 'POST' } = asked;
  const google = protocol === 'google' ? (stream ? 'streamGenerateContent?alt=sse' : 'generateContent') : '';
  const path = asked.path ?? PATH[protocol].replace('MODEL', model) + google;
  const headers = { 'content-type': 'application/json', ...asked.headers };
  const body = method === 'POST' ? JSON.stringify(asked.body ?? bodyFor(protocol, asked)) : undefined;
  const req = request(provider.url + path, { method, headers, agent: false });
  const heard = listening(req, asked.until);
  req.end(body);
  return heard;
}

function listening(req: ClientRequest, until?: (text: string) => boolean): Promise<Heard> {
  const { promise, resolve } = Promise.withResolvers<Heard>();
  let res: IncomingMessage | undefined;
  let text = '';
  const over = (error?: NodeJS.ErrnoException) =>
    resolve({ status: res?.statusCode, headers: res?.headers ?? {}, text, complete: res?.complete ?? false, error: error?.code });
  const look = () => {
    if (!until?.(text)) return;
    over();
    req.destroy();
  };
  req.on('error', over);
  req.on('response', (head) => {
    res = head.setEncoding('utf8');
    res.on('data', (chunk: string) => {
      text += chunk;
      look();
    });
    res.on('end', () => over());
    res.on('error', over);
    look();
  });
  return promise;
}

/** Foreign JSON that a test looks into: a path that is not there fails the test by itself. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Loose = any;

/** The payloads of a text of events, in order; those that do not parse as text. */
export const payloads = (text: string): Loose[] =>
  text
    .split(/\r?\n/)
    .filter((line) => line.startsWith('data: '))
    .map((line) => {
      try {
        return JSON.parse(line.slice(6)) as Loose;
      } catch {
        return line.slice(6);
      }
    });
