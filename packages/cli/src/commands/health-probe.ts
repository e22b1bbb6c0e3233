import { load, refChain, type AgentFile, type ChainSpec } from '@holdfast/agent/engine';
import {
  humanDuration,
  isCallFailure,
  parseDuration,
  systemClock,
  type Beliefs,
  type CallRecord,
  type HealthStore,
  type Why,
} from '@holdfast/core/engine';
import { gatewayFile } from '../config-files.ts';
import { CommandError, EXIT, type Context } from '../context.ts';
import { exitOfKind } from '../exit-code.ts';
import { openStateFolder } from '../io/state-folder.ts';
import { openPorts } from '../model-ports.ts';
import { chainModel } from '../model-setup.ts';
import { secretsOf } from '../secrets-setup.ts';

/** As short as a question can be; some models spend tokens on thinking before a word. */
const PROMPT = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'Answer with the word yes.' }] }];
const MOST_TOKENS = 64;
const LEVELS = 6;

/** `holdfast health probe PROVIDER/MODEL`: asks one model now, whatever is believed of it, and believes what it finds. */
export async function probe(context: Context, ref: string | undefined, timeout?: string): Promise<number> {
  if (ref === undefined || ref === '') throw new CommandError(EXIT.usage, 'probe what? Name PROVIDER/MODEL');
  const file = (await gatewayFile(context)) ?? load('providers: {}\n', 'holdfast.yaml', { env: context.env, likely: 'gateway' }).file!;
  const most = timeout === undefined ? undefined : patienceOf(timeout);
  const chain = within(chainOf(file, ref, context), most);
  const secrets = secretsOf(context.environment);
  const state = openStateFolder(context.state);
  const notice = (line: string): void => context.terminal.err(`holdfast: ${line}\n`);
  const path = context.config?.file ?? 'holdfast.yaml';
  const ports = openPorts(context, { state, path, file }, secrets, { call: () => {}, notice });
  const asked = asking(ports.health);
  const waited = most ?? chain.settings.timeouts?.firstToken;
  if (!context.json)
    notice(
      `asking ${ref} and waiting for its answer${waited === undefined ? '' : `, for ${humanDuration(waited)} at most`}; Ctrl-C gives up`,
    );
  const model = await chainModel(chain, file, { ...ports, health: asked.store });
  try {
    const { providerMetadata } = await model.model.doGenerate({
      prompt: PROMPT,
      maxOutputTokens: MOST_TOKENS,
      abortSignal: context.signal,
    });
    const record = providerMetadata?.['holdfast'] as unknown as CallRecord;
    const freed = await free(ports.health, asked.scopes, record.place ?? 0);
    const held = await keptByHand(ports.health, asked.scopes);
    tell(context, { ref, ok: true, ms: record.ms, freed, ...(held.length > 0 && { byHand: held }) }, [
      ...answered(ref, record.ms, freed),
      ...held.map((scope) => `it still rests, set by hand: holdfast health clear ${scope}`),
    ]);
    return EXIT.done;
  } catch (error) {
    if (!isCallFailure(error) || error.kind === 'cancelled') throw error;
    tell(context, { ref, ok: false, kind: error.kind, message: secrets.redact(error.message) }, [secrets.redact(error.message)]);
    return exitOfKind(error.kind);
  } finally {
    await model.close();
    await ports.close();
  }
}

/** One model, once: no other target answers for it, and nothing is waited for. */
function chainOf(file: AgentFile, ref: string, { env }: Context): ChainSpec {
  const found = refChain(file, ref, env);
  if ('findings' in found) throw new CommandError(EXIT.usage, found.findings.map(({ message }) => `${ref}: ${message}`).join('\n'));
  if (found.chain.targets.length !== 1)
    throw new CommandError(
      EXIT.usage,
      `${ref} is ${found.chain.targets.length} models: name one of ${found.chain.targets.map((one) => one.ref).join(', ')}`,
    );
  return { ...found.chain, settings: { ...found.chain.settings, retries: 0, patience: 0 } };
}

/** The store with its rests out of the way; what the call finds is believed. */
function asking(store: HealthStore): { readonly store: HealthStore; readonly scopes: readonly string[] } {
  const NOTHING: Beliefs = new Map();
  let scopes: readonly string[] = [];
  const open: HealthStore = {
    read: (of) => {
      scopes = of;
      return NOTHING;
    },
    claim: () => ({ ok: true }),
    report: (target, report, now) => store.report(target, report, now),
    set: (scope, rest, now) => store.set(scope, rest, now),
    clear: (scope) => store.clear(scope),
    list: () => store.list(),
    close: () => {},
  };
  return {
    store: open,
    get scopes() {
      return scopes;
    },
  };
}

/** Ends the rests of the key that answered, but those that somebody set by hand. */
async function free(store: HealthStore, scopes: readonly string[], place: number): Promise<readonly string[]> {
  const own = scopes.slice(place * LEVELS, (place + 1) * LEVELS);
  const now = systemClock.now();
  const freed: string[] = [];
  for (const [scope, belief] of await store.read(own)) {
    if (belief.tag === 'cool' || belief.byHand) continue;
    await store.set(scope, { until: now, why: belief.why satisfies Why }, now);
    freed.push(scope);
  }
  return freed;
}

/** `--timeout`: for the whole of it, whatever the file says. */
function patienceOf(text: string): number {
  const parsed = parseDuration(text);
  if ('error' in parsed) throw new CommandError(EXIT.usage, `--timeout: ${parsed.error}`);
  if (parsed.ms <= 0) throw new CommandError(EXIT.usage, '--timeout: more than 0 is needed, such as 10s');
  return parsed.ms;
}

const within = (chain: ChainSpec, ms: number | undefined): ChainSpec => {
  if (ms === undefined) return chain;
  const limits = { connect: ms, firstToken: ms, stall: ms, silence: ms, attempt: ms, total: ms };
  return { ...chain, settings: { ...chain.settings, timeouts: limits } };
};

/** What somebody set is his to end. */
const keptByHand = async (store: HealthStore, scopes: readonly string[]): Promise<readonly string[]> => {
  const now = systemClock.now();
  return [...(await store.read(scopes))].flatMap(([scope, belief]) =>
    belief.tag !== 'cool' && belief.byHand && belief.until > now ? [scope] : [],
  );
};

const answered = (ref: string, ms: number, freed: readonly string[]): readonly string[] => [
  `${ref} answered in ${humanDuration(ms)}${freed.length === 0 ? '' : '; usable again:'}`,
  ...freed.map((scope) => `  ${scope}`),
];

function tell({ terminal, json }: Context, row: object, lines: readonly string[]): void {
  terminal.out(`${json ? JSON.stringify({ action: 'probe', ...row }) : lines.join('\n')}\n`);
}
