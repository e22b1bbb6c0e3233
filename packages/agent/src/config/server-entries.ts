import { parseDuration } from '@holdfast/core/engine';
import type { Mark } from './problem.ts';
import type { RawServer, RawServerKey } from './raw.ts';
import { SERVER_DEFAULTS, type RateSpec, type ServerKeySpec, type ServerSpec } from './server-spec.ts';
import { given } from './given.ts';

const UNITS: Readonly<Record<string, number>> = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };

/** `32MiB`, `500 KB`, or whole bytes; undefined: no size above 0. */
export function parseSize(text: string): number | undefined {
  const [, amount, unit = 'B'] = /^(\d+)\s*([KMG]i?B|B)?$/.exec(text.trim()) ?? [];
  const bytes = Number(amount) * UNITS[unit]!;
  return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : undefined;
}

const msOf = (duration: string | number | undefined): number | undefined => {
  const parsed = duration === undefined ? undefined : parseDuration(duration);
  return parsed === undefined || 'error' in parsed ? undefined : parsed.ms;
};

/** The section over that of the gateway file behind it, key by key. */
export function serverOf(
  raw: RawServer,
  base: ServerSpec | undefined,
  where: { readonly file: string; keyAt(index: number): Mark },
): ServerSpec {
  const { storeResponses: store, ...before } = base ?? SERVER_DEFAULTS;
  const stored = raw.responses?.store === undefined ? store : msOf(raw.responses.store);
  return {
    ...before,
    ...(stored !== undefined && { storeResponses: stored }),
    ...given({
      keys: raw.keys?.map((key, index) => keyOf(key, where.file, where.keyAt(index))),
      aliases: raw.aliases && Object.entries(raw.aliases).map(([pattern, ref]) => ({ pattern, ref })),
      defaultTier: raw.default_tier,
      hosts: raw.hosts,
      origins: raw.origins,
      maxBody: raw.max_body === undefined ? undefined : parseSize(String(raw.max_body)),
      jsonDepth: raw.json_depth,
      headAfter: msOf(raw.head_after),
      keepAlive: msOf(raw.keep_alive),
      grace: msOf(raw.grace),
      jsonKeepalive: raw.json_keepalive,
      forwardHeaders: raw.forward_headers?.map((name) => name.toLowerCase()),
      headerTimeout: msOf(raw.header_timeout),
      bodyTimeout: msOf(raw.body_timeout),
      idleTimeout: msOf(raw.idle_timeout),
      slowClient: msOf(raw.slow_client),
      maxConnections: raw.max_connections,
    }),
  };
}

const keyOf = ({ name, env, tiers, admin = false, record, weight, rate }: RawServerKey, file: string, at: Mark): ServerKeySpec => ({
  name,
  env,
  file,
  at,
  admin,
  rate: given<RateSpec>({ rpm: rate?.rpm, tpm: rate?.tpm, concurrent: rate?.concurrent } as RateSpec) as RateSpec,
  ...given({ tiers, record, weight }),
});
