/**
 * The few words in which the agent file's schema is written down. A shape says what a value may be and what it refers to; `check-node.ts`
 * holds a file against it. Data only: no predicate hides in here, so that the published schema can be compared with it.
 */
export type Shape = AnyShape | BooleanShape | TextShape | NumberShape | DurationShape | ListShape | MapShape | ObjectShape | EitherShape;

interface AnyShape {
  readonly is: 'any';
}

interface BooleanShape {
  readonly is: 'boolean';
}

export interface TextShape {
  readonly is: 'text';
  readonly oneOf?: readonly string[];
  /** Source of a regular expression. */
  readonly like?: string;
  /** Beside `oneOf`: other values that are right too. Source of a regular expression. */
  readonly orLike?: string;
  /** Not empty. */
  readonly filled?: true;
  /** An absolute URL; one that holds a variable is looked at after substitution only. */
  readonly url?: true;
  /** `$NAME` and `${NAME}` are substituted too, as Docker does in base URLs. */
  readonly variable?: true;
  /** The name of an environment variable, never a value: what is no name is not echoed, it may be a key. */
  readonly variableName?: true;
  /** A plain number is read as the text it was written as. */
  readonly orNumber?: true;
  readonly ref?: RefKind;
}

export interface NumberShape {
  readonly is: 'number';
  readonly whole?: true;
  readonly min?: number;
  readonly max?: number;
  /** Exclusive minimum. */
  readonly above?: number;
}

/** `30s`, `2m30s`, or whole seconds. */
interface DurationShape {
  readonly is: 'duration';
}

export interface ListShape {
  readonly is: 'list';
  readonly of: Shape;
  readonly min?: number;
}

export interface MapShape {
  readonly is: 'map';
  readonly of: Shape;
  /** What its names must look like: source of a regular expression. */
  readonly like?: string;
  /** A name without a value stands for an empty map. */
  readonly bare?: true;
}

export interface ObjectShape {
  readonly is: 'object';
  readonly keys: Readonly<Record<string, Shape>>;
  /** The row of `ACTED_ON` that says which of its keys Holdfast acts on. */
  readonly name?: string;
  readonly must?: readonly string[];
  readonly atLeastOne?: readonly string[];
  readonly exactlyOne?: readonly string[];
  /** What else must be there, by the value of one key. */
  readonly when?: {
    readonly key: string;
    readonly then: Readonly<Record<string, { readonly must?: readonly string[]; readonly any?: readonly string[] }>>;
  };
  /** Unknown keys are data, not mistakes. */
  readonly open?: true;
  /** Unknown keys are errors instead of warnings. `slips`: those that are near to a known one, and may have been meant to guard something. */
  readonly strict?: true | 'slips';
}

/** The alternatives differ by the kind of the value; `check-node.ts` picks by it. */
export interface EitherShape {
  readonly is: 'either';
  readonly of: readonly Shape[];
}

/**
 * What a text refers to.
 * `alloy`: a comma list of `chain` · `chain`: a model, a tier or `provider/model` · `model`: the same without tiers ·
 * `tier-part`: a comma list of `model`, or one · `tier` · `provider`: an entry or a known name · `vendor`: a known name ·
 * `team`: an agent, of this file or from elsewhere · `definition`: an entry of `mcps` or `rag`, or `docker:…` · the rest: that section of the file.
 */
export type RefKind =
  | 'alloy'
  | 'chain'
  | 'model'
  | 'tier-part'
  | 'tier'
  | 'provider'
  | 'vendor'
  | 'team'
  | 'definition'
  | 'commands'
  | 'skills'
  | 'toolsets';
