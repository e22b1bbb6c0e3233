import { parseDuration, readBudgets } from '@holdfast/core/engine';
import type { Mark } from './problem.ts';
import type { Finding } from './refs.ts';
import { parseSize } from './server-entries.ts';
import type { Entry, MapNode, TreeNode } from './tree.ts';
import { short } from './words.ts';

interface Placed {
  readonly at: Mark;
  readonly path: string;
  readonly finding: Finding;
}

const childOf = (node: TreeNode | undefined, key: string): Entry | undefined => (node?.kind === 'map' ? node.entries.get(key) : undefined);
const textOf = (node: TreeNode | undefined): string | undefined =>
  node?.kind === 'text' ? node.value : node?.kind === 'number' ? node.written : undefined;

const error = (entry: Pick<Entry, 'at'>, path: string, message: string, wayOut?: string): Placed => ({
  at: entry.at,
  path,
  finding: { level: 'error', message, ...(wayOut !== undefined && { wayOut }) },
});

const keyNodes = (server: TreeNode | undefined): readonly MapNode[] => {
  const list = childOf(server, 'keys')?.node;
  return list?.kind === 'list' ? list.items.filter((one): one is MapNode => one.kind === 'map') : [];
};

/** What the shape of the section `server` does not show. */
export function serverProblems(root: TreeNode): readonly Placed[] {
  const server = childOf(root, 'server')?.node;
  const keys = keyNodes(server);
  return [
    ...twice(keys, 'name', 'is the name of another key too', 'give each of them a name of its own'),
    ...twice(keys, 'env', 'holds another key too', 'give each key a variable of its own'),
    ...keys.flatMap(keyFaults),
    ...values(server),
  ];
}

function twice(keys: readonly MapNode[], field: string, message: string, wayOut: string): readonly Placed[] {
  const seen = new Map<string, number>();
  return keys.flatMap((node, index) => {
    const entry = node.entries.get(field);
    const text = textOf(entry?.node);
    if (entry === undefined || text === undefined) return [];
    const first = seen.get(text);
    if (first === undefined) seen.set(text, entry.at.line);
    // What stands in `env` may be the key itself: it is not repeated.
    const named = field === 'env' ? 'this variable' : `"${short(text)}"`;
    return first === undefined ? [] : [error(entry, `server.keys[${index}].${field}`, `${named} ${message} (line ${first})`, wayOut)];
  });
}

/** Printable, without a slash: what stands below a key is named by the header `x-holdfast-caller`, after one. */
const KEY_NAME = /^[^\p{Cc}\s/]([^\p{Cc}/]{0,98}[^\p{Cc}\s/])?$/u;

function keyFaults(node: MapNode, index: number): readonly Placed[] {
  const path = `server.keys[${index}]`;
  const name = node.entries.get('name');
  const text = textOf(name?.node);
  const wrong =
    name !== undefined && text !== undefined && text.trim() !== '' && !KEY_NAME.test(text)
      ? [error(name, `${path}.name`, "a key's name has at most 100 characters, no / and no control character", 'choose another name')]
      : [];
  return [...wrong, ...keyBudget(node, path)];
}

function keyBudget(node: MapNode, path: string): readonly Placed[] {
  const budget = node.entries.get('budget');
  if (budget?.node.kind !== 'map') return [];
  const { entries } = budget.node;
  const amounts = Object.fromEntries([...entries.values()].map(({ key, node: one }) => [key, 'value' in one ? one.value : undefined]));
  return readBudgets([{ name: 'key', ...amounts }], 'snake').problems.flatMap(({ key, message }) => {
    const at = key === undefined ? budget : entries.get(key);
    // The rest is told by the shape.
    if (at === undefined || (key !== undefined && key !== 'time_zone' && key !== 'renews_at')) return [];
    return [error(at, key === undefined ? `${path}.budget` : `${path}.budget.${key}`, key === undefined ? `it ${message}` : message)];
  });
}

function values(server: TreeNode | undefined): readonly Placed[] {
  const size = childOf(server, 'max_body');
  const sizeText = textOf(size?.node);
  const store = childOf(childOf(server, 'responses')?.node, 'store');
  const storeText = textOf(store?.node);
  const kept = storeText === undefined || storeText === 'off' ? { ms: 0 } : parseDuration(storeText);
  return [
    ...(size && sizeText !== undefined && parseSize(sizeText) === undefined
      ? [error(size, 'server.max_body', `"${short(sizeText)}" is no size`, 'write it such as 32MiB, or in whole bytes')]
      : []),
    ...(store && 'error' in kept ? [error(store, 'server.responses.store', `${kept.error}, or off`)] : []),
    ...listed(server, 'origins', (text) =>
      originOf(text) === text ? undefined : [`"${short(text)}" is no origin`, 'write SCHEME://HOST[:PORT], without a path'],
    ),
    ...listed(server, 'hosts', (text) =>
      /^[a-z0-9.-]+$|^\[?[0-9a-f:]+\]?$/i.test(text)
        ? undefined
        : [`"${short(text)}" is no host`, 'write a name or an address, without scheme and port'],
    ),
    ...listed(server, 'forward_headers', headerFault),
  ];
}

type Fault = readonly [message: string, wayOut: string] | undefined;

const listed = (server: TreeNode | undefined, name: string, look: (text: string) => Fault): readonly Placed[] => {
  const list = childOf(server, name)?.node;
  if (list?.kind !== 'list') return [];
  return list.items.flatMap((item, index) => {
    const fault = item.kind === 'text' ? look(item.value) : undefined;
    return fault === undefined ? [] : [error(item, `server.${name}[${index}]`, ...fault)];
  });
};

const originOf = (text: string): string | undefined => (URL.canParse(text) ? new URL(text).origin : undefined);

/** Set by us for each provider, or about the connection to us: a client's own would break the request, or hand out the key it has with us. */
const OURS =
  /^(authorization|proxy-.*|cookie|x-api-key|api-key|x-goog-api-key|host|connection|content-.*|transfer-encoding|te|trailer|upgrade|keep-alive|accept-encoding|expect|x-holdfast-.*|x-forwarded-.*|forwarded)$/i;

function headerFault(text: string): Fault {
  if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/i.test(text)) return [`"${short(text)}" is no name of a header`, 'write one name'];
  return OURS.test(text) ? [`the header ${text.toLowerCase()} is never forwarded`, 'take it out'] : undefined;
}
