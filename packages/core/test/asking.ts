import type { Attempt, Part } from '../src/model.ts';
import { askModel } from '../src/providers/ask.ts';
import { resolveProvider, type ProviderEntry, type ResolvedProvider } from '../src/providers/registry.ts';
import { transport, type Transport } from '../src/providers/transport.ts';
import { openModel } from '../src/providers/vendor.ts';
import type { RequestFacts, Target } from '../src/rules/target.ts';
import { END, type Source } from '../src/source.ts';

export const KEY = 'sk-test-0123456789';

export function resolved(entry: ProviderEntry): ResolvedProvider {
  const answer = resolveProvider({ token_key: 'TEST_KEY', ...entry }, (name) => (name === 'TEST_KEY' ? KEY : undefined));
  if ('error' in answer) throw new Error(answer.error.message);
  return answer.ok;
}

/** The real clock: over HTTP limits are waited for by events. */
export const realTransport = (fetch: typeof globalThis.fetch = globalThis.fetch): Transport =>
  transport({
    fetch,
    clock: {
      now: () => Date.now(),
      after: (ms, wake) => {
        const timer = setTimeout(wake, ms);
        return () => clearTimeout(timer);
      },
    },
  });

export interface AskedFor {
  readonly chat?: 'openai' | 'openai-compatible';
  readonly attempt?: Partial<Pick<Attempt, 'signal'>> & Pick<Attempt, 'watch' | 'head' | 'repair'>;
  readonly target?: Partial<Target>;
  readonly transport?: Transport;
  readonly model?: string;
  readonly request?: Partial<Parameters<ReturnType<typeof askModel>>[0]>;
}

const FACTS: RequestFacts = { tokens: 10, images: false, stops: false, afterTool: false, prompt: '', replayable: true };

function attemptOn(provider: ResolvedProvider, asked: AskedFor = {}): Attempt {
  const target: Target = {
    place: 0,
    ref: `${provider.name}/m`,
    entry: provider.name,
    model: asked.model ?? 'm',
    protocol: provider.protocol,
    credential: `${provider.name}#TEST_KEY`,
    account: provider.name,
    group: 'm',
    ...asked.target,
  };
  return {
    call: 'c',
    attempt: 1,
    target,
    facts: FACTS,
    signal: new AbortController().signal,
    share: 10_000,
    abort: () => {},
    ...asked.attempt,
  };
}

const TOOLS = [
  { type: 'function' as const, name: 'look', inputSchema: { type: 'object' as const, properties: { at: { type: 'string' as const } } } },
];

/** Asks `provider` as a chain would. */
export function ask(provider: ResolvedProvider, asked: AskedFor = {}): Promise<Source<Part>> {
  const wire = asked.transport ?? realTransport();
  const open = () => openModel(provider, asked.model ?? 'm', { fetch: wire.fetch, ...(asked.chat && { chat: asked.chat }) });
  const request = { prompt: [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'hi' }] }], tools: TOOLS, ...asked.request };
  return askModel(open, { transport: wire })(request, attemptOn(provider, asked));
}

/** Every part; a rejection counts as an `error` part, so that one assertion fits the ways a failure may come. */
export async function parts(asking: Promise<Source<Part>>): Promise<Part[]> {
  const all: Part[] = [];
  try {
    const source = await asking;
    for (let part = await source.next(); part !== END; part = await source.next()) all.push(part);
  } catch (error) {
    all.push({ type: 'error', error });
  }
  return all;
}

export const textOf = (all: readonly Part[]): string => all.map((part) => (part.type === 'text-delta' ? part.delta : '')).join('');
export const typesOf = (all: readonly Part[]): string[] => all.map((part) => part.type);
