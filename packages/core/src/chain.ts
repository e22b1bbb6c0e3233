import { Call } from './call.ts';
import type { Chain, ChainPorts, ChainSpec } from './chain-spec.ts';
import { Machine } from './machine.ts';
import { FirstTimes } from './first-times.ts';
import { mendable } from './rules/repair.ts';
import { scopesOf } from './rules/scope.ts';
import type { Worked } from './witness.ts';

export type * from './chain-spec.ts';

const NONE = (): undefined => undefined;

/** Several targets that answer as one. `rules/plan.ts` decides, `call.ts` obeys; a chain has no state but what its ports keep. */
export function chain<Q, P>(spec: ChainSpec<Q, P>, ports: ChainPorts): Chain<Q, P> {
  const targets = spec.served.map(({ target }) => target);
  const known = {
    ...spec,
    targets,
    refs: targets.map(({ ref }) => ref),
    scopes: targets.flatMap(scopesOf),
    unfilled: new Set<string>(),
    ...(spec.settings.hedge && { firstTimes: new FirstTimes() }),
  };
  const worked: Worked = new Map();
  const machine = ports.machine ?? new Machine(ports.clock);
  const judged: ChainPorts['classify'] = (error, target, now, run) => machine.judge(ports.classify(error, target, now), run);
  const own: ChainPorts = { ...ports, machine, classify: (...found) => mendable(judged(...found), spec.repairOf ?? NONE, found[3]?.mends) };
  return {
    name: spec.name,
    targets,
    call(request, facts, options) {
      return new Call(known, own, worked, request, facts, options).open();
    },
  };
}
