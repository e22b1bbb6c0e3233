import { LiveKey, systemClock, type Credential, type KeySource, type ResolvedKey, type ResolvedProvider } from '@holdfast/core/engine';

export interface LiveKeyPorts {
  readonly keySource: (source: KeySource) => Credential;
  readonly hash: (text: string) => string;
  readonly secret: (name: string, value: string) => void;
}

/** The keys of a chain that are read when they are needed: one each, whatever number of targets send it. */
export function liveKeys({ keySource, hash, secret }: LiveKeyPorts) {
  const known = new Map<string, LiveKey>();
  return ({ name }: ResolvedProvider, { source, credential }: ResolvedKey): LiveKey | undefined => {
    if (source === undefined) return undefined;
    const ports = { clock: systemClock, hash, secret: (value: string): void => secret(`${name} key`, value) };
    const key = known.get(credential) ?? new LiveKey(`the key of ${name}`, keySource(source), ports);
    known.set(credential, key);
    return key;
  };
}
