import { orAbort } from '@holdfast/core/engine';
import { yamlData } from '../config/yaml-data.ts';
import { httpCall } from '../io/http-call.ts';
import type { Tool, Toolset } from '../ports.ts';
import { operationsOf, type Operation } from '../rules/openapi.ts';
import { requestOf } from '../rules/openapi-request.ts';
import { workTool } from './define.ts';
import { answerOutput, MOST_BODY, type HttpTools } from './http-output.ts';
import { textsOf, ToolsetError } from './settings.ts';

/** Bytes of a document. */
const MOST_DOCUMENT = 10_485_760;

/**
 * The operations of an OpenAPI document as tools.
 *
 * Y1. It is fetched when its tools are first wanted, once for all who want them at that time; what failed is tried again the next time.
 * Y2. The headers of the file go where the document is and to the servers it names: not from https to http, not where it redirects.
 */
export class OpenApiToolset implements Toolset {
  readonly name: string;
  readonly #url: URL;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #tools: HttpTools;
  readonly #end = new AbortController();
  #starting: Promise<readonly Tool[]> | undefined;

  constructor(raw: Readonly<Record<string, unknown>>, tools: HttpTools) {
    const url = raw['url'];
    if (typeof url !== 'string' || !/^https?:\/\//i.test(url) || !URL.canParse(url))
      throw new ToolsetError('settings', 'openapi', 'A toolset of type "openapi" needs a "url" that begins with http:// or https://');
    this.#url = new URL(url);
    this.name = `openapi "${this.#url.origin}${this.#url.pathname}"`;
    this.#headers = Object.fromEntries(Object.entries(textsOf(raw['headers'])).map(([name, value]) => [name.toLowerCase(), value]));
    this.#tools = tools;
  }

  tools(signal: AbortSignal): Promise<readonly Tool[]> {
    this.#starting ??= this.#start().catch((error: unknown) => {
      this.#starting = undefined;
      throw error;
    });
    return orAbort(this.#starting, signal);
  }

  async close(): Promise<void> {
    this.#end.abort(new Error('it was closed'));
    await this.#starting?.catch(() => {});
  }

  async #start(): Promise<readonly Tool[]> {
    const headers = { accept: 'application/json, application/yaml;q=0.9, */*;q=0.5', ...this.#headers };
    const limits = { ...this.#tools.limits, signal: this.#end.signal, most: MOST_DOCUMENT };
    const answer = await httpCall({ method: 'GET', url: this.#url, headers }, limits);
    if (answer.status !== 200) throw new Error(`the document cannot be had: ${this.#url.host} answered with status ${answer.status}`);
    if (answer.cut) throw new Error(`the document is larger than ${MOST_DOCUMENT} bytes`);
    const base = answer.url.hostname === this.#url.hostname ? answer.url : this.#url;
    return operationsOf(documentOf(answer.body)).map((operation) => this.#tool(operation, base));
  }

  #tool(operation: Operation, document: URL): Tool {
    const { name, description, parameters, method } = operation;
    const reads = method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
    const server = serverOf(operation.server ?? '/', document, Object.keys(this.#headers).length > 0);
    return workTool({
      name,
      description,
      parameters,
      readOnly: reads,
      idempotent: reads || method === 'PUT' || method === 'DELETE',
      sequential: !reads,
      category: 'openapi',
      touches: async () => ({ reads: [], writes: [] }),
      run: async (input, { signal }) => {
        const { path, headers, body } = requestOf(operation, input);
        const url = new URL(server + (path.startsWith('/') ? path : `/${path}`));
        const call = { method, url, headers: { ...headers, ...this.#headers }, ...(body !== undefined && { body }) };
        return answerOutput(await httpCall(call, { ...this.#tools.limits, signal, most: MOST_BODY }), this.#tools.scrub);
      },
    });
  }
}

/** Where an operation is called, without a `/` at its end. `secret`: headers go along. */
export function serverOf(server: string, document: URL, secret: boolean): string {
  if (!URL.canParse(server, document)) throw new Error(`"${server}", a server of it, is no URL`);
  const url = new URL(server, document);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new Error(`${url.origin === 'null' ? url.protocol : url.origin}, a server of it, is not http or https`);
  if (document.protocol === 'https:' && url.protocol === 'http:' && secret)
    throw new Error(`${url.origin}, a server of it, is http: the headers of the toolset would go there in the clear`);
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

function documentOf(text: string): unknown {
  try {
    return yamlData(text);
  } catch (error) {
    throw new Error(`the document is neither JSON nor YAML: ${(error as Error).message.split('\n')[0]}`, { cause: error });
  }
}
