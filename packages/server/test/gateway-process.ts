/**
 * The gateway as users start it: `holdfast serve` in a process of its own, over the lab's providers in this one. Needs no test runner.
 *
 * One process serves a whole table of cases: each case is a tier, each of its targets a provider entry and a model of their own, so that
 * nothing that is believed of one case is known in the next.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  labProvider,
  refusedUrl,
  type Asked,
  type Facts,
  type LabAnswer,
  type LabProvider,
  type ProtocolName,
  type Script,
} from '@holdfast/lab';

export const CLIENTS = ['openai-chat', 'openai-responses', 'anthropic-messages'] as const;
export type Client = (typeof CLIENTS)[number];
export const UPSTREAMS: readonly ProtocolName[] = ['openai-chat', 'openai-responses', 'anthropic-messages', 'google'];

const BIN = join(import.meta.dirname, '../../cli/bin/holdfast.js');
const COMMAND = join(import.meta.dirname, '../../cli/src/commands/serve.ts');

/**
 * What stands in front. `lab`: clients ask the providers themselves, in the provider's own protocol; it shows that the tests and the
 * readers are right about healthy answers. `HOLDFAST_FRONT=lab` asks for it.
 */
const FRONT: 'gateway' | 'lab' = process.env['HOLDFAST_FRONT'] === 'lab' || !existsSync(COMMAND) ? 'lab' : 'gateway';
export const GATEWAY = FRONT === 'gateway';

/** What the lab's providers are asked with; long enough for the redactor. */
export const KEY = 'lab-key-0123456789';

export interface TargetSpec {
  readonly api: ProtocolName;
  readonly script?: Script<LabAnswer>;
  /** Asked there, with `/v1` or what the protocol has, instead of at the lab. */
  readonly at?: string;
  /** Nobody listens where it is asked. */
  readonly refused?: boolean;
}

