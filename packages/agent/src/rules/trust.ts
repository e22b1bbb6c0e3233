/**
 * Consent for files from elsewhere: what an agent file would send away or run at load, before it does.
 *
 * C1. A need is known by what it says, not by the file's bytes: whatever changes of it is a new need, and everything else of the file may
 *     change freely.
 * C2. A consent belongs to one file and one need; what the file no longer needs is forgotten when it is trusted again.
 */
export interface ConsentFacts {
  /** Known vendors' key variables that would go to a host that is not the vendor's. `to`: the base URL. */
  readonly sends: readonly { readonly variable: string; readonly to: string; readonly provider: string }[];
  /** Files whose content is sent as a key. `to`: the base URL. */
  readonly files?: readonly { readonly file: string; readonly to: string; readonly provider: string }[];
  /** Variables that go into requests. `what` sends them; `to`: a URL, or words; `tells`: with what is said and done in a run. */
  readonly headers?: readonly {
    readonly what: string;
    readonly variables: readonly string[];
    readonly to: string;
    readonly tells?: true;
  }[];
  /** Commands run while the file is loaded. `what`: the setting that holds them. */
  readonly commands: readonly { readonly what: string; readonly command: readonly string[]; readonly env?: readonly string[] }[];
}

export interface Need {
  /** Content-bound: equal only for the same consent. */
  readonly fingerprint: string;
  /** For people: one sentence without a full stop. */
  readonly says: string;
}

/** Each once, in order. */
export function needs({ sends, files = [], headers = [], commands }: ConsentFacts): readonly Need[] {
  const all = [
    ...sends.map(({ variable, to, provider }) => ({
      fingerprint: `send ${variable} to ${originOf(to)}`,
      says: `provider "${provider}" sends the key in ${variable} to ${originOf(to)}, which is not the vendor's own host`,
    })),
    ...files.map(({ file, to, provider }) => ({
      fingerprint: `send file ${JSON.stringify(file)} to ${originOf(to)}`,
      says: `provider "${provider}" sends what is in the file ${quoted(file)} to ${originOf(to)} as its key`,
    })),
    ...headers.map(({ what, variables, to, tells }) => ({
      fingerprint: `${tells ? 'tell' : 'send'} ${JSON.stringify([what, ...variables])} to ${originOf(to)}`,
      says: `${what} sends ${sent(variables, tells)} to ${originOf(to)}`,
    })),
    ...commands.map(({ what, command, env = [] }) => ({
      fingerprint: `run ${JSON.stringify([what, ...command, ...(env.length > 0 ? [env] : [])])}`,
      says: `${what} runs the command ${command.map(quoted).join(' ')}${env.length > 0 ? ` and gives it ${env.map(quoted).join(', ')}` : ''}`,
    })),
  ];
  return [...new Map(all.map((need) => [need.fingerprint, need])).values()];
}

function sent(variables: readonly string[], tells: true | undefined): string {
  const held = `what is in ${variables.join(', ')}`;
  if (!tells) return held;
  return `what is said and done in a run${variables.length === 0 ? '' : `, and ${held},`}`;
}

/** What was not consented to, in order. */
export const unmet = (all: readonly Need[], given: ReadonlySet<string>): readonly Need[] =>
  all.filter(({ fingerprint }) => !given.has(fingerprint));

/** Scheme, host and port: a key that goes to another of them is another matter, the path is not. */
function originOf(url: string): string {
  const parsed = URL.parse(url);
  return parsed === null || parsed.origin === 'null' ? url : parsed.origin;
}

/** What a file says is shown on a terminal: nothing of it may act there. */
const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word).replace(/[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, '?');
