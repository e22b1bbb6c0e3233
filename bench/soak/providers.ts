/** The providers behind the gateway, one of each protocol, each in a process that may be killed. */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ProtocolName } from '@holdfast/lab';
import { spawned, type Child } from '../gateway/spawned.ts';
import type { ProviderArgs } from './provider.ts';

export const PROTOCOLS: readonly ProtocolName[] = ['openai-chat', 'anthropic-messages', 'openai-responses', 'google'];
const SCRIPT = join(import.meta.dirname, 'provider.ts');

export interface Provider extends AsyncDisposable {
  readonly name: string;
  readonly protocol: ProtocolName;
  readonly url: string;
  readonly killed: number;
  /** With -9; it is back on the same port after so long, with the next part of its outage. */
  kill(away: number): Promise<void>;
  /** Requests since it last came up, and how many of them failed on purpose. */
  counts(): Promise<{ readonly asked: number; readonly failed: number }>;
}

export async function startProvider(args: Omit<ProviderArgs, 'port' | 'name'>): Promise<Provider> {
  const name = args.protocol.replace(/^openai-|^anthropic-/, '');
  const start = (port: number, seed: number) =>
    spawned(process.execPath, [SCRIPT, JSON.stringify({ ...args, name, port, seed })], { ready: /ready (\{.*\})/, talks: true });
  let child: Child = await start(0, args.seed);
  let killed = 0;
  const { url, port } = JSON.parse(child.said[1]!) as { readonly url: string; readonly port: number };
  return {
    name,
    protocol: args.protocol,
    url,
    get killed() {
      return killed;
    },
    async kill(away) {
      await child.kill('SIGKILL');
      await pause(away);
      child = await start(port, args.seed + ++killed);
    },
    counts: () =>
      new Promise((resolve) => {
        child.process.once('message', (counts) => resolve(counts as { asked: number; failed: number }));
        child.process.send('counts');
      }),
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  };
}

const turned = <T>(all: readonly T[], by: number): readonly T[] => [...all.slice(by), ...all.slice(0, by)];

/** A tier that begins at each of them, so that all are asked and every pair of protocols meets. Short limits: a soak is no place to wait. */
export const gatewayFile = (providers: readonly Provider[]): string =>
  [
    'providers:',
    ...providers.map(({ name, protocol, url }) => `  ${name}: { api: ${protocol}, base_url: "${url}", token_key: SOAK_KEY }`),
    'tiers:',
    ...providers.flatMap((_, n) => [
      `  ${tierOf(n)}:`,
      `    models: [${turned(providers, n)
        .map(({ name }) => `${name}/small-1`)
        .join(', ')}]`,
      '    cooldown: 100ms',
      '    patience: 5s',
      '    timeouts: { connect: 2s, first_token: 2s, stall: 2s, silence: 2s }',
    ]),
    '',
  ].join('\n');

export const tierOf = (n: number): string => `from-${n}`;
