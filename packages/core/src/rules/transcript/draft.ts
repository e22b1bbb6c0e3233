import type { LanguageModelV4CallOptions, SharedV4Warning } from '@ai-sdk/provider';

type Options = LanguageModelV4CallOptions;

/** What a fit does to a request: fields that are other, or gone. */
export class Draft {
  readonly warnings: SharedV4Warning[] = [];
  readonly #given: Options;
  #changed: Options | undefined;

  constructor(given: Options) {
    this.#given = given;
  }

  get options(): Options {
    return this.#changed ?? this.#given;
  }

  set<K extends keyof Options>(field: K, value: Options[K], details?: string): void {
    const { [field]: _, ...rest } = this.options;
    this.#changed = (value === undefined ? rest : { ...rest, [field]: value }) as Options;
    if (details !== undefined) this.warnings.push({ type: 'unsupported', feature: field, details });
  }

  /** One vendor's options, other than they were. */
  vendor(name: string, change: (options: Record<string, unknown>) => Record<string, unknown>): void {
    const all = this.options.providerOptions ?? {};
    this.set('providerOptions', { ...all, [name]: change({ ...all[name] }) } as Options['providerOptions']);
  }
}
