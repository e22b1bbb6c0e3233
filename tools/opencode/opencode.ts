import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '../../packages/server/test/gateway-process.ts';
import { KEY } from '../../packages/server/test/gateway-process.ts';

/** The packages that opencode speaks to a provider of its own file with; they are within its binary. */
const PACKAGE: Readonly<Record<Client, string>> = {
  'openai-chat': '@ai-sdk/openai-compatible',
  'openai-responses': '@ai-sdk/openai',
  'anthropic-messages': '@ai-sdk/anthropic',
};

export interface Asking {
  readonly program: string;
  readonly client: Client;
  readonly base: string;
  readonly model: string;
  readonly prompt: string;
  /** Tokens. */
  readonly window: number;
  /** A proxy and a registry that lead nowhere. */
  readonly nowhere: string;
  /** Ms after which it is taken to loop. */
  readonly limit: number;
  /** Files of the working folder. */
  readonly files?: Readonly<Record<string, string>>;
  /** The title of the session is wanted too. */
  readonly title?: boolean;
}

export interface Ran {
  readonly code: number | null;
  /** It did not end by itself. */
  readonly killed: boolean;
  readonly ms: number;
  /** What it showed, text by text; not what it said to itself. */
  readonly texts: readonly string[];
  readonly errors: readonly string[];
  readonly title: string | undefined;
  readonly err: string;
}

/** One run of the real opencode, without a terminal, in a home of its own. */
export async function runOpencode(asking: Asking): Promise<Ran> {
  const home = mkdtempSync(join(realpathSync(tmpdir()), 'holdfast-opencode-'));
  const work = join(home, 'work');
  mkdirSync(work);
  for (const [name, text] of Object.entries(asking.files ?? {})) writeFileSync(join(work, name), text);
  try {
    const on = { cwd: work, env: environment(home, asking), limit: asking.limit };
    const run = await spawned(asking.program, ['run', '--format', 'json', asking.prompt], on);
    const list = asking.title ? await spawned(asking.program, ['session', 'list', '--format', 'json'], on) : undefined;
    return { ...run, ...shown(run.out), title: list && titleOf(list.out) };
  } finally {
    rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }
}

/** Nothing of this process but what every program needs; nothing is fetched, and what wants to be leads nowhere. */
function environment(home: string, { client, base, model, window, nowhere }: Asking): Record<string, string> {
  const entry = { name: model, tool_call: true, limit: { context: window, output: 1_000 } };
  const config = {
    autoupdate: false,
    share: 'disabled',
    enabled_providers: ['gateway'],
    model: `gateway/${model}`,
    small_model: `gateway/${model}`,
    provider: {
      gateway: { npm: PACKAGE[client], name: 'Gateway', options: { baseURL: base, apiKey: KEY }, models: { [model]: entry } },
    },
  };
  const folders = Object.fromEntries(['CONFIG', 'DATA', 'CACHE', 'STATE'].map((one) => [`XDG_${one}_HOME`, join(home, one)]));
  const off = ['MODELS_FETCH', 'AUTOUPDATE', 'PROJECT_CONFIG', 'DEFAULT_PLUGINS', 'LSP_DOWNLOAD', 'SHARE', 'CLAUDE_CODE'];
  const away = ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy', 'npm_config_registry'];
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    ...folders,
    ...Object.fromEntries(off.map((one) => [`OPENCODE_DISABLE_${one}`, '1'])),
    ...Object.fromEntries(away.map((one) => [one, nowhere])),
    NO_PROXY: '127.0.0.1,localhost',
    no_proxy: '127.0.0.1,localhost',
    OPENCODE_CONFIG_CONTENT: JSON.stringify(config),
  };
}

interface Spawned {
  readonly code: number | null;
  readonly killed: boolean;
  readonly ms: number;
  readonly out: string;
  readonly err: string;
}

function spawned(
  program: string,
  words: readonly string[],
  { limit, ...on }: { readonly cwd: string; readonly env: Record<string, string>; readonly limit: number },
): Promise<Spawned> {
  const began = performance.now();
  const child = spawn(program, words, { ...on, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { out: '', err: '', killed: false };
  child.stdout.setEncoding('utf8').on('data', (text: string) => void (said.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (said.err += text));
  const late = setTimeout(() => {
    said.killed = true;
    child.kill('SIGKILL');
  }, limit);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(late);
      resolve({ ...said, code, ms: performance.now() - began });
    });
  });
}

interface Event {
  readonly type: string;
  readonly part?: { readonly text?: string; readonly synthetic?: boolean };
  readonly error?: { readonly name?: string; readonly data?: { readonly message?: string } };
}

/** One JSON object a line; a text is told when it is complete. */
function shown(out: string): Pick<Ran, 'texts' | 'errors'> {
  const events = out.split('\n').flatMap((line): readonly Event[] => (line.startsWith('{') ? [JSON.parse(line) as Event] : []));
  return {
    texts: events.flatMap(({ type, part }) => (type === 'text' && part?.synthetic !== true ? [part?.text ?? ''] : [])),
    errors: events.flatMap(({ type, error }) => (type === 'error' ? [`${error?.name}: ${error?.data?.message}`] : [])),
  };
}

function titleOf(out: string): string | undefined {
  const list = JSON.parse(out.slice(out.indexOf('['))) as readonly { readonly title?: string }[];
  return list[0]?.title;
}
