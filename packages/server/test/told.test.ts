import type { LanguageModelV4 } from '@ai-sdk/provider';
import { holdfast } from '@holdfast/core';
import { isModelFailure, ModelFailure, ProviderRefusal } from '@holdfast/core/engine';
import { describe, expect, it } from 'vitest';
import { clientErrorOf } from '../src/rules/client-error.ts';

const BODY = '{"error":{"message":"Invalid schema for function \'f\'","type":"invalid_request_error","param":"tools[0]","code":null}}';

/** A model whose every call fails with this. */
const failing = (modelId: string, failure: () => unknown): LanguageModelV4 => ({
  specificationVersion: 'v4',
  provider: 'p',
  modelId,
  supportedUrls: {},
  doGenerate: () => Promise.reject(failure()),
  doStream: () => Promise.reject(failure()),
});

async function failureOf(...models: readonly LanguageModelV4[]): Promise<ModelFailure> {
  const chain = holdfast({ models, retries: 0, patience: 0 });
  const told: unknown = await chain.doGenerate({ prompt: [{ role: 'user', content: [{ type: 'text', text: 'do it' }] }] }).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!isModelFailure(told)) throw new Error('the chain did not fail');
  return told;
}

const refused = (): ModelFailure =>
  new ModelFailure('bad-request', 'refused', { status: 400 }, { cause: new ProviderRefusal({ status: 400, headers: {}, body: BODY }) });
const context = { protocol: 'openai-chat', now: Date.now(), retries: 0, chance: 0 } as const;

describe('what comes out of a chain reaches the client', () => {
  it("H3: the body of a provider of the client's protocol, through the whole chain, byte for byte", async () => {
    const failure = await failureOf(failing('a', refused));
    expect(clientErrorOf(failure, context)).toMatchObject({ status: 400, class: 'invalid-request', body: BODY });
  });

  it('P7: a failure that may pass outranks it, and says nothing of it', async () => {
    const failure = await failureOf(
      failing('a', refused),
      failing('b', () => new ModelFailure('overload', 'busy', { status: 529 })),
    );
    const error = clientErrorOf(failure, context);
    expect(error).toMatchObject({ status: 503, class: 'server', kind: 'overload' });
    expect(error.body).toBeUndefined();
    expect(error.retryAfter).toBeGreaterThanOrEqual(1);
  });

  it('H2: keys that were refused are the matter of whoever runs the gateway', async () => {
    const failure = await failureOf(failing('a', () => new ModelFailure('auth', 'bad key', { status: 401 })));
    const { status, class: kind, retryAfter, message } = clientErrorOf(failure, context);
    expect([status, kind, retryAfter]).toEqual([502, 'upstream-config', undefined]);
    expect(message).not.toContain('401');
  });
});
