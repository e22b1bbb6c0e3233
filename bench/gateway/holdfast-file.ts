/** The gateway file of the figures: nothing is switched off for them. */
export const holdfastFile = ({ good, dead }: { readonly good: number; readonly dead: number }): string => `providers:
  work: { api: openai-chat, base_url: "http://127.0.0.1:${good}/v1", token_key: BENCH_KEY }
  other: { api: anthropic-messages, base_url: "http://127.0.0.1:${good}/v1", token_key: BENCH_KEY }
  gone: { api: openai-chat, base_url: "http://127.0.0.1:${dead}/v1", token_key: BENCH_KEY }
tiers:
  chain: { models: [gone/short, work/short], retries: 0 }
# A 503 makes its target rest: only the first call would meet it, and the others be spared the failover that is measured. This kind goes on
# to the next target likewise, and nobody rests.
classify:
  - { provider: gone, status: 503, kind: too-large }
`;
