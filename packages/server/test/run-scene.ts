/** The run API over real HTTP, over a fake runtime and a clock that only its test moves. */
import { systemClock, systemNewId, type Clock } from '@holdfast/core/engine';
import { keyHash } from '../src/io/key-hash.ts';
import { runApi } from '../src/runs/run-api.ts';
import { FakeRuntime } from './fake-runtime.ts';
import { scene, type Scene } from './shell-scene.ts';

/** Timers of streams fire when the test says so; all else is the machine's. */
export class HandClock {
  readonly armed = new Map<() => void, number>();
  readonly clock: Clock = {
    ...systemClock,
    after: (ms, wake) => {
      // No time at all is over at once.
      if (ms === 0) queueMicrotask(wake);
      else this.armed.set(wake, ms);
      return () => void this.armed.delete(wake);
    },
  };

  /** Fires all that wait so long. */
  fire(ms: number): void {
    for (const [wake, due] of Array.from(this.armed)) {
      if (due !== ms) continue;
      this.armed.delete(wake);
      wake();
    }
  }
}

export const TOKEN = 'the-token';

/** Every field that some answer has. */
export interface Body {
  readonly teams: readonly { readonly name: string; readonly agents: readonly { readonly name: string }[] }[];
  readonly sessions: readonly { readonly id: string }[];
  readonly questions: readonly unknown[];
  readonly runs: readonly unknown[];
  readonly rows: readonly { readonly seq: number }[];
  readonly next?: number;
  readonly error: { readonly code?: string; readonly message: string };
  readonly run: string;
  readonly session: string;
  readonly seq: number;
  readonly id: string;
  readonly title: string;
  readonly status: string;
  readonly starred: boolean;
}

/** Every field that some event has. */
export interface Data {
  readonly at: number;
  readonly text: string;
  readonly result: { readonly why: string; readonly answer: string };
}

export interface Frame {
  readonly event?: string;
  readonly id?: string;
  readonly data?: Data;
  readonly comment?: string;
}

export interface RunScene extends AsyncDisposable {
  readonly fake: FakeRuntime;
  readonly other: FakeRuntime;
  readonly hand: HandClock;
  readonly scene: Scene;
  readonly url: string;
  readonly api: ReturnType<typeof runApi>;
  call(line: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<{ status: number; body: Body; headers: Headers }>;
  watch(path: string, headers?: Readonly<Record<string, string>>, body?: unknown): Promise<Watching>;
}

export interface Watching {
  readonly status: number;
  readonly frames: readonly Frame[];
  /** Resolves with the frames so far when this holds of them. */
  until(holds: (frames: readonly Frame[]) => boolean): Promise<readonly Frame[]>;
  /** Resolves when the stream has ended. */
  readonly over: Promise<void>;
  leave(): void;
}

export async function runScene(): Promise<RunScene> {
  const [fake, other, hand] = [new FakeRuntime(), new FakeRuntime('/other.yaml', ['root', 'solo']), new HandClock()];
  const team = (name: string, runtime: FakeRuntime) => ({ name, file: runtime.file, agent: 'root', cwd: '/', runtime });
  const api = runApi({
    teams: [team('team', fake), team('other', other)],
    store: fake.shelf,
    alive: () => true,
    clock: hand.clock,
    newId: systemNewId,
    hash: keyHash,
  });
  other.kept.clear();
  const own = await scene({
    routes: [...api.routes],
    refuse: (_, { class: type, message, param, code }) => JSON.stringify({ error: { type, message, param, code } }),
  });
  const url = `http://127.0.0.1:${own.port}`;
  const common = (headers: Readonly<Record<string, string>> = {}) => ({ authorization: `Bearer ${TOKEN}`, ...headers });
  return {
    fake,
    other,
    hand,
    scene: own,
    url,
    api,
    async call(line, body, headers) {
      const [method, path] = line.split(' ') as [string, string];
      const sent = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
      const res = await fetch(url + path, { method, ...sent, headers: { ...sent.headers, ...common(headers) } });
      const text = await res.text();
      return { status: res.status, body: JSON.parse(text) as Body, headers: res.headers };
    },
    watch: (path, headers, body) => watching(url + path, common(headers), body),
    async [Symbol.asyncDispose]() {
      await api.leave(0);
      await own[Symbol.asyncDispose]();
    },
  };
}

async function watching(url: string, headers: Readonly<Record<string, string>>, body: unknown): Promise<Watching> {
  const stop = new AbortController();
  const posted = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const res = await fetch(url, {
    ...posted,
    headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
    signal: stop.signal,
  });
  const frames: Frame[] = [];
  const looks = new Set<() => void>();
  let ended = false;
  const read = async (): Promise<void> => {
    let text = '';
    for await (const piece of res.body!.pipeThrough(new TextDecoderStream())) {
      text += piece;
      for (let at = text.indexOf('\n\n'); at >= 0; at = text.indexOf('\n\n')) {
        frames.push(frameOf(text.slice(0, at)));
        text = text.slice(at + 2);
      }
      for (const look of looks) look();
    }
  };
  const over = read()
    .catch(() => {})
    .then(() => {
      ended = true;
      for (const look of looks) look();
    });
  return {
    status: res.status,
    frames,
    over,
    leave: () => stop.abort(),
    until: (holds) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!holds(frames) && !ended) return;
          looks.delete(look);
          if (holds(frames)) resolve(frames);
          else reject(new Error(`over before it was so: ${JSON.stringify(frames)}`));
        };
        looks.add(look);
        look();
      }),
  };
}

/** By hand: the encoder's mistakes would otherwise be the reader's too. */
function frameOf(block: string): Frame {
  const frame: Record<string, unknown> = {};
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    const [name, value] = [line.slice(0, colon), line.slice(colon + 1).trim()];
    if (name === '') frame['comment'] = value;
    else frame[name] = name === 'data' ? JSON.parse(value) : value;
  }
  return frame;
}
