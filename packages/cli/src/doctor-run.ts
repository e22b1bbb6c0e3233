import { consentPlaces, type AgentFile } from '@holdfast/agent/engine';
import { grantedNeeds } from './consent.ts';
import { CommandError, type Context } from './context.ts';
import { besideFile } from './io/folders.ts';
import { isProgram, isThere } from './io/near-files.ts';
import type { Check } from './render/doctor-lines.ts';
import { quote } from './shell-words.ts';
import { userRules } from './user-rules.ts';

/** What runs of a file need beside models: the user's own rules, consent, files with instructions, programs of MCP servers. */
export async function runChecks(context: Context, file: AgentFile | undefined, path: string | undefined): Promise<readonly Check[]> {
  const rules = await rulesCheck(context);
  if (file === undefined || path === undefined) return rules;
  return [...rules, ...instructionChecks(file, path), ...programChecks(file, context), ...(await consentChecks(context, file, path))];
}

async function rulesCheck({ state, signal }: Context): Promise<readonly Check[]> {
  try {
    await userRules(state, signal);
    return [];
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return [{ check: 'files', level: 'fail', what: error.message }];
  }
}

const instructionChecks = (file: AgentFile, path: string): readonly Check[] =>
  [...file.agents.values()].flatMap(({ name, instructionFiles }) =>
    instructionFiles
      .filter((one) => !isThere(besideFile(path, one)))
      .map((one): Check => ({
        check: 'files',
        level: 'fail',
        what: `agent "${name}": there is no ${one} beside ${path}`,
        way: 'write it, or take it out of instruction_file',
      })),
  );

/** By the `PATH` of this process, which its children have too. */
function programChecks(file: AgentFile, { env }: Context): readonly Check[] {
  const path = env('PATH') ?? '';
  const missing = [...file.agents.values()].flatMap(({ name, toolsets }) =>
    toolsets.flatMap(({ type, raw }) => {
      const program = type === 'mcp' && typeof raw['command'] === 'string' ? raw['command'] : undefined;
      if (program === undefined || isProgram(program, path)) return [];
      return [`agent "${name}": the MCP server ${program} is not installed`];
    }),
  );
  return [...new Set(missing)].map((what) => ({
    check: 'files',
    level: 'warn',
    what,
    way: 'install it; until then the agent runs without its tools',
  }));
}

async function consentChecks(context: Context, file: AgentFile, path: string): Promise<readonly Check[]> {
  const granted = await grantedNeeds(context, context.state, path, file);
  const open = consentPlaces(file, context.env).filter(({ need }) => !granted.has(need.fingerprint));
  if (open.length === 0) return [];
  const what = open.length === 1 ? `${path}: ${open[0]!.need.says}` : `${path} does ${open.length} things that need your consent`;
  return [{ check: 'files', level: 'warn', what, way: `holdfast trust ${quote(path)}` }];
}
