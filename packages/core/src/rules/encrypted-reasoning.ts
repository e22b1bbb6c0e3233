const ENCRYPTED = 'reasoning.encrypted_content';

/** Families of OpenAI's that do not think: asked for encrypted thoughts, they refuse the whole request. Of other names nothing is known. */
const THOUGHTLESS = /(?:^|\/)(?:gpt-3|gpt-4(?!\d)|chatgpt-|gpt-5(?:\.\d+)?-chat)/i;

/**
 * What a request to the Responses API asks to be given beside the answer. `given`: what its caller asked for. Nothing is kept at the provider, so
 * thoughts must come back encrypted; `refused`: this target said that it has none.
 */
export function includedFor<T>(given: readonly T[], model: string, refused: boolean): readonly (T | string)[] {
  const has = given.some((one) => one === ENCRYPTED);
  if (refused || THOUGHTLESS.test(model)) return has ? given.filter((one) => one !== ENCRYPTED) : given;
  return has ? given : [...given, ENCRYPTED];
}
