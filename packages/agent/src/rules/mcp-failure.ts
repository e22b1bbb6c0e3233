/** What is known of a server that is a program of ours. All texts scrubbed. */
export interface ProgramFacts {
  /** The command as it was started, for somebody to try by hand. */
  readonly command: string;
  readonly cwd: string;
  /** Why it could not be started at all: `ENOENT` and its kin. */
  readonly errno?: string | undefined;
  readonly cwdMissing?: boolean | undefined;
  readonly end?: { readonly code: number | null; readonly signal: string | null } | undefined;
  /** The last it wrote to stderr. */
  readonly stderr: string;
  /** The first it wrote to stdout that is no message. */
  readonly garbage?: string | undefined;
  /** It sent a message that was too long. */
  readonly tooLong?: boolean | undefined;
}

/** What is known of a server that is reached over HTTP. */
export interface RemoteFacts {
  readonly url: string;
  readonly status?: number | undefined;
  /** `ECONNREFUSED`, `ENOTFOUND` and their kin. */
  readonly errno?: string | undefined;
  readonly message: string;
}

/** Characters shown of what a server wrote. */
const SHOWN = 1000;

/** What became of a program, as the end of a sentence: `ended with exit code 1`. */
export function endWords({ end, tooLong }: Pick<ProgramFacts, 'end' | 'tooLong'>): string {
  if (tooLong) return 'was ended: it sent a message of more than 10 MB';
  if (!end) return 'closed its output';
  return end.signal === null ? `ended with exit code ${end.code}` : `was ended by ${end.signal}`;
}

/** Why a program did not become a server, and what to do. `limitMs`: it was given so long. */
export function programTrouble(facts: ProgramFacts, limitMs: number | undefined, other?: string): string {
  const { command, cwd, errno, cwdMissing } = facts;
  if (cwdMissing) return `cannot be started: its working directory ${cwd} does not exist`;
  if (errno === 'ENOENT')
    return `cannot be started: there is no program "${command.split(' ')[0]}". Install it, or name it with its path in "command"`;
  if (errno === 'EACCES') return `cannot be started: "${command.split(' ')[0]}" may not be executed. Make it executable, or mend "command"`;
  if (errno !== undefined) return `cannot be started (${errno}): ${command}`;
  const what = limitMs === undefined ? (other ?? endWords(facts)) : `did not answer within ${limitMs / 1000} s`;
  const when = limitMs === undefined && other === undefined ? ' before it was ready' : '';
  return `${what}${when}. Try it by hand in ${cwd}: ${command}${wrote(facts)}`;
}

/** What a server wrote, for whoever has to find out. */
export function wrote({ stderr, garbage }: Pick<ProgramFacts, 'stderr' | 'garbage'>): string {
  const said = stderr.trim() === '' ? '' : `\nIts last words on stderr:\n${stderr.trim().slice(-SHOWN)}`;
  return garbage === undefined ? said : `\nOn stdout, where only messages may stand, it wrote: ${garbage.trim().slice(0, 200)}${said}`;
}

/** Why a server over HTTP is not to be had, and what to do. */
export function remoteTrouble({ url, status, errno, message }: RemoteFacts, limitMs: number | undefined): string {
  if (limitMs !== undefined) return `did not answer within ${limitMs / 1000} s at ${url}`;
  if (status === 401)
    return `answered 401 (not signed in) at ${url}. Give it a token under "headers", as in Authorization: "Bearer \${env.TOKEN}"; signing in with a browser is not served`;
  if (status === 403) return `answered 403 (not allowed) at ${url}. The token under "headers" may not use this server`;
  if (status === 404 || status === 405)
    return `answered ${status} at ${url}: there is no such server. Check "url"; a server of the old kind wants "transport_type: sse"`;
  if (status !== undefined) return `answered ${status} at ${url}: ${firstLine(message)}`;
  if (errno !== undefined) return `cannot be reached at ${url} (${errno})`;
  return `cannot be used at ${url}: ${firstLine(message)}`;
}

const firstLine = (text: string): string => text.trim().split('\n')[0]!.slice(0, 300);
