import type { Tool } from '../ports.ts';
import { folderOf, heldCommand, type CommandTools } from './commands.ts';
import { checked, object, type Input } from './define.ts';
import { mapOf, textsOf, texts, ToolsetError } from './settings.ts';

export interface ScriptTools extends CommandTools {
  /** Seconds; absent: as long as it takes. */
  readonly timeout?: number;
  /** The environment of one script: without secrets but for those it names. */
  readonly environmentOf: (own: Readonly<Record<string, string>>) => Readonly<Record<string, string>>;
}

/** One tool of `shell:` in a script toolset, by Docker's names. */
interface Script {
  readonly cmd: string;
  readonly description: string;
  readonly args: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly required: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly workingDir: string;
}

const NAME = /^[A-Za-z_][A-Za-z0-9_-]*$/;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** A model must not be able to say what the shell or the loader of a program does by these. */
const RESERVED = /^(PATH|IFS|ENV|BASH_ENV|SHELLOPTS|PS4|LD_.*|DYLD_.*|NODE_OPTIONS|PYTHONPATH|PERL5OPT|RUBYOPT|GIT_SSH_COMMAND)$/;

/**
 * Commands of the agent file as tools. The command is run as it is written: arguments reach it in its environment, so that nothing a model
 * says is ever read as shell. Throws a `ToolsetError` that says what is wrong with which of them.
 */
export function scriptTools(scripts: unknown, tools: ScriptTools): readonly Tool[] {
  const all = Object.entries(mapOf(scripts));
  if (all.length === 0) throw new ToolsetError('settings', 'script', 'A toolset of type "script" needs its commands under "shell"');
  return all.map(([name, raw]) => scriptTool(name, scriptOf(name, mapOf(raw)), tools));
}

function scriptOf(name: string, raw: Readonly<Record<string, unknown>>): Script {
  const wrong = (what: string): never => {
    throw new ToolsetError('settings', name, `The script "${name}" ${what}`);
  };
  if (!NAME.test(name)) wrong('cannot be called so: letters, digits, "_" and "-", and no digit first');
  const cmd = raw['cmd'];
  if (typeof cmd !== 'string' || cmd.trim() === '') return wrong('has no "cmd"');
  if (/\$\{env\./.test(cmd))
    wrong('has ${env.NAME} in "cmd", which is for the shell to read: name the variable under "env" and write $NAME');
  const args = Object.fromEntries(Object.entries(mapOf(raw['args'])).map(([arg, schema]) => [arg, { type: 'string', ...mapOf(schema) }]));
  const env = textsOf(raw['env']);
  const named = Object.keys(args);
  const bad = named.find((arg) => !VARIABLE.test(arg) || RESERVED.test(arg));
  if (bad !== undefined) wrong(`has an argument "${bad}" that cannot be a variable of its environment`);
  const twice = named.find((arg) => Object.hasOwn(env, arg));
  if (twice !== undefined) wrong(`has "${twice}" both under "args" and under "env"`);
  const required = raw['required'] === undefined ? [] : texts(raw['required']);
  const unknown = required.find((arg) => !named.includes(arg));
  if (unknown !== undefined) wrong(`requires an argument "${unknown}" that is not under "args"`);
  const workingDir = typeof raw['working_dir'] === 'string' && raw['working_dir'] !== '' ? raw['working_dir'] : '.';
  return { cmd, description: String(raw['description'] ?? `Runs: ${cmd}`), args, required, env, workingDir };
}

const scriptTool = (name: string, script: Script, tools: ScriptTools): Tool =>
  checked({
    name,
    description: script.description,
    parameters: object(script.args, script.required),
    readOnly: false,
    idempotent: false,
    sequential: true,
    category: 'script',
    touches: async (_, context) => ({
      reads: [await folderOf(tools, script.workingDir, context, 'working_dir')],
      writes: [],
      command: script.cmd,
    }),
    prepare: async (input, context) => {
      const cwd = await folderOf(tools, script.workingDir, context, 'working_dir');
      const env = { ...tools.environmentOf(script.env), ...variables(script, input) };
      return heldCommand(tools, { command: script.cmd, cwd, env }, context, tools.timeout);
    },
  });

/** Only what the file declares: a model that adds LD_PRELOAD changes nothing. Lists and maps go as JSON. */
function variables({ args }: Script, input: Input): Readonly<Record<string, string>> {
  const given = Object.keys(args).flatMap((name) => {
    const value = input[name];
    if (value === undefined || value === null) return [];
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
    if (text.includes('\0')) throw new Error(`${name} holds a NUL character.`);
    return [[name, text]];
  });
  return Object.fromEntries(given);
}
