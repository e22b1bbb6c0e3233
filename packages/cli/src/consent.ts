import { providerNeeds, trustFile, TrustError } from '@holdfast/agent/engine';
import { systemClock, type ResolvedProvider } from '@holdfast/core/engine';
import { CommandError, EXIT, type Context } from './context.ts';
import { tame } from './render/width.ts';

/** Consent to what a file does, before the first request: recorded, else asked for on a terminal, else an error with the way out. */
export const consentTo =
  ({ terminal, signal, json }: Context, state: string, file: string) =>
  async (providers: readonly ResolvedProvider[]): Promise<void> => {
    const all = providerNeeds(providers);
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
    if (!/^y(es)?$/i.test(answer?.trim() ?? '')) throw new CommandError(EXIT.failed, 'no consent, nothing was sent');
    await guarded(trust.trust(file, all));
  };

/** The trust file's own troubles are the user's to know. */
export const guarded = async <T>(work: Promise<T>): Promise<T> =>
  work.catch((error: unknown) => {
    if (error instanceof TrustError) throw new CommandError(EXIT.failed, error.message, { cause: error });
    throw error;
  });
