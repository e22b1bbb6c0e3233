import { nearest, parseRef } from '@holdfast/core/engine';
import { isKnown, isServed, knownProviders } from './names.ts';
import type { Names } from './names.ts';
import type { RefKind } from './shape.ts';

/** What is wrong with one reference. `once`: said once a file, however often it is met. */
export interface Finding {
  readonly level: 'error' | 'warning';
  readonly message: string;
  readonly nearest?: string;
  readonly wayOut?: string;
  readonly once?: string;
}

/** Docker's word for "whichever vendor there is a key for". */
export const AUTO = 'auto';

export function checkRef(kind: RefKind, text: string, names: Names): readonly Finding[] {
  switch (kind) {
    case 'alloy':
    case 'tier-part':
      return parts(text).flatMap((part) => checkModel(kind === 'alloy' ? 'chain' : 'tier-part', part, names));
    case 'chain':
    case 'model':
      return checkModel(kind, text.trim(), names);
    case 'provider':
      return checkProvider(text, names);
    case 'vendor':
      return isKnown(text) ? unserved(text) : [nothing('known provider', text, knownProviders())];
    case 'team':
      return checkAgent(text, names);
    case 'definition':
      return text.startsWith('docker:') ? [gateway(text)] : among('entry of "mcps" or "rag"', text, names.definitions);
    case 'tier':
      return among('tier', text, names.tiers);
    default:
      return among(`entry of "${kind}"`, text, names[kind]);
  }
}

/** The members of a comma list. */
export const parts = (text: string): string[] => text.split(',').map((part) => part.trim());

function checkModel(kind: 'chain' | 'model' | 'tier-part', text: string, names: Names): readonly Finding[] {
  if ((kind === 'chain' && (text === AUTO || names.tiers.has(text))) || names.models.has(text)) return [];
  const ref = parseRef(text, names.models);
  if ('error' in ref) return [{ level: 'error', message: ref.error, wayOut: 'write PROVIDER/MODEL, or a name from "models"' }];
  if ('provider' in ref) return checkProvider(ref.provider, names);
  if (names.models.has(ref.name)) return [];
  if (names.tiers.has(ref.name)) {
    // An effort after it is for those of its targets that have none.
    if (kind === 'chain') return [];
    const message =
      kind === 'tier-part' ? `"${ref.name}" is a tier, and a tier cannot hold another` : `"${ref.name}" is a tier; one model is due here`;
    return [{ level: 'error', message, wayOut: 'write the models of that tier out' }];
  }
  if (names.providers.has(ref.name) || isKnown(ref.name)) {
    return [{ level: 'error', message: `"${ref.name}" is a provider, not a model`, wayOut: `write ${ref.name}/MODEL` }];
  }
  const known = kind === 'chain' ? [...names.models, ...names.tiers] : [...names.models];
  const finding = nothing(kind === 'chain' ? 'model or tier' : 'model', ref.name, known);
  if (finding.nearest !== undefined || ref.name === '') return [finding];
  // A bare model id is most often one whose provider was left out.
  const [provider] = names.providers;
  const form = `write PROVIDER/MODEL${provider === undefined ? '' : `, such as ${provider}/${ref.name}`}`;
  return [{ ...finding, wayOut: known.length === 0 ? form : `${form}, or one of ${listed(known)}` }];
}

const checkProvider = (name: string, names: Names): readonly Finding[] =>
  names.providers.has(name) ? [] : isKnown(name) ? unserved(name) : [nothing('provider', name, [...names.providers, ...knownProviders()])];

/** A sub-agent may come from elsewhere: `namespace/repo`, a URL, a file, `name:reference`. */
const checkAgent = (text: string, names: Names): readonly Finding[] =>
  names.agents.has(text) || !/[/:]/.test(text)
    ? among('agent', text, names.agents)
    : [{ level: 'warning', message: notHere(text), wayOut: `${HERE}; a run that may come to it is refused`, once: `elsewhere ${text}` }];

/** Said at check, and when it is to be run. */
export const notHere = (ref: string): string => `"${ref}" is ${kindOf(ref)}, and agents are not fetched from there`;
export const HERE = 'write that agent into this file';

function kindOf(ref: string): string {
  const place = ref.replace(/^[\w-]+:(?!\/\/)(?=.*\/)/, '');
  if (/^git(hub\.com|@|\+|:)|\.git\b/.test(place)) return 'in a git repository';
  if (/^https?:/.test(place)) return 'at a URL';
  return /^[.~/]|\.ya?ml$/.test(place) ? 'in another file' : 'in an OCI registry';
}

const unserved = (provider: string): readonly Finding[] =>
  isServed(provider)
    ? []
    : [
        {
          level: 'warning',
          message: `provider "${provider}" is not served; a run that needs it is refused`,
          wayOut: 'if it speaks a known API, give it an entry in "providers" with api and base_url',
          once: `unserved ${provider}`,
        },
      ];

const among = (what: string, text: string, names: ReadonlySet<string>): readonly Finding[] =>
  names.has(text) ? [] : [nothing(what, text, names)];

function nothing(what: string, text: string, names: Iterable<string>): Finding {
  const list = [...new Set(names)];
  const near = nearest(text, list);
  return {
    level: 'error',
    message: text === '' ? `an empty name; a ${what} is due here` : `there is no ${what} "${text}"`,
    ...(near === undefined ? {} : { nearest: near }),
    ...(near !== undefined ? {} : list.length === 0 ? { wayOut: `this file defines none` } : { wayOut: `there are ${listed(list)}` }),
  };
}

const gateway = (ref: string): Finding => ({
  level: 'warning',
  message: `"${ref}" is a server of Docker's MCP gateway, which is not asked; the agent is run without its tools`,
  wayOut: "name the server's own command, or its remote url",
  once: `gateway ${ref}`,
});

/** The first few of a list, for people. */
export const listed = (names: readonly string[], most = 12): string =>
  names.slice(0, most).join(', ') + (names.length > most ? ` and ${names.length - most} more` : '');
