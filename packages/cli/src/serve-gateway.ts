import type { ChainSpec } from '@holdfast/agent/engine';
import { DEFAULT_CONNECT, ModelFailure, systemClock, transport, type UserRow } from '@holdfast/core/engine';
import { openGateway, type GatewayParts, type GatewayWays, type ModelRoutes } from '@holdfast/server';
import { CommandError } from './context.ts';
import { providerFetch } from './io/provider-fetch.ts';
import { liveKeys } from './live-keys.ts';
import { PROXIES } from './model-setup.ts';
import { namingKey } from './named-keys.ts';
import { reachedBy, resolvedFor } from './reached-targets.ts';

/** The gateway's routes below `/v1`, over the providers of the file. */
export const modelRoutes: ModelRoutes = async (parts) => openGateway(parts, waysOf(parts));

function waysOf(parts: GatewayParts): GatewayWays {
  const proxies = PROXIES.flatMap((name) => parts.env(name) ?? []).filter((url) => url !== '');
  const live = liveKeys(parts);
  const once = sayOnce(parts.say);
  const clients = new Map<number, ReturnType<typeof providerFetch>>();
  const client = (connect: number): ReturnType<typeof providerFetch> => {
    const known = clients.get(connect) ?? providerFetch({ connect, proxied: proxies.length > 0 });
    clients.set(connect, known);
    return known;
  };
  return {
    proxies,
    named: namingKey,
    reach: async (chain, file, moving) => {
      const { fetch } = client(chain.settings.timeouts?.connect ?? DEFAULT_CONNECT);
      const wire = transport({ fetch, clock: systemClock, rows: file.classify as readonly UserRow[] });
      const ways = { wire, moving, hash: parts.hash, live };
      const found = resolvedTargets(chain, parts, once);
      await parts.consent(found.map(({ provider }) => provider)).catch((error: unknown) => {
        // It was there at the start: taken back, it is the operator's matter as a missing key is.
        if (!(error instanceof CommandError)) throw error;
        once(error.message);
        throw new ModelFailure('auth', error.message, { code: 'no-consent' });
      });
      return found.flatMap(({ target, provider }) => reachedBy(target, provider, ways));
    },
    close: async () => void (await Promise.allSettled([...clients.values()].map((one) => one.close()))),
  };
}

/** A target that cannot be asked here, for want of a key, is left out and said; with none left nobody can be asked. */
function resolvedTargets(chain: ChainSpec, parts: GatewayParts, say: (line: string) => void) {
  const problems: string[] = [];
  const found = chain.targets.flatMap((target) => {
    try {
      return [{ target, provider: resolvedFor(target, parts) }];
    } catch (error) {
      problems.push((error as Error).message);
      return [];
    }
  });
  for (const problem of new Set(problems)) say(`${chain.name}: ${problem}; it is left out`);
  if (found.length === 0) throw new ModelFailure('auth', problems[0] ?? 'nobody to ask', { code: 'no-target' });
  return found;
}

/** Lines that are known to have been said; a client that invents names has them said again at most. */
const MOST_SAID = 500;

/** A chain that nobody can be asked for is tried anew at every request: what is missing is said at the first. */
function sayOnce(say: (line: string) => void): (line: string) => void {
  const said = new Set<string>();
  return (line) => {
    if (said.has(line)) return;
    if (said.size >= MOST_SAID) said.clear();
    said.add(line);
    say(line);
  };
}
