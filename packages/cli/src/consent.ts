import type { ResolvedProvider } from '@holdfast/core/engine';
import type { Context } from './context.ts';
export const consentTo =
  (_context: Context, _state: string, _file: string) =>
  async (_providers: readonly ResolvedProvider[]): Promise<void> => {};
