import { BY, byRule, type Layer } from './decision-source.ts';
import { blockedCall, type HookVerdict } from './hook-decision.ts';
import { changes, factsOf, outsideOf, reasonOf, type TouchedCall } from './permit-facts.ts';
import { catches, covers, names, pattern, type Facts, type Pattern } from './permit-pattern.ts';

export { isInside } from './permit-facts.ts';

/**
 * May this call run? Looked at in this order; the first that speaks decides.
 *
 * P1. A deny rule of the session, the user or the team, or a hook that denies: refused, whatever else says yes. Nothing overrides it.
 * P2. Read-only mode, its own or that of an agent above it: what may write or runs a command is refused.
 * P3. `--yolo`, and the user's yes to everything, answer every question but those of a hook that preempts them.
 * P4. A hook that asks: asked, whatever a rule allows, unless the user allowed just this for the session.
 * P5. What the user allowed for the session; then the session's rules; then those of user and team as one. Of each an allow rule before an
 *     ask rule. An allow of a command line covers one simple command in the working directory. An ask rule asks about reads too.
 * P6. Reads inside the real working directory run, and what a hook allows; everything else is asked. With nobody there a question is a denial.
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

export const permissionPatterns = ({ allow = [], ask = [], deny = [] }: Partial<PermissionRules>): PermissionPatterns => ({
  allow: allow.map(pattern),
  ask: ask.map(pattern),
  deny: deny.map(pattern),
});

/** What holds for a whole run. */
export interface PermitPolicy {
  /** The team's: those of the agent file. */
  readonly rules: PermissionPatterns;
  /** Those of the user's settings, for every session. */
  readonly user?: PermissionPatterns;
  readonly yolo: boolean;
  readonly readOnlyMode: boolean;
  /** Real path of the working directory. */
  readonly cwd: string;
}

/** One call. Structurally the port's `PermitAsk`. */
export interface PermitCall extends TouchedCall {
  /** Tools (or rules) the user allowed for the rest of the session. */
  readonly allowed: ReadonlySet<string>;
  /** The user allowed everything that no rule denies. */
  readonly allowAll?: boolean;
  readonly session?: Partial<PermissionRules>;
  /** Whoever it works for may change nothing: a child never may more than its parent. */
  readonly readOnly?: boolean;
  readonly attended: boolean;
  readonly hook?: HookVerdict;
}

export type Judgement =
  | { readonly do: 'run'; readonly by: string }
  | { readonly do: 'refuse'; readonly output: string; readonly by: string }
  | { readonly do: 'ask'; readonly reason: string };

export function permit(call: PermitCall, policy: PermitPolicy): Judgement {
  const { tool, hook } = call;
  const facts = factsOf(call, policy.cwd);
  const layers = layersOf(call, policy);
  const denied = deniedBy(layers, facts);
  if (denied) return denied;
  if ((policy.readOnlyMode || call.readOnly) && changes(call))
    return refuse(`Tool '${tool.name}' is denied: this run is read-only.`, BY.readOnlyMode);
  if (hook?.decision === 'deny') return refuse(blockedCall(hook.reason), BY.hook);
  const outside = outsideOf(call, policy.cwd);
  const grant = grantOf(call, facts, outside);
  const hookAsks = hook?.decision === 'ask' && !(grant !== undefined && isExact(grant, facts));
  if (hookAsks && hook.preempts) return question(call, `A hook wants approval for ${tool.name}${because(hook.reason)}`);
  if (policy.yolo) return run(BY.yolo);
  if (call.allowAll) return run(BY.userForSession);
  if (hookAsks) return question(call, `A hook wants approval for ${tool.name}${because(hook.reason)}`);
  if (grant !== undefined) return run(byRule('session', grant));
  const ruled = ruledBy(layers, facts, call, outside);
  if (ruled) return ruled;
  if (!changes(call) && outside.length === 0) return run(BY.readOnly);
  return hook?.decision === 'allow' ? run(BY.hook) : question(call, reasonOf(call, outside));
}

const run = (by: string): Judgement => ({ do: 'run', by });
const refuse = (output: string, by: string): Judgement => ({ do: 'refuse', output, by });
const because = (reason: string | undefined): string => (reason === undefined ? '.' : `: ${reason}`);
const question = ({ tool, attended }: PermitCall, reason: string): Judgement =>
  attended
    ? { do: 'ask', reason }
    : refuse(`Tool '${tool.name}' is denied: it needs approval, and nobody can be asked. ${reason}`, BY.nobody);

type Layers = readonly { readonly layer: Layer; readonly rules: PermissionPatterns }[];

const PARSED = new WeakMap<object, PermissionPatterns>();

/** Rules of a session are the same object until they are replaced: each is parsed once. */
function parsed(rules: Partial<PermissionRules>): PermissionPatterns {
  if (!PARSED.has(rules)) PARSED.set(rules, permissionPatterns(rules));
  return PARSED.get(rules)!;
}

const layersOf = ({ session }: PermitCall, { rules, user }: PermitPolicy): Layers => [
  ...(session ? [{ layer: 'session' as const, rules: parsed(session) }] : []),
  ...(user ? [{ layer: 'user' as const, rules: user }] : []),
  { layer: 'team', rules },
];

const WHERE: Readonly<Record<Layer, string>> = {
  session: 'session permissions',
  user: "the user's settings",
  team: 'permissions configuration',
};

function deniedBy(layers: Layers, facts: Facts): Judgement | undefined {
  for (const { layer, rules } of layers) {
    const rule = rules.deny.find((one) => catches(one, facts));
    if (rule) return refuse(`Tool '${facts.tool}' is denied by ${WHERE[layer]} (deny rule "${rule.text}").`, byRule(layer, rule.text));
  }
  return undefined;
}

/** An allowed command holds in the working directory; elsewhere only if the rule names the place. */
const strays = (rule: Pattern, facts: Facts, outside: readonly string[]): boolean =>
  facts.command !== undefined && rule.conditions.length > 0 && outside.length > 0 && !names(rule, 'cwd');

const allows = (rule: Pattern, facts: Facts, outside: readonly string[]): boolean => covers(rule, facts) && !strays(rule, facts, outside);

const grantOf = ({ tool, allowed }: PermitCall, facts: Facts, outside: readonly string[]): string | undefined =>
  [...allowed].find((text) => text === tool.name || allows(pattern(text), facts, outside));

/** A yes to a whole shell was not one to the command that a hook asks about. */
const isExact = (grant: string, facts: Facts): boolean => facts.command === undefined || pattern(grant).conditions.length > 0;

function ruledBy(layers: Layers, facts: Facts, call: PermitCall, outside: readonly string[]): Judgement | undefined {
  for (const some of [layers.filter(({ layer }) => layer === 'session'), layers.filter(({ layer }) => layer !== 'session')]) {
    for (const { layer, rules } of some) {
      const allow = rules.allow.find((rule) => allows(rule, facts, outside));
      if (allow) return run(byRule(layer, allow.text));
    }
    const ask = some.flatMap(({ rules }) => rules.ask).find((rule) => catches(rule, facts));
    if (ask) return question(call, `The ask rule "${ask.text}" wants approval for ${call.tool.name}.`);
  }
  return undefined;
}
