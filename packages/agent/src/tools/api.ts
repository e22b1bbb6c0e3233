import { httpCall, type HttpCall } from '../io/http-call.ts';
import type { Tool } from '../ports.ts';
import { filled, placesOf, textOf } from '../rules/url-template.ts';
import { object, workTool, type Input } from './define.ts';
import { answerOutput, MOST_BODY, type HttpTools } from './http-output.ts';
import { mapOf, texts, textsOf, ToolsetError } from './settings.ts';

/** One tool of `api_config`, by Docker's names. */
interface Api {
  readonly name: string;
  readonly instruction: string;
  readonly endpoint: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly args: Readonly<Record<string, unknown>>;
  readonly required: readonly string[];
}

const METHODS: readonly string[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** A call of one HTTP endpoint as a tool. Throws a `ToolsetError` that says what is wrong with its settings. */
export function apiTool(config: unknown, tools: HttpTools): Tool {
  const api = apiOf(mapOf(config));
  const reads = api.method === 'GET';
  return workTool({
    name: api.name,
    description: api.instruction === '' ? `${api.method} ${api.endpoint}` : api.instruction,
    parameters: object(api.args, api.required),
    readOnly: reads,
    idempotent: reads || api.method === 'PUT' || api.method === 'DELETE',
    sequential: !reads,
    category: 'api',
    touches: async () => ({ reads: [], writes: [] }),
    run: async (input, { signal }) =>
      answerOutput(await httpCall(callOf(api, input), { ...tools.limits, signal, most: MOST_BODY }), tools.scrub),
  });
}

function apiOf(raw: Readonly<Record<string, unknown>>): Api {
  const name = typeof raw['name'] === 'string' ? raw['name'] : '';
  const wrong = (what: string): never => {
    throw new ToolsetError('settings', name || 'api_config', `The api tool "${name}" ${what}`);
  };
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(name)) wrong('needs a "name" of letters, digits, "_" and "-", 64 at most');
  const endpoint = typeof raw['endpoint'] === 'string' ? raw['endpoint'] : '';
  const method = typeof raw['method'] === 'string' ? raw['method'].toUpperCase() : '';
  if (!METHODS.includes(method)) wrong(`needs a "method": one of ${METHODS.join(', ')}`);
  const host = /^(https?:\/\/[^/?#]*)/i.exec(endpoint)?.[1];
  if (host === undefined || !URL.canParse(filled(endpoint, {})))
    wrong('needs an "endpoint" that begins with http:// or https:// and a host');
  if (placesOf(host!).length > 0) wrong('has an argument in the host of its "endpoint": the host stands in the file');
  const args = Object.fromEntries(Object.entries(mapOf(raw['args'])).map(([arg, schema]) => [arg, { type: 'string', ...mapOf(schema) }]));
  const stray = [...placesOf(endpoint), ...texts(raw['required'])].find((arg) => !Object.hasOwn(args, arg));
  if (stray !== undefined) wrong(`has no argument "${stray}" under "args"`);
  const instruction = typeof raw['instruction'] === 'string' ? raw['instruction'].trim() : '';
  return { name, instruction, endpoint, method, headers: textsOf(raw['headers']), args, required: texts(raw['required']) };
}

/** What stands in the endpoint goes there; the rest into the query of a GET or DELETE, into the JSON body of the others. */
function callOf({ endpoint, method, headers, args }: Api, input: Input): HttpCall {
  const url = new URL(filled(endpoint, input));
  const placed = placesOf(endpoint);
  const given = Object.keys(args).filter((name) => input[name] !== undefined && input[name] !== null);
  if (method === 'GET' || method === 'DELETE') {
    const more = given.flatMap((name) =>
      placed.includes(name) ? [] : [`${encodeURIComponent(name)}=${encodeURIComponent(textOf(input[name]))}`],
    );
    // `searchParams` would write anew what the file has written.
    url.search = [...(url.search === '' ? [] : [url.search.slice(1)]), ...more].join('&');
    return { method, url, headers };
  }
  const body = JSON.stringify(Object.fromEntries(given.map((name) => [name, input[name]])));
  return { method, url, headers: { 'content-type': 'application/json', ...lowered(headers) }, body };
}

/** Two headers that differ only in their case are one. */
const lowered = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
