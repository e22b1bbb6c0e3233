/** A tool as an MCP server lists it. */
export interface ListedTool {
  readonly name: string;
  readonly description?: string | undefined;
  readonly inputSchema: Readonly<Record<string, unknown>>;
  readonly annotations?: { readonly readOnlyHint?: boolean | undefined; readonly idempotentHint?: boolean | undefined } | undefined;
}

/** How the tools of a server are shown to a model. */
export interface ToolsShown {
  /** Docker's `name`: goes before each name, with an underscore. */
  readonly prefix?: string | undefined;
  /** Only these, by the server's names or by those the model sees. */
  readonly only?: readonly string[] | undefined;
  /** Only those that say they change nothing. */
  readonly readOnly?: boolean | undefined;
  readonly model?: string | undefined;
}

/** What a model is told of a tool, and the name its server knows it by. */
export interface ShownTool {
  readonly own: string;
  readonly spec: {
    readonly name: string;
    readonly description: string;
    readonly parameters: Readonly<Record<string, unknown>>;
    readonly readOnly: boolean;
    readonly idempotent: boolean;
    readonly sequential: boolean;
    readonly category: string;
    readonly model?: string;
  };
}

const shownName = (name: string, prefix: string | undefined): string => (prefix ? `${prefix}_${name}` : name);

/** Of two tools with one name the first is kept: a model could not tell them apart. */
export function shownTools(listed: readonly ListedTool[], { prefix, only, readOnly: harmless, model }: ToolsShown): readonly ShownTool[] {
  const shown = new Map<string, ShownTool>();
  for (const { name: own, description = '', inputSchema, annotations } of listed) {
    const name = shownName(own, prefix);
    if (shown.has(name) || (only && !only.includes(own) && !only.includes(name))) continue;
    const readOnly = annotations?.readOnlyHint === true;
    if (harmless && !readOnly) continue;
    // By the protocol `idempotentHint` says nothing about a tool that only reads: that one changes nothing the second time either.
    const idempotent = readOnly || annotations?.idempotentHint === true;
    const parameters = { properties: {}, ...inputSchema, type: 'object' };
    shown.set(name, {
      own,
      spec: { name, description, parameters, readOnly, idempotent, sequential: false, category: 'mcp', ...(model && { model }) },
    });
  }
  return [...shown.values()];
}

/** Set when the list of tools in the file leaves nothing of those the server has. */
export function nothingLeft(listed: readonly ListedTool[], { prefix, only }: ToolsShown): string | undefined {
  if (!only || only.length === 0 || listed.length === 0 || shownTools(listed, { prefix, only }).length > 0) return undefined;
  const has = listed.map(({ name }) => name).join(', ');
  return `has none of the tools that "tools" names (${only.join(', ')}); it has ${has}`;
}

/** Docker's `instruction`, which may hold the server's own; without one the server's own. */
export function instructionOf(given: string | undefined, own: string | undefined): string | undefined {
  // A function, because `$&` in a server's text would be read as a pattern.
  const text = given === undefined ? own : given.replaceAll('{ORIGINAL_INSTRUCTIONS}', () => own ?? '');
  return text === undefined || text.trim() === '' ? undefined : text;
}
