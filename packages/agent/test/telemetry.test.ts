import type { WorkSpan } from '@holdfast/core/engine';
import { describe, expect, it } from 'vitest';
import { agentRuntime } from '../src/compose.ts';
import { runTelemetry, type TelemetryOptions } from '../src/telemetry.ts';
import { callsTo, quickTool, replyOf, scenePorts, scriptedModel } from '../src/testing.ts';

/** What a run with one tool tells a sink. */
async function told(options: Omit<TelemetryOptions, 'work'> = {}) {
  const [begun, ended]: [WorkSpan[], WorkSpan[]] = [[], []];
  const dropped: string[] = [];
  const work = {
    start: (span: WorkSpan) => begun.push(span),
    end: (span: WorkSpan) => ended.push(span),
    drop: (id: string) => dropped.push(id),
  };
  const model = scriptedModel((_, n) => (n === 1 ? callsTo(['c1', 'look']) : replyOf('the answer')));
  const runtime = agentRuntime(scenePorts(model, { tools: [quickTool('look')], observe: runTelemetry({ ...options, work }) }));
  const run = await runtime.start({ prompt: 'the plan' });
  await run.done;
  return { begun, ended, dropped, session: run.session };
}

describe('telemetry of a runtime', () => {
  it('a run is spans for who asked for them, without a word of what was said', async () => {
    const { begun, ended, dropped, session } = await told();
    expect(ended.map(({ name }) => name)).toEqual(['execute_tool look', 'holdfast.turn', 'holdfast.turn', 'invoke_agent root']);
    expect([new Set(begun.map(({ id }) => id)).size, dropped]).toEqual([4, []]);
    expect(ended[1]!.holds).toBe(session);
    expect(JSON.stringify([begun, ended])).not.toMatch(/the plan|the answer|look ok/);
  });

  it('a policy decides what is shown: all of it, or what is left of it, cut', async () => {
    const full = JSON.stringify((await told({ payload: 'full' })).ended);
    for (const words of ['the plan', 'the answer', 'look ok']) expect(full).toContain(words);
    const { ended } = await told({ payload: 'redacted', redact: (text) => String(text).replace('the', 'a'), payloadMax: 6 });
    expect(ended[2]!.attributes['holdfast.answer']).toBe('a answ… (8 characters)');
    expect(JSON.stringify((await told({ payload: 'redacted' })).ended)).not.toContain('the plan');
  });

  it('a sink that throws troubles no run', async () => {
    const broken = () => {
      throw new Error('no');
    };
    const lost: unknown[] = [];
    const ports = scenePorts(scriptedModel(() => replyOf('ok')));
    const observe = runTelemetry({ work: { start: broken, end: broken, drop: broken } });
    const run = await agentRuntime({ ...ports, observe, lost: (error) => lost.push(error) }).start({ prompt: 'hi' });
    expect((await run.done).why).toBe('done');
  });
});
