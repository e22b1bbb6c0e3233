import { describe, it } from 'vitest';
import { agentRuntime } from '../src/compose.ts';
import { runtimeContract } from '../src/testing.ts';

describe('the runtime of this process', () => {
  for (const { name, run } of runtimeContract(async (ports) => {
    const runtime = agentRuntime(ports);
    return { runtime, close: () => runtime.close() };
  }))
    it(name, run);
});
