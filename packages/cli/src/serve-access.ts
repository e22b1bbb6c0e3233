import type { AgentFile } from '@holdfast/agent/engine';
import { accessOf, isLoopback, keyHash, type Access, type Holder } from '@holdfast/server';

export interface AccessPorts {
  readonly env: (name: string) => string | undefined;
  readonly token: string;
  readonly host: string;
}

/** Who may come in with this file. Keys are kept as hashes. */
export function servedAccess({ server }: AgentFile, { env, token, host }: AccessPorts): Access {
  const keys = server.keys.flatMap(({ name, env: variable, tiers, admin, record }) => {
    const value = env(variable)?.trim() ?? '';
    const holder: Holder = { name, admin, ...(tiers && { tiers }), ...(record && { record }) };
    return value === '' ? [] : [{ holder, hash: keyHash(value) }];
  });
  const loopbackOnly = isLoopback(host);
  // Who binds to an address by name may be asked by it.
  const own = loopbackOnly || ['0.0.0.0', '::', '[::]', ''].includes(host) ? [] : [host];
  return accessOf({ keys, token: keyHash(token), loopbackOnly, hosts: [...server.hosts, ...own], origins: server.origins }, keyHash);
}

/** Whether what this caller asks is kept. */
export const keepsContent = ({ server }: AgentFile, caller: string | undefined): boolean =>
  server.keys.some(({ name, record }) => record === 'content' && (caller === name || (caller?.startsWith(`${name}/`) ?? false)));
