/** What the AI SDK's errors hold of a request, and of an answer that may repeat it. */
const HELD = ['requestBodyValues', 'responseBody', 'data', 'prompt'] as const;

/** Errors within errors are looked at so deep. */
const DEEPEST = 8;

/**
 * B1.3, field note 36: a vendor's error stays the cause of ours, but who prints it, or makes JSON of it, is shown no prompt. Whoever asks for a
 * field by its name still has it.
 */
export function hidePrompt(error: unknown, depth = 0): void {
  if (!(error instanceof Error) || depth > DEEPEST) return;
  for (const name of HELD) if (Object.hasOwn(error, name)) hide(error, name);
  hidePrompt(error.cause, depth + 1);
  const { errors } = error as { readonly errors?: unknown };
  if (Array.isArray(errors)) for (const one of errors) hidePrompt(one, depth + 1);
}

function hide(error: Error, name: string): void {
  try {
    Object.defineProperty(error, name, { enumerable: false });
  } catch {
    // It is frozen: it stays as its maker wants it.
  }
}
