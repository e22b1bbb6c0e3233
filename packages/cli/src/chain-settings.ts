import type { ChainSpec } from '@holdfast/agent/engine';
import { CHAIN_DEFAULTS } from '@holdfast/core/engine';

/** The file's settings, and the engine's where it has none. */
export const chainSettings = (settings: ChainSpec['settings']) => ({
  retries: settings.retries ?? CHAIN_DEFAULTS.retries,
  maxAttempts: settings.maxAttempts ?? CHAIN_DEFAULTS.maxAttempts,
  patience: settings.patience ?? CHAIN_DEFAULTS.patience,
  total: settings.timeouts?.total ?? CHAIN_DEFAULTS.total,
  onPartial: settings.onPartial ?? ('restart' as const),
  onRefusal: settings.onRefusal ?? CHAIN_DEFAULTS.onRefusal,
  ...(settings.hedge !== undefined && { hedge: settings.hedge }),
  ...(settings.structured && { structured: settings.structured }),
  ...(settings.toolDeltas && { toolDeltas: settings.toolDeltas }),
  ...(settings.cooldown !== undefined && { cooldown: settings.cooldown }),
  returnToPrimary: settings.returnToPrimary ?? ('when_cool' as const),
});
