import type { Fault, ProtocolName } from '@holdfast/lab';
import { CLIENTS, type Client, type TierSpec } from '../../packages/server/test/gateway-process.ts';
import { CONVERSATIONS, failing, well, type Conversation } from './conversations.ts';

interface Trouble {
  readonly name: string;
  readonly fault?: Fault;
  readonly settings?: TierSpec['settings'];
}

const QUICK = { timeouts: { first_token: '1500ms', stall: '1500ms' } };

const TROUBLES: readonly Trouble[] = [
  { name: 'well' },
  { name: 'error first', fault: { do: 'error-first' } },
  { name: 'overload 529', fault: { do: 'status', status: 529 } },
  { name: '429, retry after 30 s', fault: { do: 'status', status: 429, retryAfter: 30 } },
  { name: 'cut', fault: { do: 'cut' } },
  { name: 'clean end', fault: { do: 'clean-end' } },
  { name: 'stall', fault: { do: 'stall' }, settings: QUICK },
];

export interface Case {
  readonly id: string;
  readonly client: Client;
  readonly upstream: ProtocolName;
  readonly conversation: Conversation;
  readonly trouble: string;
  readonly tier: TierSpec;
  /** Nobody can answer: opencode is to say so, and to end. */
  readonly hopeless: boolean;
}

const OTHER: Readonly<Record<Client, Client>> = {
  'openai-chat': 'anthropic-messages',
  'openai-responses': 'openai-chat',
  'anthropic-messages': 'openai-responses',
};

/** The first target speaks the client's protocol and the second another one; or the other way round. */
function tierOf(client: Client, upstream: ProtocolName, { stage }: Conversation, { fault, settings }: Trouble): TierSpec {
  const second = upstream === client ? OTHER[client] : client;
  return {
    targets: [
      { api: upstream, script: fault ? failing(stage, fault) : well },
      { api: second, script: well },
    ],
    ...(settings && { settings }),
  };
}

/** All of them where it matters most: each case starts a program of 180 MB. */
const FEW = new Set(['well', 'cut', 'stall']);

function troublesOf({ name }: Conversation, same: boolean, gateway: boolean): readonly Trouble[] {
  if (!gateway) return TROUBLES.slice(0, 1);
  const short = !same || name === 'title' || name === 'compaction, too long';
  return short ? TROUBLES.filter((one) => FEW.has(one.name)) : TROUBLES;
}

const HOPELESS: readonly Trouble[] = [
  { name: 'nobody: overload', fault: { do: 'status', status: 529 }, settings: { retries: 0 } },
  { name: 'nobody: cut', fault: { do: 'cut' }, settings: { retries: 0 } },
  { name: 'nobody: clean end', fault: { do: 'clean-end' }, settings: { retries: 0 } },
];

/** `gateway`: without one there is one provider, which speaks the client's protocol and is well. */
export function cases({ gateway }: { readonly gateway: boolean }): readonly Case[] {
  const named = (list: readonly Omit<Case, 'id'>[]) => list.map((one, n) => ({ ...one, id: `t${n}` }));
  const healed = CLIENTS.flatMap((client) =>
    [client, OTHER[client]].slice(0, gateway ? 2 : 1).flatMap((upstream) =>
      CONVERSATIONS.flatMap((conversation) =>
        troublesOf(conversation, upstream === client, gateway).map((trouble) => ({
          client,
          upstream,
          conversation,
          trouble: trouble.name,
          tier: tierOf(client, upstream, conversation, trouble),
          hopeless: false,
        })),
      ),
    ),
  );
  const [plain] = CONVERSATIONS;
  const lost = CLIENTS.flatMap((client) =>
    HOPELESS.map(({ name, fault, settings }) => ({
      client,
      upstream: client,
      conversation: plain!,
      trouble: name,
      tier: { targets: [{ api: client, script: failing('answer', fault!) }], settings: settings! },
      hopeless: true,
    })),
  );
  return named(gateway ? [...healed, ...lost] : healed);
}
