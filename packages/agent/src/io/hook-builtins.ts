import { hostname, userInfo } from 'node:os';
import { arch, platform } from 'node:process';
import { readdir } from 'node:fs/promises';
import type { Clock } from '@holdfast/core';
import { UNSERVED_HOOKS } from '../rules/hook-names.ts';
import type { HookEvent, HookInput, HookOutcome } from '../rules/hook-types.ts';
import { saferShell } from '../rules/safer-shell.ts';
import { isRepository, gitText } from './hook-git.ts';
import { promptFiles } from './prompt-files.ts';
import { postFacts } from './hook-post.ts';

/** What a built-in hook is given. It rejects with a plain Error that says what it could not do. */
export interface BuiltinCall {
  readonly event: HookEvent;
  readonly input: HookInput;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly scrub: (text: string) => string;
  readonly signal: AbortSignal;
}

type Builtin = (call: BuiltinCall) => Promise<Partial<HookOutcome>>;

/** By Docker's names. */
export const BUILTINS: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  ['add_date', async ({ clock }) => ({ context: `Today's date: ${dateOf(clock.now())}` })],
  ['add_environment_info', environmentInfo],
  ['add_prompt_files', promptFiles],
  ['add_git_status', async (call) => headed('Git status', await gitText(call, ['status', '--short', '--branch']))],
  ['add_git_diff', gitDiff],
  ['add_directory_listing', directoryListing],
  ['add_user_info', async () => ({ context: `User: ${userInfo().username}\nHost: ${hostname()}` })],
  ['add_recent_commits', recentCommits],
  ['max_iterations', maxIterations],
  ['redact_secrets', redactSecrets],
  // The runtime itself cuts what is long and keeps the whole in a file.
  ['limit_large_tool_results', async () => ({})],
  ['safer_shell', async (call) => safer(call)],
  ['http_post', postFacts],
  ...UNSERVED_HOOKS.map((name): [string, Builtin] => [name, () => unserved(name)]),
]);

const unserved = (name: string): Promise<never> => Promise.reject(new Error(`${name} is not served by Holdfast: remove it`));

const headed = (title: string, text: string | undefined): Partial<HookOutcome> => (text ? { context: `${title}:\n${text}` } : {});

function dateOf(now: number): string {
  const date = new Date(now);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

async function environmentInfo(call: BuiltinCall): Promise<Partial<HookOutcome>> {
  const git = (await isRepository(call)) ? 'yes' : 'no';
  const facts = { 'Working directory': call.cwd, 'Git repository': git, 'Operating system': platform, 'CPU architecture': arch };
  return {
    context: Object.entries(facts)
      .map(([name, value]) => `${name}: ${value}`)
      .join('\n'),
  };
}

async function gitDiff(call: BuiltinCall): Promise<Partial<HookOutcome>> {
  const options = ['--no-ext-diff', '--no-textconv', '--no-color'];
  if (call.args[0] === 'full') return headed('Git diff', await gitText(call, ['diff', ...options]));
  return headed('Git diff', await gitText(call, ['diff', '--stat', ...options]));
}

async function recentCommits(call: BuiltinCall): Promise<Partial<HookOutcome>> {
  const count = countOf(call, 10);
  return headed('Recent commits', await gitText(call, ['log', '--oneline', '--no-color', '-n', String(count)]));
}

/** Entries that are listed; the rest is counted. */
const MOST_ENTRIES = 100;

async function directoryListing({ cwd }: BuiltinCall): Promise<Partial<HookOutcome>> {
  const found = (await readdir(cwd, { withFileTypes: true })).filter(({ name }) => !name.startsWith('.'));
  const names = found.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).toSorted();
  const more = names.length > MOST_ENTRIES ? [`… and ${names.length - MOST_ENTRIES} more`] : [];
  return headed(`Entries of ${cwd}`, [...names.slice(0, MOST_ENTRIES), ...more].join('\n'));
}

async function maxIterations(call: BuiltinCall): Promise<Partial<HookOutcome>> {
  const most = countOf(call);
  const { iteration } = call.input;
  if (typeof iteration !== 'number') throw new Error(`stands at ${call.event}, which counts no model calls; it belongs to before_llm_call`);
  return iteration > most ? { allowed: false, message: `The hook max_iterations ends this run after ${most} model calls.` } : {};
}

/** The first argument as a count. */
function countOf({ args: [written] }: BuiltinCall, otherwise?: number): number {
  if (written === undefined && otherwise !== undefined) return otherwise;
  const count = Number(written);
  if (!Number.isInteger(count) || count < 1)
    throw new Error(`its argument is ${JSON.stringify(written) ?? 'missing'}; it takes a count from 1`);
  return count;
}

async function redactSecrets({ event, input, scrub }: BuiltinCall): Promise<Partial<HookOutcome>> {
  const response = input['tool_response'];
  if (event === 'tool_response_transform' && typeof response === 'string') {
    const clean = scrub(response);
    return clean === response ? {} : { response: clean };
  }
  if (event !== 'pre_tool_use' || typeof input['tool_input'] !== 'object') return {};
  const before = JSON.stringify(input['tool_input']);
  const clean = scrub(before);
  return clean === before ? {} : { input: JSON.parse(clean) as Readonly<Record<string, unknown>> };
}

/** `args: [deny]`: what it would ask about is denied. */
function safer({ input, args }: BuiltinCall): Partial<HookOutcome> {
  const { cmd, command = cmd } = (input['tool_input'] ?? {}) as { readonly cmd?: unknown; readonly command?: unknown };
  const doubt = typeof command === 'string' ? saferShell(command) : undefined;
  if (!doubt) return {};
  if (args.includes('deny')) return { allowed: false, message: doubt.ask, decision: 'deny', decisionReason: doubt.ask };
  return { decision: 'ask', decisionReason: doubt.ask };
}
