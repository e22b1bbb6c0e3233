import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { parseDuration } from '@holdfast/core/engine';
import type { McpProgram, McpRemote, McpSettings } from '../mcp/settings.ts';
import { RESTARTS, type RestartPolicy } from '../rules/mcp-restart.ts';
import type { ToolsetSettings } from './settings.ts';

type Raw = Readonly<Record<string, unknown>>;

/**
 * A toolset of type `mcp` as its agent file has it, by Docker's names; variables are replaced and shapes checked. Undefined: neither a
 * command nor an address (`ref: docker:…`), which is not served.
 */
export function mcpSettings({ raw = {}, env = {}, tools, readOnly }: ToolsetSettings, cwd: string): McpSettings | undefined {
  const server = programOf(raw, env, cwd) ?? remoteOf(raw);
  if (!server) return undefined;
  const prefix = text(raw['name']);
  const instruction = text(raw['instruction']);
  const model = text(raw['model']);
  const { startup_timeout: start, call_timeout: call } = map(raw['lifecycle']);
  const startMs = duration(start);
  const callMs = duration(call);
  return {
    server,
    ...(prefix !== undefined && { prefix, label: prefix }),
    ...(tools && tools.length > 0 && { tools }),
    ...(readOnly && { readOnly }),
    ...(instruction !== undefined && { instruction }),
    ...(model !== undefined && { model }),
    ...(raw['defer'] === true && { deferred: true }),
    ...(startMs !== undefined && { startMs }),
    ...(callMs !== undefined && { callMs }),
    restarts: restartsOf(map(raw['lifecycle'])),
  };
}

function programOf(raw: Raw, env: Readonly<Record<string, string>>, cwd: string): McpProgram | undefined {
  const command = text(raw['command']);
  if (command === undefined) return undefined;
  const args = Array.isArray(raw['args']) ? raw['args'].map(String) : [];
  const folder = (text(raw['working_dir']) ?? '.').replace(/^~(?=\/|$)/, () => homedir());
  return { kind: 'program', command, args, env, cwd: resolve(cwd, folder) };
}

function remoteOf(raw: Raw): McpRemote | undefined {
  const { url, transport_type: kind, headers } = map(raw['remote']);
  if (typeof url !== 'string') return undefined;
  const transport = kind === 'sse' ? 'sse' : typeof kind === 'string' && kind.startsWith('streamable') ? 'streamable' : undefined;
  const given = Object.entries(map(headers)).map(([name, value]) => [name, String(value)] as const);
  return { kind: 'remote', url, ...(transport && { transport }), headers: Object.fromEntries(given) };
}

/** Docker's `lifecycle`: a profile, and what is said beside it. */
function restartsOf(lifecycle: Raw): RestartPolicy {
  const { profile, restart, max_restarts: most, backoff } = lifecycle;
  const { initial, max, multiplier } = map(backoff);
  const none = restart === 'never' || (restart === undefined && (profile === 'best-effort' || profile === 'strict'));
  return {
    attempts: none ? 0 : typeof most === 'number' && most !== 0 ? most : RESTARTS.attempts,
    initialMs: duration(initial) ?? RESTARTS.initialMs,
    maxMs: duration(max) ?? RESTARTS.maxMs,
    multiplier: typeof multiplier === 'number' ? multiplier : RESTARTS.multiplier,
  };
}

const map = (value: unknown): Raw => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Raw) : {});
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** Docker's 0 is no limit of its own: ours holds. */
function duration(value: unknown): number | undefined {
  const parsed = value === undefined ? undefined : parseDuration(value);
  return parsed && 'ms' in parsed && parsed.ms > 0 ? parsed.ms : undefined;
}
