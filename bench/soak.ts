/**
 * `npm run bench:soak`: many calls at a time through the gateway, over providers of every protocol that fail now and then. Each answer is
 * known, so each is judged: whole and once, or an error that says so. What is neither fails the run, and so does memory that grows.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { spawned, type Child } from './gateway/spawned.ts';
import { machine } from './peers.ts';
import { agent, CLIENTS, judge, VERDICTS, type Client, type Verdict } from './soak/clients.ts';
import { growthOf, sampleOf, stayingOf, type Sample } from './soak/growth.ts';
import { heapOf, type Heap } from './soak/heap.ts';
import { soakOptions } from './soak/options.ts';
import { gatewayFile, PROTOCOLS, startProvider, tierOf, type Provider } from './soak/providers.ts';
import { storyOf } from './soak/story.ts';

const HOLDFAST = join(import.meta.dirname, '..', 'packages', 'cli', 'bin', 'holdfast.js');
/** Ms: no answer may take longer; the sum of a chain's limits is far below it. */
const HUNG = 60_000;
const SAMPLE_MS = 2000;
/** Often enough to see what stays, seldom enough to leave the memory as it would be. */
const LIVE_MS = 45_000;
const KILL_MS = 20_000;
const AWAY_MS = 2000;
const SHOWN = 5;

const options = soakOptions();
const { minutes, streams, faults, seed, kill, direct, every } = options;
console.log(
  `${machine()}; seed ${seed}: ${streams} streams, ${faults} % faults, ${minutes} min${kill ? ', kills' : ''}${direct ? ', no gateway' : ''}`,
);

/** mulberry32: the load is the seed's. */
let word = seed;
function chance(): number {
  word = (word + 0x6d2b79f5) | 0;
  let x = Math.imul(word ^ (word >>> 15), 1 | word);
  x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
  return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
}
const anyOf = <T>(all: readonly T[]): T => all[Math.floor(chance() * all.length)]!;

const providers: Provider[] = [];
for (const [n, protocol] of PROTOCOLS.entries())
  providers.push(await startProvider({ protocol, seed: seed + n * 1000, share: faults / 100, every }));

const folder = mkdtempSync(join(tmpdir(), 'holdfast-soak-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, 'holdfast.yaml');
writeFileSync(file, gatewayFile(providers));
let gateway: Child | undefined;
if (!direct)
  gateway = await spawned(
    process.execPath,
    ['--inspect=127.0.0.1:0', HOLDFAST, 'serve', '--config', file, '--port', '0', '--state', join(folder, 'state')],
    {
      env: { SOAK_KEY: 'key-of-the-soak-0123456789' },
      ready: /holdfast listening on (http:\/\/\S+)/,
    },
  ).catch((error: Error) => {
    console.error(error.message);
    process.exit(2);
  });

const heap = gateway && (await heapOf(gateway));

const DIRECT: Readonly<Record<Client, string>> = { chat: 'chat', messages: 'messages', responses: 'responses' };
const baseOf = (client: Client): string => (gateway ? `${gateway.said[1]}/v1` : providers.find(({ name }) => name === DIRECT[client])!.url);

const began = performance.now();
const elapsed = () => performance.now() - began;
const length = minutes * 60_000;
const counts = Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0])) as Record<Verdict, number>;
const shown: Partial<Record<Verdict, number>> = {};
let asked = 0;

async function stream(): Promise<void> {
  while (elapsed() < length) {
    const story = storyOf(++asked, chance());
    const client = anyOf(CLIENTS);
    const model = gateway ? tierOf(Math.floor(chance() * providers.length)) : 'small-1';
    const { verdict, heard } = await judge(baseOf(client), { client, story, model, stream: chance() < 0.8 }, HUNG);
    counts[verdict]++;
    if (heard === undefined || direct || (shown[verdict] ??= 0) >= SHOWN) continue;
    shown[verdict]!++;
    console.error(`\n${verdict}: ${client} ${model} ${JSON.stringify(story)}\n${heard}\n`);
  }
}

const samples: Sample[] = [];
const live: number[] = [];
const stop = new AbortController();
const quiet = () => {};
async function watch(): Promise<void> {
  while (!stop.signal.aborted) {
    await pause(SAMPLE_MS, undefined, { signal: stop.signal }).catch(quiet);
    if (gateway) samples.push(sampleOf(gateway.pid, elapsed()));
    if (samples.length % 15 === 14) console.error(`${Math.round(elapsed() / 1000)} s: ${tally()}, ${samples.at(-1)!.mb.toFixed(0)} MB`);
  }
}
async function lives(of: Heap): Promise<void> {
  while (!stop.signal.aborted) {
    await pause(LIVE_MS, undefined, { signal: stop.signal }).catch(quiet);
    if (!stop.signal.aborted) live.push(await of.live());
  }
}
async function kills(): Promise<void> {
  while (!stop.signal.aborted) {
    await pause(KILL_MS, undefined, { signal: stop.signal }).catch(quiet);
    if (!stop.signal.aborted && elapsed() < length - AWAY_MS) await anyOf(providers).kill(AWAY_MS);
  }
}

const tally = () =>
  VERDICTS.filter((verdict) => counts[verdict] > 0 || verdict === 'whole')
    .map((verdict) => `${counts[verdict]} ${verdict}`)
    .join(', ');

const aside = [watch(), ...(heap ? [lives(heap)] : []), ...(kill ? [kills()] : [])];
await Promise.all(Array.from({ length: streams }, stream));
stop.abort();
await Promise.all(aside);
agent.destroy();

const gone = gateway !== undefined && gateway.process.exitCode !== null;
const met = await Promise.all(providers.map((provider) => provider.counts()));
const upstream = met.reduce((sum, one) => sum + one.asked, 0);
const failed = met.reduce((sum, one) => sum + one.failed, 0);
console.log(`\n${asked} calls in ${Math.round(elapsed() / 1000)} s: ${tally()}`);
console.log(
  `${upstream} upstream requests since the last start of each provider, ${failed} of them failed on purpose; providers killed: ${providers.reduce((sum, one) => sum + one.killed, 0)}`,
);
const growth = growthOf(samples, Math.min(60_000, length * 0.3));
const stays = stayingOf(live);
if (stays) console.log(`${stays.says}${stays.grows ? ': GROWS' : ''}`);
if (gateway) console.log(growth ? `${growth.says}${growth.grows ? ': GROWS' : ''}` : 'too short to say whether memory grows');
const wrong = VERDICTS.filter((verdict) => verdict !== 'whole' && verdict !== 'error').reduce((sum, verdict) => sum + counts[verdict], 0);
heap?.close();
await gateway?.[Symbol.asyncDispose]();
for (const provider of providers) await provider[Symbol.asyncDispose]();
const faultsSeen = [
  ...(wrong > 0 ? [`${wrong} answers are neither whole nor an error`] : []),
  ...(counts.whole === 0 ? ['no answer is whole'] : []),
  ...(gone ? ['the gateway has ended'] : []),
  ...(growth?.grows || stays?.grows ? ['memory or handles grow'] : []),
];
console.log(faultsSeen.length > 0 ? `\nIt does not hold: ${faultsSeen.join('; ')}. Seed ${seed}.` : '\nIt holds.');
process.exitCode = faultsSeen.length > 0 ? 1 : 0;
