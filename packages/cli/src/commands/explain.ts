import {
  chainOf,
  defaultAgent,
  load,
  problemLine,
  readConfigFile,
  refChain,
  type AgentFile,
  type ChainSpec,
  type Finding,
} from '@holdfast/agent/engine';
import { systemClock } from '@holdfast/core/engine';
import { noAgent } from '../agent-setup.ts';
import { gatewayFile, invalid, readAgentFile } from '../config-files.ts';
import { CommandError, EXIT, type Context } from '../context.ts';
import { explained } from '../explain-facts.ts';
import { budgetStore } from '../io/budget-store.ts';
import { healthStore } from '../io/health-store.ts';
import { keyedHash, openStateFolder } from '../io/state-folder.ts';
import { wallTime } from '../io/wall-time.ts';
import type { Explained } from '../render/explained.ts';
import { explainLines } from '../render/explain-lines.ts';
import { secretsOf } from '../secrets-setup.ts';

export interface ExplainOptions {
  /** A file, or a tier or model. */
  readonly what: string;
  readonly agent?: string;
  readonly tokens?: number;
  readonly maxTokens?: number;
  readonly images?: boolean;
  /** Whose request it is. */
  readonly caller?: string;
}

interface Asked {
  readonly file: AgentFile;
  readonly chains: readonly ChainSpec[];
}

/** `holdfast explain FILE|TIER`: what a request would meet. Nobody is asked, and nothing is written. */
export async function explain(context: Context, options: ExplainOptions): Promise<number> {
  const { file, chains } = await chainsOf(context, options);
  const state = openStateFolder(context.state);
  const secrets = secretsOf(context.environment);
  for (const { name } of file.variables) secrets.add(name, context.env(name) ?? '');
  const health = healthStore(state, (line) => context.terminal.err(`holdfast: ${line}\n`));
  const budgets = budgetStore(state, (line) => context.terminal.err(`holdfast: ${line}\n`));
  try {
    const now = systemClock.now();
    const { tokens = 0, maxTokens, images = false, caller } = options;
    const ports = { env: context.env, health, budgets, hash: keyedHash(state), now, ...(caller !== undefined && { caller }) };
    for (const [at, chain] of chains.entries()) {
      const facts = await explained(chain, file, { tokens, maxTokens, images }, ports);
      if (at > 0 && !context.json) context.terminal.out('\n');
      tell(context, secrets.redactDeep(facts), now);
    }
    return EXIT.done;
  } finally {
    await Promise.all([health.close(), budgets.close()]);
  }
}

function tell({ terminal, json }: Context, facts: Explained, now: number): void {
  const { chain, targets, ...whole } = facts;
  const lines = json
    ? [
        ...targets.map((target, place) => JSON.stringify({ type: 'target', chain, place, ...target })),
        JSON.stringify({ type: 'chain', chain, ...whole }),
      ]
    : explainLines(facts, now, (at) => wallTime(at, now), terminal.outIsTty ? terminal.columns() : undefined);
  terminal.out(`${lines.join('\n')}\n`);
}

/** A file's own chains: of one agent, or of every tier; else the chain that a name of the gateway file means. */
async function chainsOf(context: Context, { what, agent }: ExplainOptions): Promise<Asked> {
  const read = await readConfigFile(what, context.signal);
  if ('problem' in read && !('absent' in read)) throw new CommandError(EXIT.usage, problemLine(read.problem));
  if ('problem' in read) return ofRef(context, what, agent, problemLine(read.problem));
  const { file, kind, problems } = load(read.text, what, { env: context.env });
  if (kind !== 'gateway') return ofAgent(context, what, agent);
  if (!file) throw invalid(`${what} is invalid`, problems);
  return ofTiers(file, context, what);
}

/** Keys that are missing are part of the answer, not in its way. */
async function ofAgent(context: Context, path: string, agent: string | undefined): Promise<Asked> {
  const { file } = await readAgentFile(context, path);
  const name = agent ?? defaultAgent(file);
  if (!file.agents.has(name)) throw noAgent(path, name, file);
  const found = chainOf(file, name, { env: context.env });
  if ('findings' in found) throw new CommandError(EXIT.usage, found.findings.map((finding) => findingWords(path, finding)).join('\n'));
  return { file, chains: [found.chain] };
}

function ofTiers(file: AgentFile, { env }: Context, what: string): Asked {
  if (file.tiers.size === 0) throw new CommandError(EXIT.usage, `${what} has no tiers: name one of its models`);
  return { file, chains: [...file.tiers.keys()].map((tier) => chainFor(file, tier, env)) };
}

async function ofRef(context: Context, ref: string, agent: string | undefined, absent: string): Promise<Asked> {
  if (agent !== undefined || /\.ya?ml$/.test(ref)) throw new CommandError(EXIT.usage, absent);
  const file = (await gatewayFile(context)) ?? load('providers: {}\n', 'holdfast.yaml', { env: context.env, likely: 'gateway' }).file!;
  return { file, chains: [chainFor(file, ref, context.env)] };
}

function chainFor(file: AgentFile, ref: string, env: Context['env']): ChainSpec {
  const found = refChain(file, ref, env);
  if ('chain' in found) return found.chain;
  throw new CommandError(EXIT.usage, found.findings.map((finding) => findingWords(ref, finding)).join('\n'));
}

const findingWords = (ref: string, { message, nearest: near, wayOut }: Finding): string =>
  `${ref}: ${message}${near ? `; did you mean "${near}"?` : ''}${wayOut ? `; ${wayOut}` : ''}`;
