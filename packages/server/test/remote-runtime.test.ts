import { agentRuntime, isSessionError, remoteRuntime, type RemoteOptions, type RuntimePorts } from '@holdfast/agent/engine';
import { runtimeContract, scenePorts, scriptedModel } from '@holdfast/agent/testing';
import { systemNewId } from '@holdfast/core/engine';
import { describe, expect, it } from 'vitest';
import { keyHash } from '../src/io/key-hash.ts';
import { runApi } from '../src/runs/run-api.ts';
import { scene } from './shell-scene.ts';

/** A runtime of this process, served over HTTP, and the one that drives it from afar. */
async function afar(ports: RuntimePorts, options: Partial<RemoteOptions> = {}) {
  const runtime = agentRuntime(ports);
  const { file, cwd, name: agent } = ports.agent;
  const team = { name: 'team', file, agent, cwd, runtime };
  const { store, identity, clock } = ports;
  const api = runApi({ teams: [team], store, alive: identity.alive, clock, newId: systemNewId, hash: keyHash });
  const served = await scene({
    routes: [...api.routes],
    refuse: (_, { class: type, message, code, param }) => JSON.stringify({ error: { type, message, code, param } }),
  });
  const remote = remoteRuntime({ url: `http://127.0.0.1:${served.port}/`, token: 'the-token', ...options });
  return {
    url: `http://127.0.0.1:${served.port}`,
    runtime: remote,
    close: async () => {
      await remote.close();
      await api.leave(0);
      await served[Symbol.asyncDispose]();
    },
  };
}

describe('a runtime over HTTP', () => {
  it('a session that is deleted while its run goes on: the run is stopped, its followers end, nothing is left', async () => {
    const held = Promise.withResolvers<never>();
    const model = scriptedModel(() => held.promise);
    const ports = scenePorts(model);
    const { runtime, close, url } = await afar(ports);
    const run = await runtime.start({ prompt: 'hi' });
    await expect.poll(() => model.asked.length).toBe(1);
    const following = (async () => {
      const seqs: number[] = [];
      for await (const { seq } of runtime.follow(run.session, 0, new AbortController().signal)) seqs.push(seq);
      return seqs;
    })();
    const headers = { authorization: 'Bearer the-token' };
    const { status } = await fetch(`${url}/api/sessions/${run.session}`, { method: 'DELETE', headers });
    expect(status).toBe(200);
    // What it came to, or that its session is gone: whichever was told first.
    await run.done.catch((error: unknown) => expect(isSessionError(error) && error.kind).toBe('missing'));
    await following;
    expect(await ports.store.list({})).toEqual([]);
    held.reject(new Error('too late'));
    await close();
  });

  for (const { name, run } of runtimeContract((ports) => afar(ports))) it(name, run);
});
