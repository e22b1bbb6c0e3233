/**
 * `npm run e2e:opencode`: the real opencode, through the gateway, over the lab's providers, well and under faults. Not part of the tests:
 * it installs a program of 180 MB and takes minutes.
 *
 *   --direct          without a gateway: what the conversations are worth by themselves
 *   --only WORDS      cases whose line holds all these words, which are regular expressions: --only "^anthropic compaction"
 *   --at-once N       default 2
 */
import { parseArgs } from 'node:util';
import { front, GATEWAY, type Front } from '../../packages/server/test/gateway-process.ts';
import { cases, type Case } from './cases.ts';
import { NOTE, WINDOW } from './conversations.ts';
import { install } from './install.ts';
import { nowhere, type Nowhere } from './nowhere.ts';
import { runOpencode, type Ran } from './opencode.ts';
import { judge, lineOf, summary, type Judged } from './verdict.ts';

const { values } = parseArgs({ options: { direct: { type: 'boolean' }, only: { type: 'string' }, 'at-once': { type: 'string' } } });

/** What takes longer loops. opencode itself tries five times, with pauses, before it gives up. */
const LIMIT = 120_000;
const HOPELESS_LIMIT = 180_000;

async function run(one: Case, on: Front, away: Nowhere, program: string): Promise<Ran> {
  if (on.gone) throw new Error(`the gateway is gone:\n${on.err}`);
  const { base, model } = on.at(one.id, one.client);
  return runOpencode({
    program,
    client: one.client,
    base,
    model,
    prompt: one.conversation.prompt,
    window: one.conversation.name === 'compaction' ? WINDOW : 200_000,
    nowhere: away.url,
    limit: one.hopeless ? HOPELESS_LIMIT : LIMIT,
    files: { 'note.txt': NOTE },
    title: one.conversation.title !== undefined,
  });
}

/** The slowest first, so that the others run beside them. */
async function all(list: readonly Case[], atOnce: number, work: (one: Case) => Promise<Judged>): Promise<readonly Judged[]> {
  const waiting = list.toSorted((a, b) => Number(b.hopeless) - Number(a.hopeless));
  const done: Judged[] = [];
  const worker = async () => {
    for (let one = waiting.shift(); one; one = waiting.shift()) done.push(await work(one));
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return list.map(({ id }) => done.find((judged) => judged.id === id)!);
}

async function main(): Promise<void> {
  if (!values.direct && !GATEWAY) throw new Error('HOLDFAST_FRONT=lab has no gateway: run it with --direct');
  if (values.direct && GATEWAY) throw new Error('with --direct the providers are asked themselves: set HOLDFAST_FRONT=lab too');
  const words = values.only?.split(/\s+/).map((word) => new RegExp(word)) ?? [];
  const list = cases({ gateway: GATEWAY }).filter((one) => words.every((word) => word.test(lineOf(one))));
  if (list.length === 0) throw new Error(`no case is called ${values.only}`);
  const program = install();
  await using away = await nowhere();
  await using on = await front(Object.fromEntries(list.map(({ id, tier }) => [id, tier])));
  const judged = await all(list, Number(values['at-once'] ?? 2), async (one) => {
    const told = judge(
      one,
      await run(one, on, away, program),
      one.tier.targets.map((_, place) => on.asked(one.id, place).length),
    );
    console.log(told.line);
    return told;
  });
  console.log(summary(judged));
  console.log(`wanted of the world outside, and refused: ${[...away.wanted].join(', ') || 'nothing'}`);
  if (on.err !== '') console.log(`the gateway said:\n${on.err}`);
  if (judged.some(({ faults }) => faults.length > 0)) process.exitCode = 1;
}

await main();
