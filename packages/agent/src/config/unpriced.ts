import { knownModel, resolveProvider, unpricedText, unpricedUnder, type Budget, type Environment } from '@holdfast/core/engine';
import { asksOf } from './asks.ts';
import { expand, type ChainTarget } from './chain.ts';
import { join } from './check-node.ts';
import type { AgentFile } from './file.ts';
import type { Problem } from './problem.ts';

/** From the file, else as published. Which keys are set changes no price. */
function isPriced({ entry, model, settings }: ChainTarget): boolean {
  if (settings.price !== undefined) return true;
  const provider = resolveProvider(entry, () => 'set');
  const vendor = ('ok' in provider ? provider.ok.vendor : undefined) ?? entry.name;
  return knownModel(vendor, model)?.price !== undefined;
}

/** Why these targets cannot be asked under these budgets, and the way out; undefined: budgets have nothing against it. */
export function unpricedBar(budgets: readonly Budget[], targets: readonly ChainTarget[]): string | undefined {
  const rows = targets.map((target) => ({ ref: target.ref, ...(isPriced(target) && { price: { input: 0, output: 0 } }) }));
  const found = unpricedUnder(budgets, rows);
  return found && `${unpricedText(found)}, or give it a cost under models`;
}

/** Budgets of everybody: those of a caller hold for who names it. */
const ofAll = ({ budgets }: AgentFile): readonly Budget[] => budgets.filter(({ caller }) => caller === undefined);

/** Agents that no run can ask, at the first model that is in the way; tiers likewise that none of the agents uses, as a doubt. */
export function unpricedProblems(file: AgentFile, env: Environment): readonly Problem[] {
  const budgets = ofAll(file);
  const agents = [...file.agents.values()].flatMap((agent) => {
    for (const { at, path, targets } of asksOf(file, agent, env)) {
      const message = unpricedBar(budgets, targets);
      if (message !== undefined) return [{ level: 'error' as const, file: file.name, ...at, path, message }];
    }
    return [];
  });
  if (file.agents.size > 0) return agents;
  const tiers = [...file.tiers.values()].flatMap((tier) => {
    const message = unpricedBar(budgets, expand(tier.name, file, env));
    const { line, column } = tier.models[0]?.at ?? { line: 1, column: 1 };
    return message === undefined || tier.file !== file.name
      ? []
      : [
          {
            level: 'warning' as const,
            file: file.name,
            line,
            column,
            path: join('tiers', tier.name),
            message: `what asks it is refused: ${message}`,
          },
        ];
  });
  return [...tiers, ...keyProblems(file, env)];
}

/** Keys whose own budget bars what they may ask for. */
const keyProblems = (file: AgentFile, env: Environment): readonly Problem[] =>
  file.server.keys.flatMap(({ name, tiers = [...file.tiers.keys()], file: written, at }, index) => {
    const budgets = file.budgets.filter(({ caller }) => caller === name);
    for (const ref of written === file.name ? tiers : []) {
      const message = unpricedBar(budgets, expand(ref, file, env));
      if (message !== undefined)
        return [
          {
            level: 'warning' as const,
            file: written,
            ...at,
            path: `server.keys[${index}].budget`,
            message: `"${name}" may not ask ${ref}: ${message}`,
          },
        ];
    }
    return [];
  });
