import type { Transport } from '@modelcontextprotocol/client';
import { orAbort } from '@holdfast/core/engine';
import { ClientConnection, type Connection, type ServerNews } from './connection.ts';
import { ProgramWire } from './program-wire.ts';
import { RemoteWire, statusOf } from './remote-wire.ts';
import { LIMITS, nameOf, type McpPorts, type McpSettings } from './settings.ts';
import { timeLimit } from './time-limit.ts';
import type { Sdk, Wire } from './wire.ts';

/** What a server that speaks only the old kind answers to the new one. */
const OLD_KIND = new Set([400, 404, 405]);

/** Ours are the limits; a longer timer would fire at once. */
const NO_LIMIT = 2 ** 31 - 1;

/** Reaches a server and greets it. Rejects with a plain Error that names it, says what happened and what to do; nothing of it is left then. */
export async function dial(settings: McpSettings, ports: McpPorts, news: ServerNews, signal: AbortSignal): Promise<Connection> {
  // Half a megabyte of code: only for those who have a server.
  const sdk = await import('@modelcontextprotocol/client');
  const { server } = settings;
  const name = nameOf(settings);
  const limitMs = settings.startMs ?? LIMITS.start;
  using limit = timeLimit(signal, limitMs, ports.clock);
  const kinds: readonly (() => Wire)[] =
    server.kind === 'program'
      ? [() => new ProgramWire(server, ports, sdk)]
      : (server.transport ? [server.transport] : (['streamable', 'sse'] as const)).map(
          (kind) => () => new RemoteWire(server, kind, ports, sdk),
        );
  let first: { readonly words: string; readonly error: unknown } | undefined;
  for (const open of kinds) {
    const wire = open();
    try {
      return await greet(sdk, wire, name, news, limit.signal);
    } catch (error) {
      // How it ended is known before we end it ourselves; what it said is known when it is over.
      const words = limit.passed ? undefined : wire.startWords(error, undefined);
      await wire.close(false).catch(() => {});
      if (signal.aborted) throw signal.reason;
      // Of two kinds that failed that of today is told.
      first ??= { words: words ?? wire.startWords(error, limitMs), error };
      if (limit.passed || !OLD_KIND.has(statusOf(error) ?? 0)) break;
    }
  }
  throw new Error(`${name} ${first!.words}`, { cause: first!.error });
}

async function greet(sdk: Sdk, wire: Wire, name: string, news: ServerNews, signal: AbortSignal): Promise<Connection> {
  const client = new sdk.Client({ name: 'holdfast', version: '0.1.0' }, { capabilities: { elicitation: { form: {}, url: {} } } });
  client.setNotificationHandler('notifications/tools/list_changed', () => news.toolsChanged());
  client.setNotificationHandler('notifications/prompts/list_changed', () => news.promptsChanged());
  client.setRequestHandler('elicitation/create', async ({ params }, { mcpReq }) => news.elicit(params, mcpReq.signal));
  wire.onGap = () => {
    news.toolsChanged();
    news.promptsChanged();
  };
  await orAbort(client.connect(wire.transport, { signal, timeout: NO_LIMIT }), signal);
  inOrder(wire.transport);
  return new ClientConnection(sdk, client, wire, name);
}

/** The package handles notices a moment later and answers at once: the last step of a call would come too late to be shown. */
function inOrder(transport: Transport): void {
  const deliver = transport.onmessage;
  transport.onmessage = (message, extra) => {
    if ('method' in message) deliver?.(message, extra);
    else void Promise.resolve().then(() => deliver?.(message, extra));
  };
}
