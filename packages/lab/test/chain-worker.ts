import { failOpen, processIdentity, SqliteHealth, systemClock, systemRandom } from '@holdfast/core/engine';
import { ask, httpChain, promptOf, type Place } from './http-scene.ts';

/** A second holdfast process on the same state folder: asks over a chain as often as it is told and answers what it got. */
export interface Order {
  readonly folder: string;
  readonly places: Readonly<Record<string, Place>>;
  readonly prompts: readonly string[];
}

export interface Answered {
  readonly text: string;
  readonly target: string | undefined;
  readonly skips: readonly string[];
}

process.on('message', async ({ folder, places, prompts }: Order) => {
  const { owner, alive } = processIdentity();
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  const health = failOpen(new SqliteHealth({ folder, clock: systemClock, random: systemRandom, alive, say }), { clock: systemClock, say });
  await using chain = httpChain(places, { health, owner });
  const answers: Answered[] = [];
  for (const prompt of prompts) {
    const { text, record } = await ask(chain, 'stream', { prompt: promptOf(prompt) });
    answers.push({ text, target: record?.target, skips: record?.skips.map(({ target, reason }) => `${target} ${reason}`) ?? [] });
  }
  await health.close();
  process.send?.(answers);
});
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
