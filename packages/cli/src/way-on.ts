import type { RunResult } from '@holdfast/agent';
import { isBelow, type ScopeBelief } from '@holdfast/core/engine';
import { EXIT, type Context } from './context.ts';
import type { RemoteChoice } from './remote-setup.ts';
import type { NamedKeys } from './named-keys.ts';
import { quote } from './shell-words.ts';

/** A command to type, as this one was called, with the flags that say where things are. */
export const commandLine = ({ program, where }: Context, words: readonly string[]): string =>
  `${program} ${[...words, ...where].map(quote).join(' ')}`;

/** What a user may do after a run that did not end well: one line each. */
export function wayOn(
  context: Context,
  options: RemoteChoice,
  session: string,
  { why, failure }: RunResult,
  exit: number,
  keys: NamedKeys | undefined,
  beliefs: readonly ScopeBelief[],
): readonly string[] {
  if (why === 'done') return [];
  const later = exit !== EXIT.tryLater || failure?.retryAt === undefined ? '' : ` after ${moment(failure.retryAt)}`;
  return [...keyLines(context, failure, keys, beliefs), `go on${later} with: ${commandLine(context, again(options, session))}`];
}

/** For each provider whose key was refused: which variable it is in, and how the refusal is forgotten. */
export function keyLines(
  context: Context,
  failure: RunResult['failure'],
  keys: NamedKeys | undefined,
  beliefs: readonly ScopeBelief[],
): readonly string[] {
  const refused = new Map(
    (failure?.blamed ?? []).flatMap(({ target, kind }) => {
      const key = keys?.of(target);
      return kind === 'auth' && key ? [[key.provider, key.variables] as const] : [];
    }),
  );
  return [...refused].map(([provider, variables]) => {
    const clear = commandLine(context, ['health', 'clear', provider]);
    if (byHand(beliefs, provider)) return `${provider} rests by hand (auth); this ends it: ${clear}`;
    if (variables.length === 0) return `${provider} refuses requests without a key: name its variable with token_key`;
    const [what, were] = variables.length === 1 ? ['the key in', 'was'] : ['the keys in', 'were'];
    return `${what} ${variables.join(', ')} ${were} refused; a changed key is noticed at once, and this forgets the refusal: ${clear}`;
  });
}

/** Whether somebody said so, and no provider. */
const byHand = (beliefs: readonly ScopeBelief[], provider: string): boolean =>
  beliefs.some(
    ({ scope, belief }) => isBelow(scope, `credential:${provider}`) && belief.tag !== 'cool' && belief.byHand && belief.why.kind === 'auth',
  );

/** The words that go on with a session: those of this run that say what runs and where. */
function again(
  { file, agent, caller, model = [], workingDir, promptFile = [], maxIterations, readOnly, yolo, remote, tokenFile }: RemoteChoice,
  session: string,
) {
  return [
    'run',
    file,
    '--session',
    session.slice(0, 8),
    ...(agent === undefined ? [] : ['--agent', agent]),
    ...(caller === undefined ? [] : ['--caller', caller]),
    ...model.flatMap((one) => ['--model', one]),
    ...(workingDir === undefined ? [] : ['--working-dir', workingDir]),
    ...promptFile.flatMap((one) => ['--prompt-file', one]),
    ...(maxIterations === undefined ? [] : ['--max-iterations', `${maxIterations}`]),
    ...(remote === undefined ? [] : ['--remote', remote]),
    ...(tokenFile === undefined ? [] : ['--token-file', tokenFile]),
    ...(readOnly ? ['--read-only'] : []),
    ...(yolo ? ['--yolo'] : []),
  ];
}

/** As messages say it: whichever zone who reads it is in. */
const moment = (at: number): string => new Date(at).toISOString().replace(/\.\d+/, '');
