import type { AgentSettings } from './agent-parts.ts';
import type { Handlers } from './drive.ts';
import { callContext } from './call-context.ts';
import { compactHandler } from './handlers/compact.ts';
import { hookHandler } from './handlers/hook.ts';
import { inboxHandler } from './handlers/inbox.ts';
import type { ContextAsk } from './handlers/call-ports.ts';
import { Judged } from './handlers/judged.ts';
import { modelHandler } from './handlers/model.ts';
import { permitHandler } from './handlers/permit.ts';
import { questionHandler } from './handlers/question.ts';
import { saidRules } from './handlers/said-rules.ts';
import { recordHandler } from './handlers/record.ts';
import { Speakers } from './handlers/speakers.ts';
import { toolsHandler } from './handlers/tools.ts';
import { unfinishedHandler } from './handlers/unfinished.ts';
import type { PathFacts, PathPorts } from './path-ports.ts';
import type { AgentRules, LoopOptions } from './rules/agent-rules.ts';
import { overheadTokens } from './rules/estimate.ts';
import type { ToolCall } from './rules/events.ts';
import type { TeamView } from './rules/prompt-head.ts';
import { agentOfStep, spentIn, stateAt } from './rules/tree.ts';
import type { Grants, Scope } from './scope.ts';
import { teamTools } from './team/index.ts';
import { deferredTools } from './tools/deferred.ts';
import { Toolbox } from './toolbox.ts';

export type { PathPorts } from './path-ports.ts';

/** One agent path, ready to be driven: what its loop is told, and who serves what it asks. */
export class PathRun {
  readonly handlers: Handlers;
  readonly #ports: PathPorts;
  readonly #facts: PathFacts;
  readonly #boxes = new Map<string, Toolbox>();
  readonly #known = new Map<string, AgentRules>();

  constructor(ports: PathPorts, facts: PathFacts) {
    this.#ports = ports;
    this.#facts = facts;
    this.handlers = this.#handlers();
  }

  options(agent: string): Omit<LoopOptions, 'resumed'> {
    return {
      agent,
      at: this.#ports.clock.now(),
      path: this.#facts.path,
      rules: (name) => this.#rules(name),
      absent: (name) => this.#absent(name),
    };
  }

  #absent(name: string): string | undefined {
    try {
      this.#ports.agents(name);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  #rules(name: string): AgentRules {
    let known = this.#known.get(name);
    if (!known) this.#known.set(name, (known = this.#rulesOf(name)));
    return known;
  }

  #rulesOf(name: string): AgentRules {
    const { agent, hooks } = this.#ports.agents(name);
    const toolbox = () => this.#toolbox(name);
    return {
      limits: { ...agent.limits, ...(agent.maxIterations !== undefined && { iterations: agent.maxIterations }) },
      maxConsecutiveToolCalls: agent.maxConsecutiveToolCalls ?? 0,
      compaction: agent.compaction ?? { auto: true },
      ...(agent.window !== undefined && { window: agent.window }),
      ...(agent.ref !== undefined && { model: agent.ref }),
      ...(agent.forceHandoff !== undefined && { forceHandoff: agent.forceHandoff }),
      hooks: (event) => hooks?.has(event) ?? false,
      polling: (tool) => this.#toolbox(name).polling(tool),
      get overhead() {
        const box = toolbox();
        return overheadTokens([agent.instruction, ...box.instructions()], box.offered());
      },
    };
  }

  #teamOf({ subAgents = [], handoffs = [], background = false }: AgentSettings): TeamView {
    const { tree, path } = this.#facts;
    const member = (name: string) => {
      const { description } = this.#ports.agents(name).agent;
      return { name, ...(description !== undefined && { description }) };
    };
    const above = path.length > 0 ? [stateAt(tree, []).agent, ...path.slice(0, -1).map(agentOfStep)] : [];
    return { subAgents: subAgents.map(member), handoffs: handoffs.map(member), background, parents: above };
  }

  #toolbox(name: string): Toolbox {
    let box = this.#boxes.get(name);
    if (!box) this.#boxes.set(name, (box = this.#boxOf(name)));
    return box;
  }

  #boxOf(name: string): Toolbox {
    const { tree, children, path, readOnly } = this.#facts;
    const parts = this.#ports.agents(name);
    const team = teamTools(
      {
        children,
        parts: this.#ports.agents,
        root: () => stateAt(tree, []).agent,
        readOnly,
        files: () =>
          stateAt(tree, path).transcript.flatMap((message) =>
            message.role === 'user' ? (message.files ?? []).flatMap(({ name: file }) => file ?? []) : [],
          ),
      },
      parts,
    );
    return new Toolbox(parts, team, deferredTools);
  }

  #grants(): Grants {
    const states = [...this.#facts.tree.states.values()];
    const { rules } = stateAt(this.#facts.tree, []);
    return {
      allowed: states.length === 1 ? states[0]!.allowed : new Set(states.flatMap(({ allowed }) => [...allowed])),
      allowAll: states.some(({ allowAll }) => allowAll),
      ...(rules && { rules }),
    };
  }

  #handlers(): Handlers {
    const { clock, redact, reap, live, newId, caller, modelFor, windowOf, keepOutput, agents } = this.#ports;
    const { path, log, inbox, items, readOnly, tree, before, attended } = this.#facts;
    const scope: Scope = {
      path,
      log,
      inbox,
      items,
      readOnly,
      below: () => {
        const { input, output, usd } = spentIn(tree, path);
        return { tokens: input + output - before.input - before.output, usd: usd - before.usd };
      },
      grants: () => this.#grants(),
      isOpen: (question) => tree.open.has(question),
      parts: agents,
      toolbox: (name) => this.#toolbox(name),
    };
    const judged = new Judged();
    const context = (agent: string, call: ToolCall, signal: AbortSignal, ask?: ContextAsk) =>
      callContext(this.#ports, this.#facts, agent, call, signal, ask);
    const asks = { ...scope, judged, clock, attended, redact, context };
    return {
      record: recordHandler(log),
      inbox: inboxHandler(scope, clock, redact),
      model: modelHandler({
        ...scope,
        speakers: new Speakers(clock, (agent) => this.#teamOf(agent)),
        live,
        newId,
        redact,
        ...(modelFor && { modelFor }),
        ...(windowOf && { windowOf }),
        ...(caller !== undefined && { caller }),
      }),
      hook: hookHandler(scope),
      compact: compactHandler({ ...scope, redact, ...(modelFor && { modelFor }), ...(caller !== undefined && { caller }) }),
      permit: permitHandler({ ...asks, rules: saidRules(inbox) }),
      question: questionHandler(inbox, attended, redact),
      unfinished: unfinishedHandler(scope, reap),
      tools: toolsHandler({ ...asks, ...(keepOutput && { keepOutput }) }),
    };
  }
}
