import type { Arguments } from './arguments.ts';
import { catches, covers, names, pattern, type Facts, type Pattern } from './permit-pattern.ts';
import { readCommand } from './permit-shell.ts';

/**
 * May this call run? Looked at in this order; the first that speaks decides.
 *
 * P1. A deny rule: refused, whatever else says yes. Nothing overrides it.
 * P2. Read-only mode: what may write or runs a command is refused.
 * P3. `--yolo` answers every question with yes.
 * P4. What the user allowed for the session, or an allow rule. An allow of a command line covers one simple command in the working directory.
 * P5. An ask rule: asked, reads too.
 * P6. Reads inside the real working directory run; everything else is asked. With nobody there a question is a denial.
 */
export interface PermissionRules {
  readonly allow: readonly string[];
  readonly ask: readonly string[];
  readonly deny: readonly string[];
}

export interface PermissionPatterns {
  readonly allow: readonly Pattern[];
  readonly ask: readonly Pattern[];
  readonly deny: readonly Pattern[];
}

export const permissionPatterns = (rules: PermissionRules): PermissionPatterns => ({
  allow: rules.allow.map(pattern),
  ask: rules.ask.map(pattern),
  deny: rules.deny.map(pattern),
});

/** What holds for a whole run. */
export interface PermitPolicy {
  readonly rules: PermissionPatterns;
  readonly yolo: boolean;
  readonly readOnlyMode: boolean;
  /** Real path of the working directory. */
  readonly cwd: string;
}

/** One call. Structurally the port's `PermitAsk`. */
export interface PermitCall {
  readonly tool: { readonly name: string; readonly readOnly: boolean };
  readonly input: Arguments;
  /** Real, absolute paths; for a command `reads` holds the folder it runs in. */
  readonly touches: { readonly reads: readonly string[]; readonly writes: readonly string[]; readonly command?: string };
  /** Tools (or rules) the user allowed for the rest of the session. */
  readonly allowed: ReadonlySet<string>;
  readonly attended: boolean;
}

export type Judgement =
  | { readonly do: 'run' }
  | { readonly do: 'refuse'; readonly output: string }
  | { readonly do: 'ask'; readonly reason: string };

export function permit(call: PermitCall, policy: PermitPolicy): Judgement {
  const { tool, touches, allowed, attended } = call;
  const { rules, cwd } = policy;
  const facts = factsOf(call, cwd);
  const denied = rules.deny.find((rule) => catches(rule, facts));
  if (denied) return refuse(`Tool '${tool.name}' is denied by permissions configuration (deny rule "${denied.text}").`);
  if (policy.readOnlyMode && changes(call)) return refuse(`Tool '${tool.name}' is denied: this run is read-only.`);
  if (policy.yolo) return RUN;
  const outside = [...touches.reads, ...touches.writes].filter((path) => !isInside(path, cwd));
  if ([...allowed].some((text) => text === tool.name || covers(pattern(text), facts))) return RUN;
  const strays = (rule: Pattern) => facts.command !== undefined && rule.conditions.length > 0 && outside.length > 0 && !names(rule, 'cwd');
  if (rules.allow.some((rule) => covers(rule, facts) && !strays(rule))) return RUN;
  const question = rules.ask.find((rule) => catches(rule, facts));
  if (!question && !changes(call) && outside.length === 0) return RUN;
  const reason = question ? `The ask rule "${question.text}" wants approval for ${tool.name}.` : reasonOf(call, outside);
  return attended ? { do: 'ask', reason } : refuse(`Tool '${tool.name}' is denied: nobody is there to approve it. ${reason}`);
}

const RUN: Judgement = { do: 'run' };
const refuse = (output: string): Judgement => ({ do: 'refuse', output });

const changes = ({ tool, touches }: PermitCall): boolean => !tool.readOnly || touches.writes.length > 0 || touches.command !== undefined;

function reasonOf({ tool, touches }: PermitCall, outside: readonly string[]): string {
  const place = outside[0] === undefined ? '' : `${outside[0]}, outside the working directory`;
  if (touches.command !== undefined) return `No rule allows ${tool.name} to run this command${place && ` in ${place}`}.`;
  if (!tool.readOnly || touches.writes.length > 0)
    return `No rule allows ${tool.name} to write${place ? ` to ${place}` : namely(touches.writes)}.`;
  return `${tool.name} would read ${place}, and no rule allows it.`;
}

const namely = (paths: readonly string[]): string => (paths[0] === undefined ? '' : ` to ${paths[0]}`);

/** By whole segments: `/work2` is not inside `/work`. */
export function isInside(path: string, folder: string): boolean {
  const separator = folder.startsWith('/') ? '/' : '\\';
  return path === folder || path.startsWith(folder.endsWith(separator) ? folder : folder + separator);
}

function factsOf({ tool, input, touches }: PermitCall, cwd: string): Facts {
  const real = touches.command === undefined ? [...touches.reads, ...touches.writes] : [];
  const paths = real.map((path) => {
    if (!isInside(path, cwd)) return [path];
    const relative = path === cwd ? '.' : path.slice(cwd.endsWith('/') ? cwd.length : cwd.length + 1);
    return [path, relative, `./${relative}`];
  });
  return { tool: tool.name, input, paths, ...(touches.command === undefined ? {} : { command: readCommand(touches.command) }) };
}
