import { actNeeds, consentPlaces, providerNeeds, trustFile, TrustError, type AgentFile } from '@holdfast/agent/engine';
import { systemClock, type ResolvedProvider } from '@holdfast/core/engine';
import { CommandError, EXIT, type Context } from './context.ts';
import { tame } from './render/width.ts';

/**
 * Consent to what a file does, before the first request: recorded, else asked for on a terminal, else an error with the way out. `agents`:
 * whose commands and headers are asked about.
 */
export const consentTo =
  (context: Context, state: string, file: string, spec: AgentFile) =>
  async (providers: readonly ResolvedProvider[], agents: ReadonlySet<string> = new Set()): Promise<void> => {
    const { terminal, signal, json } = context;
    const all = [...actNeeds(spec.acts, agents), ...providerNeeds(providers)];
    if (all.length === 0) return;
    const trust = trustFile(state, () => systemClock.now());
    const missing = await guarded(trust.missing(file, all));
    if (missing.length === 0) return;
    const said = missing.map(({ says }) => `  ${tame(says)}`).join('\n');
    if (!terminal.inIsTty || json) {
      const way = `If that is what you want: holdfast trust ${file}`;
      throw new CommandError(EXIT.usage, `${file} needs your consent:\n${said}\n${way}`);
    }
    const answer = await terminal.ask(`${file} needs your consent:\n${said}\nIs that what you want? [y]es, [n]o: `, signal, {
      fresh: true,
    });
    if (!/^y(es)?$/i.test(answer?.trim() ?? '')) throw new CommandError(EXIT.failed, 'no consent, nothing was sent or run');
    // What was given for its other agents stays given.
    const given = await grantedNeeds(context, state, file, spec);
    const others = consentPlaces(spec, context.env).flatMap(({ need }) => (given.has(need.fingerprint) ? need : []));
    await guarded(trust.trust(file, [...new Map([...others, ...all].map((need) => [need.fingerprint, need])).values()]));
  };

/** What a file was given consent for, by what it says now. */
export async function grantedNeeds({ env }: Context, state: string, path: string, spec: AgentFile): Promise<ReadonlySet<string>> {
  const all = consentPlaces(spec, env).map(({ need }) => need);
  const missing = await guarded(trustFile(state, () => systemClock.now()).missing(path, all));
  const open = new Set(missing.map(({ fingerprint }) => fingerprint));
  return new Set(all.map(({ fingerprint }) => fingerprint).filter((one) => !open.has(one)));
}

/** The trust file's own troubles are the user's to know. */
export const guarded = async <T>(work: Promise<T>): Promise<T> =>
  work.catch((error: unknown) => {
    if (error instanceof TrustError) throw new CommandError(EXIT.failed, error.message, { cause: error });
    throw error;
  });
