import type { AgentParts } from './agent-parts.ts';
import type { Tool, Toolset } from './ports.ts';

/**
 * The tools of one agent in one run, as they are now.
 * B1. A toolset that fails is said once for each way in which it fails, and tried again before the next model call.
 * B2. Of two tools with one name the first counts, and that is said.
 * B3. Deferred tools are there but not offered, until the model asked for them.
 */
export class Toolbox {
  readonly #fixed: readonly Tool[];
  readonly #toolsets: readonly Toolset[];
  readonly #finders: (hidden: () => readonly Tool[]) => readonly Tool[];
  readonly #said = new Set<string>();
  #tools: ReadonlyMap<string, Tool> = new Map();
  #hidden: ReadonlySet<string> = new Set();
  #offered: readonly Tool[] = [];
  #fresh = false;

  /** `finders`: the tools that find deferred ones. */
  constructor({ tools, toolsets = [] }: AgentParts, team: readonly Tool[], finders: (hidden: () => readonly Tool[]) => readonly Tool[]) {
    this.#fixed = [...tools, ...team];
    this.#toolsets = toolsets;
    this.#finders = finders;
    if (toolsets.length === 0) this.#take([], new Set());
  }

  /** Looks what the toolsets have now; answers what is to be said of it. */
  async refresh(added: ReadonlySet<string>, signal: AbortSignal): Promise<readonly string[]> {
    if (this.#toolsets.length === 0) return [];
    const notices: string[] = [];
    const say = (text: string): void => {
      if (!this.#said.has(text)) notices.push(text);
      this.#said.add(text);
    };
    const found = await Promise.all(
      this.#toolsets.map(async (toolset) => {
        try {
          return (await toolset.tools(signal)).map((tool) => ({ tool, deferred: toolset.deferred ?? false }));
        } catch (error) {
          signal.throwIfAborted();
          say(`${toolset.name} has no tools now: ${error instanceof Error ? error.message : String(error)}; it is tried again`);
          return [];
        }
      }),
    );
    this.#take(found.flat(), added).forEach(say);
    return notices;
  }

  /** All there are, deferred ones too. Looks once when nobody has looked before. */
  async all(signal: AbortSignal): Promise<ReadonlyMap<string, Tool>> {
    if (!this.#fresh) await this.refresh(new Set(), signal);
    return this.#tools;
  }

  /** Those a model is told of: the same array while they are the same, for who knows them by it. */
  offered(): readonly Tool[] {
    return this.#offered;
  }

  polling(tool: string): boolean {
    return this.#tools.get(tool)?.polling ?? false;
  }

  instructions(): readonly string[] {
    return this.#toolsets.flatMap((toolset) => toolset.instruction?.() ?? []).filter((text) => text.trim() !== '');
  }

  #take(found: readonly { readonly tool: Tool; readonly deferred: boolean }[], added: ReadonlySet<string>): readonly string[] {
    const tools = new Map<string, Tool>();
    const hidden = new Set<string>();
    const notices: string[] = [];
    const finders = found.some(({ deferred }) => deferred)
      ? this.#finders(() => [...this.#hidden].flatMap((name) => this.#tools.get(name) ?? []))
      : [];
    for (const { tool, deferred } of [...[...this.#fixed, ...finders].map((one) => ({ tool: one, deferred: false })), ...found]) {
      if (tools.has(tool.name))
        notices.push(`two toolsets have a tool "${tool.name}"; the first counts (give one of them a name of its own with "name:")`);
      else {
        tools.set(tool.name, tool);
        if (deferred && !added.has(tool.name)) hidden.add(tool.name);
      }
    }
    [this.#tools, this.#hidden, this.#fresh] = [tools, hidden, true];
    const offered = [...tools.values()].filter(({ name }) => !hidden.has(name));
    const before = this.#offered;
    if (offered.length !== before.length || offered.some((tool, at) => tool !== before[at])) this.#offered = offered;
    return notices;
  }
}
