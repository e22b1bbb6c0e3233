/** A piece of an agent's work: a run, a turn of it, a tool. Times in epoch ms. */
export interface WorkSpan {
  readonly id: string;
  readonly parentId?: string;
  readonly name: string;
  readonly start: number;
  /** Set when it is over. */
  readonly end?: number;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  readonly events: readonly { readonly at: number; readonly name: string; readonly text?: string }[];
  readonly error?: { readonly kind: string; readonly message: string };
  /** Calls of models with this label `session` belong below it. */
  readonly holds?: string;
}

/** Told at once and in order; it must be quick. */
export interface WorkSink {
  start(span: WorkSpan): void;
  /** Once for each span that began, but for those that are dropped. */
  end(span: WorkSpan): void;
  /** It came to nothing, and is not to be shown. */
  drop(id: string): void;
}
