const MARK = Symbol.for('holdfast.provider-refusal');

/**
 * What a provider answered in place of an answer: the cause of a `ModelFailure` where the client speaks the provider's own protocol. Status and
 * body may then be handed on as they came.
 */
export class ProviderRefusal extends Error {
  /** One that the classifier takes no words from: what is known stands in the fields. */
  override readonly name: string = 'APIError';
  readonly [MARK] = true;
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** As it came; of an error frame in a stream, its data. */
  declare readonly body: string;

  constructor({ status, headers, body }: Pick<ProviderRefusal, 'status' | 'headers' | 'body'>) {
    super('');
    this.status = status;
    this.headers = headers;
    // It may repeat the request: it is shown to nobody who prints it.
    Object.defineProperty(this, 'body', { value: body, enumerable: false });
  }
}

/** True across duplicate copies of this package. */
export const isProviderRefusal = (error: unknown): error is ProviderRefusal => typeof error === 'object' && error !== null && MARK in error;
