import type { RuntimePorts } from '../compose.ts';
import { INBOX_LIMIT } from '../rules/session-error.ts';
import { firstOf, gatedTool, quickTool, rowsOf, scenePorts, says, callsOnce, type OpenPorts } from './runtime-scene.ts';
import { callsTo, replyOf, scriptedModel } from './scripted-model.ts';
import { refused, same } from './contract-kit.ts';

/** Of what is said to sessions, and what they ask. */

export async function steered(open: OpenPorts) {
  const tool = gatedTool('work');
  const model = callsOnce('work');
  const runtime = await open(scenePorts(model, { tools: [tool] }));
  const run = await runtime.start({ prompt: 'a' });
  await tool.begun;
  await runtime.steer(run.session, { text: 'to the left' });
  tool.go();
  const rows = await rowsOf(run.events);
  same(
    rows.flatMap(({ event }) => (event.type === 'input' ? [event.text] : [])),
    ['a', 'to the left'],
    'inputs',
  );
  same(model.asked.length, 2, 'asked twice: the message was there before the second call');
}

export async function followedUp(open: OpenPorts) {
  const tool = gatedTool('work');
  const model = scriptedModel((_, n) => (n === 1 ? callsTo(['c1', 'work']) : replyOf(`answer ${n}`)));
  const runtime = await open(scenePorts(model, { tools: [tool] }));
  const run = await runtime.start({ prompt: 'a' });
  await tool.begun;
  await runtime.followUp(run.session, 'and then?');
  tool.go();
  const rows = await rowsOf(run.events);
  same((await run.done).answer, 'answer 3', 'answer');
  const said = rows.flatMap(({ event }) => (event.type === 'input' || event.type === 'model-reply' ? [event.type] : []));
  same(said, ['input', 'model-reply', 'model-reply', 'input', 'model-reply'], 'order');
}

export async function full(open: OpenPorts) {
  const runtime = await open(scenePorts(says('ok')));
  const { session, done } = await runtime.start({ prompt: 'a' });
  await done;
  for (let n = 0; n < INBOX_LIMIT; n++) await runtime.steer(session, `n${n}`);
  await refused('full', runtime.steer(session, 'one too many'));
  await refused('full', runtime.followUp(session, 'one too many'));
  const run = await runtime.resume(session);
  const inputs = (await rowsOf(run.events)).filter(({ event }) => event.type === 'input');
  same(inputs.length, INBOX_LIMIT, 'inputs');
}

export async function questions(open: OpenPorts) {
  const tool = quickTool('write');
  const runtime = await open(scenePorts(callsOnce('write'), { tools: [tool], permit: () => ({ do: 'ask', reason: 'it writes' }) }));
  const run = await runtime.start({ prompt: 'a' });
  const { id } = await firstOf(run, 'question');
  const [pending, ...more] = await runtime.pending(run.session);
  same([pending?.id, pending?.about, pending?.reason, pending?.path, more.length], [id, 'approval', 'it writes', [], 0], 'pending');
  await refused('gone', runtime.answer(run.session, 'never-asked', { decision: 'allow' }));
  await runtime.answer(run.session, id, { decision: 'allow' });
  await refused('gone', runtime.answer(run.session, id, { decision: 'deny' }));
  same([(await run.done).why, tool.ran, await runtime.pending(run.session)], ['done', 1, []], 'after it');
}

export async function denied(open: OpenPorts) {
  const tool = quickTool('write');
  const runtime = await open(scenePorts(callsOnce('write'), { tools: [tool], permit: () => ({ do: 'ask', reason: 'it writes' }) }));
  const run = await runtime.start({ prompt: 'a' });
  const { id } = await firstOf(run, 'question');
  await runtime.answer(run.session, id, { decision: 'deny', reason: 'not on a Friday' });
  const result = await firstOf(run, 'tool-result');
  same([result.how, result.output.includes('not on a Friday'), tool.ran, (await run.done).why], ['refused', true, 0, 'done'], 'refused');
}

export async function approvedTool(open: OpenPorts) {
  const tool = quickTool('write');
  const model = scriptedModel((_, n) => (n <= 2 ? callsTo([`c${n}`, 'write']) : replyOf('done')));
  const permit: RuntimePorts['permit'] = ({ allowed }) => (allowed.has('write') ? { do: 'run' } : { do: 'ask', reason: 'it writes' });
  const runtime = await open(scenePorts(model, { tools: [tool], permit }));
  const run = await runtime.start({ prompt: 'a' });
  await runtime.approve(run.session, (await firstOf(run, 'question')).id, true);
  const rows = await rowsOf(run.events);
  same([rows.filter(({ event }) => event.type === 'question').length, tool.ran], [1, 2], 'questions and runs');
}

export async function chosenModel(open: OpenPorts) {
  const other = says('the other');
  const asked: string[] = [];
  const modelFor = (agent: string, ref: string) => (asked.push(`${agent} ${ref}`), other);
  const runtime = await open(scenePorts(says('mine'), { modelFor }));
  const first = await runtime.start({ prompt: 'a' });
  same((await first.done).answer, 'mine', 'its own');
  await runtime.setModel(first.session, { agent: 'root', ref: 'lab/two' });
  same((await (await runtime.start({ prompt: 'b', session: first.session })).done).answer, 'the other', 'the chosen one');
  same([...new Set(asked)], ['root lab/two'], 'asked for');
  await runtime.setModel(first.session, { agent: 'root' });
  same((await (await runtime.start({ prompt: 'c', session: first.session })).done).answer, 'mine', 'its own again');
}

export async function permissions(open: OpenPorts) {
  const runtime = await open(scenePorts(says('ok')));
  const run = await runtime.start({ prompt: 'a', permissions: { deny: ['shell'] } });
  const rows = await rowsOf(run.events);
  const order = rows.flatMap(({ event }) => (event.type === 'permissions' || event.type === 'input' ? [event.type] : []));
  same(order, ['permissions', 'input'], 'order');
  await run.done;
  await runtime.setPermissions(run.session, { allow: ['read_file'] });
  await (
    await runtime.start({ prompt: 'b', session: run.session })
  ).done;
  same((await runtime.state(run.session)).rules, { allow: ['read_file'] }, 'rules');
}

export async function compacted(open: OpenPorts) {
  const asked: string[] = [];
  const summaries = scriptedModel(({ prompt }) => {
    asked.push(JSON.stringify(prompt));
    return replyOf('They told a story.');
  });
  const ports = scenePorts(says('ok'), { summaries });
  const runtime = await open({ ...ports, agent: { ...ports.agent, window: 4_000, compaction: { auto: false } } });
  const { session, done } = await runtime.start({ prompt: 'the long story '.repeat(400) });
  await done;
  await (
    await runtime.start({ prompt: 'the other story '.repeat(400), session })
  ).done;
  await runtime.compact(session, 'keep the names');
  same([asked.length, asked[0]?.includes('keep the names')], [1, true], 'asked once, with the words');
  same((await runtime.state(session)).compactions, 1, 'summarised');
  await runtime.compact(session, '');
}