export interface TierSpec {
  readonly targets: readonly TargetSpec[];
  /** More of the tier, in the words of the file. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

export type Tiers = Readonly<Record<string, TierSpec>>;

export interface FrontOptions {
  /** More sections of the file. */
  readonly file?: Readonly<Record<string, unknown>>;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface Address {
  /** Without a path: what Anthropic's package is given. */
  readonly origin: string;
  /** With `/v1`: what the others are given. */
  readonly base: string;
  readonly model: string;
}

export interface Front extends AsyncDisposable {
  /** Where a client of this protocol asks for this tier. */
  at(tier: string, client: Client): Address;
  /** The requests that a target of the tier got, oldest first. */
  asked(tier: string, place?: number): readonly Asked[];
  /** The first request of a target, past or to come, of which `match` holds at some moment. */
  waitFor(tier: string, match: (asked: Asked) => boolean, place?: number): Promise<Asked>;
  /** What the gateway said on stderr so far. */
  readonly err: string;
  /** Its process is no more: whoever asks will wait in vain. */
  readonly gone: boolean;
}

/** A target's model at its provider. */
const idOf = (tier: string, place: number): string => `${tier}-${'abcdefgh'[place]}`;

export async function front(tiers: Tiers, options: FrontOptions = {}): Promise<Front> {
  await using made = new AsyncDisposableStack();
  const providers = await providersOf(tiers, made);
  const nowhere = made.use(await refusedUrl());
  const urlOf = ({ api, at, refused }: TargetSpec): string => at ?? (refused ? nowhere.url : providers.get(api)!.url);
  const process = GATEWAY ? made.use(await started(fileOf(tiers, urlOf, options), options)) : undefined;
  const kept = made.move();
  return {
    at: (tier, client) => {
      if (process) return { origin: process.url, base: `${process.url}/v1`, model: tier };
      const [target] = tiers[tier]!.targets;
      if (target?.api !== client) throw new Error(`without a gateway nobody speaks ${client} for ${tier}`);
      const base = urlOf(target);
      return { origin: base.replace(/\/v1$/, ''), base, model: idOf(tier, 0) };
    },
    asked: (tier, place = 0) => {
      const { api } = tiers[tier]!.targets[place]!;
      return providers.get(api)!.requests.filter(({ facts }) => facts?.model === idOf(tier, place));
    },
    waitFor: (tier, match, place = 0) => {
      const { api } = tiers[tier]!.targets[place]!;
      return providers.get(api)!.waitFor((asked) => asked.facts?.model === idOf(tier, place) && match(asked));
    },
    get err() {
      return process?.err ?? '';
    },
    get gone() {
      return process?.gone ?? false;
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** One provider of each protocol has all models of all tiers; what it answers depends on the model. */
async function providersOf(tiers: Tiers, made: AsyncDisposableStack): Promise<ReadonlyMap<ProtocolName, LabProvider>> {
  const scripts = new Map(
    Object.entries(tiers).flatMap(([tier, { targets }]) => targets.map(({ script = {} }, place) => [idOf(tier, place), script] as const)),
  );
  const script = (facts: Facts): LabAnswer => {
    const own = scripts.get(facts.model);
    if (own === undefined) return { fault: { do: 'status', reason: 'model-missing' } };
    return typeof own === 'function' ? own(facts) : own;
  };
  const apis = new Set(Object.values(tiers).flatMap(({ targets }) => targets.map(({ api }) => api)));
  const entries = [...apis].map(async (api) => [api, made.use(await labProvider({ name: api, protocol: api, key: KEY, script }))] as const);
  return new Map(await Promise.all(entries));
}

function fileOf(tiers: Tiers, urlOf: (target: TargetSpec) => string, { file }: FrontOptions): unknown {
  const list = Object.entries(tiers);
  const entry = (target: TargetSpec) => ({ api: target.api, base_url: urlOf(target), token_key: 'LAB_KEY' });
  return {
    providers: Object.fromEntries(list.flatMap(([tier, { targets }]) => targets.map((one, n) => [idOf(tier, n), entry(one)]))),
    tiers: Object.fromEntries(
      list.map(([tier, { targets, settings }]) => [
        tier,
        { models: targets.map((_, n) => `${idOf(tier, n)}/${idOf(tier, n)}`), ...settings },
      ]),
    ),
    ...file,
  };
}

interface Started extends AsyncDisposable {
  readonly url: string;
  readonly err: string;
  readonly gone: boolean;
}

/** The file is JSON, which is YAML. */
async function started(file: unknown, { args = [], env }: FrontOptions): Promise<Started> {
  const dir = mkdtempSync(join(realpathSync(tmpdir()), 'holdfast-gateway-'));
  mkdirSync(join(dir, 'work'));
  const config = join(dir, 'work', 'holdfast.yaml');
  writeFileSync(config, JSON.stringify(file, null, 1));
  const words = ['serve', '--config', config, '--port', '0', '--state', join(dir, 'state'), ...args];
  const child = spawn(process.execPath, [BIN, ...words], {
    cwd: join(dir, 'work'),
    env: { PATH: process.env['PATH'] ?? '', HOME: dir, LAB_KEY: KEY, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const said = { err: '' };
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (said.err += text));
  const close = async () => {
    child.kill('SIGKILL');
    await ended;
    rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
  };
  try {
    const url = await addressOf(child);
    return {
      url,
      get err() {
        return said.err;
      },
      get gone() {
        return child.exitCode !== null || child.signalCode !== null;
      },
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw new Error(`${(error as Error).message}:\n${said.err}`, { cause: error });
  }
}

/** Resolves with the address that it prints when it can answer. */
function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let out = '';
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      const [, url] = /^holdfast listening on (http:\/\/\S+)$/m.exec(out) ?? [];
      if (url !== undefined) resolve(url);
    });
    child.once('error', reject);
    child.once('close', (code) => reject(new Error(`the gateway ended with ${code} before it listened, having said: ${out}`)));
  });
}
