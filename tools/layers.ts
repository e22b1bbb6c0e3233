/** The layer table: who may import whom. A file belongs to the longest prefix that fits; each layer sees only what is named. */
export interface Layer {
  readonly path: string;
  /** Prefixes of files of the checkout, and packages by name. `node:` admits Node's own modules. */
  readonly may: readonly string[];
  /** Only functions from data to data. */
  readonly pure?: true;
  /** May touch the clock, chance, timers and the process. */
  readonly world?: true;
}

const CORE = 'packages/core/src/';
const AGENT = 'packages/agent/src/';
const LAB = 'packages/lab/src/';
const SERVER = 'packages/server/src/';
const CLI = 'packages/cli/src/';
const VENDORS = ['@ai-sdk/provider', '@ai-sdk/anthropic', '@ai-sdk/openai', '@ai-sdk/openai-compatible', '@ai-sdk/google'];

const LAYERS: readonly Layer[] = [
  { path: `${CORE}rules/`, may: [`${CORE}rules/`, '@ai-sdk/provider'], pure: true },
  { path: `${CORE}wire/`, may: [`${CORE}wire/`, `${CORE}rules/`, '@ai-sdk/provider'], pure: true },
  { path: `${CORE}io/`, may: [CORE, 'node:', '@opentelemetry/api'], world: true },
  { path: `${CORE}providers/`, may: [CORE, ...VENDORS] },
  { path: `${CORE}testing/`, may: [CORE, 'vitest', 'fast-check', '@ai-sdk/provider', 'node:'] },
  { path: CORE, may: [CORE, '@ai-sdk/provider'] },
  { path: `${AGENT}rules/`, may: [`${AGENT}rules/`, '@ai-sdk/provider'], pure: true },
  { path: `${AGENT}io/`, may: [AGENT, '@holdfast/core', 'node:'], world: true },
  { path: `${AGENT}mcp/`, may: [AGENT, '@holdfast/core', '@modelcontextprotocol/client'] },
  { path: `${AGENT}tools/`, may: [AGENT, '@holdfast/core', 'robots-parser', 'node:'] },
  { path: `${AGENT}config/`, may: [AGENT, '@holdfast/core', 'yaml', 'zod'] },
  { path: `${AGENT}testing/`, may: [AGENT, '@holdfast/core', 'vitest', 'fast-check', 'node:'] },
  { path: AGENT, may: [AGENT, '@holdfast/core', '@ai-sdk/provider'] },
  { path: `${LAB}outage`, may: [`${LAB}outage`], pure: true },
  { path: `${LAB}checker/`, may: [`${LAB}checker/`], pure: true },
  { path: `${LAB}provider/`, may: [LAB, '@holdfast/core', 'node:'], world: true },
  { path: `${LAB}io/`, may: [LAB, '@holdfast/core', 'node:'], world: true },
  { path: LAB, may: [LAB, '@holdfast/core', '@holdfast/agent', '@ai-sdk/provider'] },
  { path: `${SERVER}rules/`, may: [`${SERVER}rules/`, '@holdfast/core'], pure: true },
  {
    path: `${SERVER}io/`,
    may: [SERVER, '@holdfast/core', '@holdfast/agent', 'undici', 'rate-limiter-flexible', 'prom-client', 'node:'],
    world: true,
  },
  { path: SERVER, may: [SERVER, '@holdfast/core', '@holdfast/agent', '@ai-sdk/provider', 'prom-client', 'node:http'] },
  { path: `${CLI}render/`, may: [`${CLI}render/`, '@holdfast/core', '@holdfast/agent'], pure: true },
  { path: `${CLI}litellm/`, may: [`${CLI}litellm/`, '@holdfast/agent'], pure: true },
  {
    path: `${CLI}io/`,
    may: [CLI, '@holdfast/core', '@holdfast/agent', '@holdfast/server', '@holdfast/lab', 'node:', 'undici'],
    world: true,
  },
  { path: `${CLI}main.ts`, may: [CLI, '@holdfast/core', '@holdfast/agent', 'commander', 'node:'], world: true },
  { path: CLI, may: [CLI, '@holdfast/core', '@holdfast/agent', '@holdfast/server', '@holdfast/lab', 'commander'] },
];

export const layerOf = (file: string): Layer | undefined =>
  LAYERS.filter(({ path }) => file.startsWith(path)).toSorted((a, b) => b.path.length - a.path.length)[0];

/** What a pure file may not even spell outside comments. */
export const IMPURE =
  /\b(async|await|Promise|Date\.now|Math\.random|setTimeout|setInterval|setImmediate|queueMicrotask|performance\.now|randomUUID)\b|new Date\(\)|(?<![.\w])process\.|\bconsole\.|\bfetch\(|from 'node:/;

/** Time, chance, ids and the environment are ports outside `io/`, the lab's providers and the command's main. */
export const WORLD =
  /\bDate\.now\b|new Date\(\)|\bMath\.random\b|\brandomUUID\b|\bset(Timeout|Interval|Immediate)\(|\bperformance\.now\b|(?<![.\w])process\.|\bAbortSignal\.(timeout|any)\b/;

/** Code without comments and without the text of strings, which may name anything. */
export const codeOf = (text: string): string =>
  text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|[^:'"`\\])\/\/.*$/gm, '$1')
    .replace(/'(?:[^'\\\n]|\\.)*'/g, (literal, at: number, whole: string) =>
      /from\s*$/.test(whole.slice(Math.max(0, at - 8), at)) ? literal : "''",
    );
