import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabProvider } from '@holdfast/lab';
import { describe, expect, it } from 'vitest';
import { KEY, Place } from './command.ts';

/** Real agent files of other people; without them there is nothing to run. */
const SHARED = join(import.meta.dirname, '../../../../shared/data/agent-files');
const FILES = existsSync(SHARED) ? readdirSync(SHARED).filter((name) => name.endsWith('.yaml')) : [];

/** What each vendor speaks; the file of a user who has a gateway for all of them. */
const VENDORS: Readonly<Record<string, string>> = {
  anthropic: 'anthropic-messages',
  google: 'google',
  openai: 'openai-chat',
  dmr: 'openai-chat',
  nebius: 'openai-chat',
  'amazon-bedrock': 'anthropic-messages',
};

/** Agents of these come from a registry: they cannot be run here. */
const ELSEWHERE = new Set(['sub-agents-from-catalog.yaml']);

/** Every endpoint that a file names itself is the lab's; MCP servers and documents of the web are nowhere. */
const redirected = (text: string, speaks: (protocol: string) => LabProvider): string =>
  text
    .replace(/^(\s*api_type: openai_responses[^]*?base_url:) .*$/gm, (_, head: string) => `${head} ${speaks('openai-responses').url}`)
    .replace(/^(\s*base_url:) (?!http:\/\/127\.).*$/gm, (_, head: string) => `${head} ${speaks('openai-chat').url}`)
    .replace(/^(\s*url:) https?:.*$/gm, '$1 http://127.0.0.1:9/');

const variablesOf = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries([...text.matchAll(/\$\{env\.(\w+)\}|token_key: (\w+)/g)].map(([, used, key]) => [used ?? key!, KEY]));

describe.skipIf(FILES.length === 0)(
  `the agent files of the folder shared/data/agent-files (${FILES.length || 'not here: skipped'})`,
  () => {
    it.each(FILES)('%s runs a first turn', async (name) => {
      await using place = new Place();
      const labs = new Map<string, LabProvider>();
      for (const protocol of ['anthropic-messages', 'google', 'openai-chat', 'openai-responses'] as const)
        labs.set(protocol, await place.lab({ name: protocol, protocol, script: { text: 'Hello from the lab.' } }));
      const speaks = (protocol: string): LabProvider => labs.get(protocol)!;
      const gateway = Object.entries(VENDORS).map(
        ([vendor, protocol]) => `  ${vendor}: { api: ${protocol}, base_url: "${speaks(protocol).url}", token_key: LAB_KEY }`,
      );
      place.write('holdfast.yaml', `providers:\n${gateway.join('\n')}\n`);
      const text = redirected(readFileSync(join(SHARED, name), 'utf8'), speaks);
      const file = place.write(name, text);
      // Without a path no program of an MCP server is found: each is a warning.
      const env = { ...variablesOf(text), PATH: '/nonexistent' };
      if (/command:|post_edit:|!\w+\(|\$\{\w+\(|headers:/.test(text)) expect((await place.run(['trust', file], { env })).code).toBe(0);
      const { code, out, err } = await place.run(['run', file, 'Hello'], { env });
      if (ELSEWHERE.has(name)) {
        expect(code, err).toBe(2);
        expect(err).toMatch(/:\d+:\d+: error: agents\.root\.sub_agents\[1\]: "agentcatalog\/pirate" is in an OCI registry/);
        return;
      }
      expect({ code, out }, err).toEqual({ code: 0, out: 'Hello from the lab.\n' });
      expect([...labs.values()].flatMap((lab) => lab.requests)).toHaveLength(1);
    });
  },
);
