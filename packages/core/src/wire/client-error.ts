/** What a refusal is to the client, whatever its protocol calls that. */
export type ClientErrorClass =
  | 'invalid-request'
  | 'authentication'
  | 'permission'
  | 'not-found'
  | 'too-large'
  | 'context-length'
  | 'rate-limit'
  | 'quota'
  | 'upstream-config'
  | 'refusal'
  | 'server';

/** How a call ended that gave no answer, as its client is told (field notes 8, 9). */
export interface ClientError {
  /** HTTP status. */
  readonly status: number;
  readonly class: ClientErrorClass;
  /** One sentence. It provokes no retry where a retry is useless. */
  readonly message: string;
  /** The field of the request that is wrong. */
  readonly param?: string;
  /** Our word for the kind of failure. */
  readonly kind?: string;
  /** The protocol's code, where it is not what follows from the class. */
  readonly code?: string;
  /** Epoch ms after which trying again makes sense. */
  readonly retryAt?: number;
  /** Whole seconds, 1 to 59: only where a retry has a fair chance then. */
  readonly retryAfter?: number;
  /** The id of the call's record. */
  readonly call?: string;
  /** The body of a provider of the client's own protocol, to be passed on byte for byte. */
  readonly body?: string;
}

/** A request that cannot be meant. `param` is the path of the field, as the protocol's clients write it: `messages[2].content[0].type`. */
export class BadRequest extends Error {
  override readonly name: string = 'BadRequest';
  readonly param: string | undefined;
  /** The protocol's code for it, where there is one of its own. */
  readonly code: string | undefined;

  constructor(message: string, param?: string, code?: string) {
    super(message);
    this.param = param;
    this.code = code;
  }
}
