/** The libraries that the figures stand beside. They have a lock file of their own and are installed by hand. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Model } from '@holdfast/core';
import type { generateText, streamText } from 'ai';

type StreamOptions = Parameters<typeof streamText>[0];
type GenerateOptions = Parameters<typeof generateText>[0];
interface Retries {
  readonly retry: readonly unknown[];
}

/** As much of them as is used here. */
export interface Peers {
  createFallback(settings: { readonly models: readonly Model[]; readonly modelResetInterval?: number }): Model;
  createRetryableModel(options: { readonly model: Model; readonly retries: readonly unknown[] }): Model;
  readonly retryOn: {
    isRetryable(flag: boolean): {
      retry(options: { readonly delay: number; readonly backoffFactor: number; readonly maxAttempts: number }): unknown;
    };
  };
  retryableStreamText(options: StreamOptions & Retries): Promise<ReturnType<typeof streamText>>;
  retryableGenerateText(options: GenerateOptions & Retries): ReturnType<typeof generateText>;
  readonly cockatiel: Cockatiel;
  readonly PQueue: new (options: { readonly concurrency: number }) => {
    add<T>(work: () => Promise<T>, options?: { readonly signal?: AbortSignal }): Promise<T>;
    readonly size: number;
  };
  readonly fastq: {
    promise<T, R>(worker: (task: T) => Promise<R>, concurrency: number): { push(task: T): Promise<R>; length(): number };
  };
  readonly Bottleneck: new (options: { readonly maxConcurrent: number }) => { schedule<T>(work: () => Promise<T>): Promise<T> };
}

interface Policy {
  execute<T>(work: (context: { readonly signal: AbortSignal }) => PromiseLike<T>, signal?: AbortSignal): Promise<T>;
}

interface Cockatiel {
  readonly handleAll: unknown;
  readonly TimeoutStrategy: { readonly Aggressive: unknown; readonly Cooperative: unknown };
  timeout(ms: number, strategy: unknown): Policy;
  fallback(policy: unknown, other: () => unknown): Policy;
  wrap(...policies: readonly Policy[]): Policy;
}

const FOLDER = join(import.meta.dirname, 'peers');

const MISSING =
  'The libraries that this is compared with are not all installed. They have a lock file of their own:\n\n  npm --prefix bench/peers ci\n';

/** None when they are not installed; then stderr says how. */
export async function peersIfInstalled(): Promise<Peers | undefined> {
  const { dependencies } = JSON.parse(readFileSync(join(FOLDER, 'package.json'), 'utf8')) as { readonly dependencies: object };
  // One installed before the newest of them was added does not have them all.
  const there = Object.keys(dependencies).every((name) => existsSync(join(FOLDER, 'node_modules', name)));
  if (there) return (await import(join(FOLDER, 'all.js'))) as Peers;
  console.error(MISSING);
  return undefined;
}

/** For scripts that are about them: ends the process when they are not installed. */
export async function loadPeers(): Promise<Peers> {
  const peers = await peersIfInstalled();
  return peers ?? process.exit(2);
}

export const versionOf = (name: string): string =>
  (JSON.parse(readFileSync(join(FOLDER, 'node_modules', name, 'package.json'), 'utf8')) as { readonly version: string }).version;

/** Whose figures these are. */
export const machine = (): string => `Node ${process.versions.node} on ${process.platform} ${process.arch}`;
