import { remoteRuntime, type RemoteOptions } from '@holdfast/agent';
import type { SecretRegistry } from '@holdfast/core/engine';
import { CommandError, EXIT, type Context } from './context.ts';
import { fileName } from './io/folders.ts';
import { readTextFile } from './io/text-file.ts';
import { runView } from './run-view.ts';
import type { Ground } from './conversation/ground.ts';
import { redacted, type RuntimeOptions } from './runtime-setup.ts';
import { secretsOf } from './secrets-setup.ts';

export interface RemoteChoice extends RuntimeOptions {
  /** Where `holdfast serve --agent FILE` listens. */
  readonly remote?: string;
  readonly tokenFile?: string;
}

/** What the server decides. */
const THEIRS = [
  'model',
  'caller',
  'readOnly',
  'workingDir',
  'promptFile',
  'maxIterations',
] as const satisfies readonly (keyof RuntimeOptions)[];

const flagOf = (name: string): string => `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** Runs at a server, as those of this process are opened. The file need not be here: its name says which of the served ones is meant. */
export async function openRemote(
  context: Context,
  { remote: written = '', ...options }: RemoteChoice,
): Promise<Ground & { close(): Promise<void> }> {
  const without = THEIRS.filter((name) => options[name] !== undefined).map(flagOf);
  if (without.length > 0)
    throw new CommandError(EXIT.usage, `${without.join(', ')} and --remote do not go together: the server was told so when it began`);
  const secrets = secretsOf(context.environment);
  const token = tokenOf(context, options.tokenFile, secrets);
  const view = redacted(runView(context.terminal, { json: context.json, explain: false, logLevel: context.logLevel }), secrets);
  const name = fileName(options.file);
  const url = urlOf(written);
  const connection = told(url, view.notice);
  const runtime = remoteRuntime({
    url,
    agent: options.agent === undefined ? name : `${name}/${options.agent}`,
    ...(token !== undefined && { token }),
    connection,
  });
  // A wrong address, token or name is said before anything is asked for.
  await runtime.agents().catch(refused(url));
  runtime.live((event) => view.live(event));
  return {
    runtime,
    view,
    attended: context.terminal.inIsTty && !context.json,
    redact: secrets.redact,
    file: { name: options.file, path: options.file },
    close: () => runtime.close(),
  };
}

/** A session may have several streams: they are lost together, which is said once. */
function told(url: string, notice: (text: string) => void): NonNullable<RemoteOptions['connection']> {
  let lost = 0;
  return (event) => {
    lost += event.type === 'lost' ? 1 : -1;
    if (event.type === 'lost' && lost === 1) notice(`the connection to ${url} was lost (${event.error}); trying again`);
    if (event.type === 'restored' && lost === 0) notice(`connected to ${url} again`);
  };
}

function urlOf(written: string): string {
  const url = URL.parse(written);
  if (url && (url.protocol === 'http:' || url.protocol === 'https:')) return url.origin + url.pathname.replace(/\/+$/, '');
  throw new CommandError(EXIT.usage, `--remote ${written}: not a URL such as http://127.0.0.1:4141`);
}

function tokenOf({ env }: Context, file: string | undefined, secrets: SecretRegistry): string | undefined {
  const token = (file === undefined ? env('HOLDFAST_TOKEN') : readTextFile(file))?.trim();
  if (token === undefined || token === '') return undefined;
  secrets.add('HOLDFAST_TOKEN', token);
  return token;
}

const refused =
  (url: string) =>
  (error: unknown): never => {
    const { message, code } = error as { readonly message: string; readonly code?: unknown };
    if (code === 'unreachable')
      throw new CommandError(EXIT.tryLater, `${message}; is it running? holdfast serve --agent FILE`, { cause: error });
    throw new CommandError(EXIT.usage, `--remote ${url}: ${message}`, { cause: error });
  };
