import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Clock } from '@holdfast/core';
import { systemClock } from '@holdfast/core/engine';
import { afterEach, beforeEach, expect } from 'vitest';
import { mcpToolset } from '../src/mcp/toolset.ts';
import type { McpPorts, McpSettings } from '../src/mcp/settings.ts';
import type { Elicited, ToolContext, ToolOutput, Toolset } from '../src/ports.ts';
import type { Elicitation } from '../src/rules/events.ts';

export const NEVER = new AbortController().signal;

/** Restarts at once, and what fails never took any time. */
const hurried: Clock = { ...systemClock, mono: () => 0, sleep: (_, signal) => systemClock.sleep(0, signal) };

const WORKER = fileURLToPath(new URL('mcp-server-worker.ts', import.meta.url));

export let folder = '';
const open: Toolset[] = [];

/** A folder for each test; after it nothing of any server is left. */
export function inFolders(): void {
  beforeEach(() => void (folder = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-mcp-')))));
  afterEach(async () => {
    await Promise.all(open.splice(0).map((toolset) => toolset.close()));
    expect(pids().filter(alive)).toEqual([]);
    rmSync(folder, { recursive: true, force: true });
  });
}

const lines = (name: string): string[] => {
  const file = join(folder, name);
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
};

export const events = (): string[] => lines('events');
export const pids = (): number[] => lines('pids').map(Number);

/** What is dead and was not fetched by its parent does not count. */
export function alive(pid: number): boolean {
  try {
    if (process.platform !== 'linux') return process.kill(pid, 0);
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    return false;
  }
}

export function toolsetOf(settings: McpSettings, ports: Partial<McpPorts> = {}): Toolset {
  const toolset = mcpToolset(settings, {
    clock: hurried,
    childEnvironment: () => ({ PATH: process.env['PATH'] ?? '' }),
    scrub: (text) => text.replaceAll('hunter2', '[secret]'),
    ...ports,
  });
  open.push(toolset);
  return toolset;
}

/** The server that does what servers do wrong. */
export const troubled = (flags: readonly string[] = [], more: Partial<McpSettings> = {}, ports: Partial<McpPorts> = {}): Toolset =>
  toolsetOf(
    { label: 'trouble', server: { kind: 'program', command: process.execPath, args: [WORKER, ...flags], env: {}, cwd: folder }, ...more },
    ports,
  );

/** The file of a package's command, by its manifest. */
export function binIn(manifest: string): string {
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly bin: Record<string, string> };
  return join(dirname(manifest), Object.values(bin)[0]!);
}

export interface Called {
  readonly live: string[];
  readonly asked: Elicitation[];
}

/** Calls a tool as the loop does. */
export async function callOf(
  toolset: Toolset,
  name: string,
  input: Readonly<Record<string, unknown>> = {},
  more: { readonly answer?: () => Elicited | Promise<Elicited>; readonly signal?: AbortSignal; readonly onLive?: () => void } = {},
): Promise<ToolOutput & Called> {
  const tool = (await toolset.tools(NEVER)).find((one) => one.name === name);
  if (!tool) throw new Error(`no tool ${name}`);
  const live: string[] = [];
  const asked: Elicitation[] = [];
  const context: ToolContext = {
    id: 'c1',
    cwd: folder,
    signal: more.signal ?? NEVER,
    session: 's1',
    agent: 'root',
    path: [],
    live: (text) => {
      live.push(text);
      more.onLive?.();
    },
    elicit: async (ask) => {
      asked.push(ask);
      return more.answer?.() ?? { action: 'decline' };
    },
  };
  await tool.touches(input, context);
  const prepared = await tool.prepare(input, context);
  return { ...(await prepared.run()), live, asked };
}

/** What a rejection says. */
export const saidBy = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'nothing: it went well',
    (error: Error) => error.message,
  );

/** Waits for a line in ./events. */
export async function happens(line: string): Promise<void> {
  while (!events().includes(line)) await systemClock.sleep(5, NEVER);
}
