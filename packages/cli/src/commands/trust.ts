import {
  actNeeds,
  chainOf,
  consentPlaces,
  load,
  providerNeeds,
  readConfigFile,
  trustFile,
  type AgentFile,
  type ChainTarget,
  type Need,
} from '@holdfast/agent/engine';
import { resolveProvider, systemClock } from '@holdfast/core/engine';
import { agentFile } from '../config-files.ts';
import { guarded } from '../consent.ts';
import { EXIT, type Context } from '../context.ts';
import { openStateFolder } from '../io/state-folder.ts';
import { placesIn } from '../model-setup.ts';
import { tame } from '../render/width.ts';

/** `holdfast trust FILE`: records consent to what the file does now. What is changed in it later is asked for again. */
export async function trust(context: Context, path: string): Promise<number> {
  const all = await needsOf(context, path);
  const store = trustFile(openStateFolder(context.state), () => systemClock.now());
  const { moved } = await guarded(store.trust(path, all));
  if (moved !== undefined)
    context.terminal.err(`holdfast: the trust file was damaged and lies at ${moved} now; earlier consents are gone\n`);
  const said = all.map(({ says }) => tame(says));
  const lines = context.json
    ? [JSON.stringify({ file: path, trusted: said })]
    : said.length === 0
      ? [`${path} needs no consent`]
      : [`${path} is trusted:`, ...said.map((line) => `  ${line}`)];
  context.terminal.out(`${lines.join('\n')}\n`);
  return EXIT.done;
}

/** Of an agent file, what its agents ask for; of a gateway file, all it may ever send or run: `holdfast serve` needs that. */
async function needsOf(context: Context, path: string): Promise<readonly Need[]> {
  const read = await readConfigFile(path, context.signal);
  const loaded = 'text' in read ? load(read.text, path, { env: context.env }) : undefined;
  if (loaded?.kind === 'gateway' && loaded.file) return consentPlaces(loaded.file, context.env).map(({ need }) => need);
  const file = await agentFile(context, path);
  const providers = targetsOf(file, context).flatMap(({ entry }) => {
    const answer = resolveProvider(entry, context.env);
    return 'ok' in answer ? [answer.ok] : [];
  });
  return [...actNeeds(file.acts), ...providerNeeds(providers)];
}

const targetsOf = (file: AgentFile, { env }: Context): readonly ChainTarget[] =>
  [...file.agents.keys()].flatMap((name) => {
    const chosen = chainOf(file, name, { env });
    return 'chain' in chosen ? placesIn(chosen.chain) : [];
  });
