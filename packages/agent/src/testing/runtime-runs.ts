import type { LiveEvent } from '../live.ts';
import { answerOf } from '../rules/fold.ts';
import { firstOf, gatedTool, quickTool, rowsOf, scenePorts, typesOf, until, says, callsOnce, type OpenPorts } from './runtime-scene.ts';
import { callsTo, replyOf, scriptedModel } from './scripted-model.ts';
import { refused, same } from './contract-kit.ts';

/** Of runs: how they begin, go on, are seen and end. */

export async function whole(open: OpenPorts) {
  const runtime = await open(scenePorts(callsOnce('look'), { tools: [quickTool('look')] }));
  const run = await runtime.start({ prompt: 'hi' });
  const during = await rowsOf(run.events);
  same(await run.done, { why: 'done', answer: 'done' }, 'result');
  same(typesOf(during), ['run-start', 'input', 'model-reply', 'tool-start', 'tool-result', 'model-reply', 'run-end'], 'types');
  same(
    during.map(({ seq }) => seq),
    [1, 2, 3, 4, 5, 6, 7],
    'seqs',
  );
  same(await rowsOf(run.events), during, 'the same once more');
  same(new Set(during.map((row) => row.run)).size, 1, 'one run');
  same(during[0]?.run, run.run, 'its id');
  same(answerOf(await runtime.state(run.session)), 'done', 'state');
}

export async function prompts(open: OpenPorts) {
  const runtime = await open(scenePorts(says('ok')));
  const files = [{ mediaType: 'image/png', data: 'aGk=', name: 'a.png' }];
  const run = await runtime.start({ prompt: [{ text: 'one' }, { text: 'two', files }] });
  const inputs = (await rowsOf(run.events)).flatMap(({ event }) => (event.type === 'input' ? [[event.text.trim(), event.files]] : []));
  same(
    inputs,
    [
      ['one', undefined],
      ['two', files],
    ],
    'inputs',
  );
}

export async function turns(open: OpenPorts) {
  const runtime = await open(scenePorts(scriptedModel((_, n) => replyOf(`answer ${n}`))));
  const first = await runtime.start({ prompt: 'a' });
  await first.done;
  for (const n of [2, 3]) {
    const run = await runtime.start({ prompt: 'more', session: first.session });
    const rows = await rowsOf(run.events);
    same([(await run.done).answer, typesOf(rows)], [`answer ${n}`, ['run-start', 'input', 'model-reply', 'run-end']], 'turn');
  }
  same(typesOf(await rowsOf(first.events)), ['run-start', 'input', 'model-reply', 'run-end'], 'the first run’s own');
}

export async function busy(open: OpenPorts) {
  const tool = gatedTool('work');
  const runtime = await open(scenePorts(callsOnce('work'), { tools: [tool] }));
  const run = await runtime.start({ prompt: 'a' });
  await tool.begun;
  await refused('busy', runtime.start({ prompt: 'me too', session: run.session }));
  await refused('busy', runtime.resume(run.session));
  tool.go();
  const inputs = (await rowsOf(run.events)).flatMap(({ event }) => (event.type === 'input' ? [event.text] : []));
  same(inputs, ['a'], 'inputs');
  await run.done;
  same((await (await runtime.start({ prompt: 'now', session: run.session })).done).why, 'done', 'third run');
}

export async function beside(open: OpenPorts) {
  const tool = gatedTool('work');
  const model = scriptedModel((_, n) => (n <= 2 ? callsTo([`c${n}`, 'work']) : replyOf('done')));
  const runtime = await open(scenePorts(model, { tools: [tool] }));
  const both = await Promise.all(['a', 'b'].map((prompt) => runtime.start({ prompt })));
  await until(() => tool.ran === 2);
  tool.go();
  same(
    (await Promise.all(both.map(({ done }) => done))).map(({ why }) => why),
    ['done', 'done'],
    'both',
  );
}

export async function missing(open: OpenPorts) {
  const runtime = await open(scenePorts(says('ok')));
  const nope = 'no-such-session';
  await refused('missing', runtime.start({ prompt: 'a', session: nope }));
  await refused('missing', runtime.resume(nope));
  await refused('missing', runtime.steer(nope, 'a'));
  await refused('missing', runtime.followUp(nope, 'a'));
  await refused('missing', runtime.answer(nope, 'q', { decision: 'allow' }));
  await refused('missing', runtime.compact(nope));
  await refused('missing', runtime.setModel(nope, {}));
  await refused('missing', runtime.setPermissions(nope, {}));
  await refused('missing', runtime.state(nope));
  await refused('missing', runtime.pending(nope));
}

export async function stopped(open: OpenPorts) {
  const held = Promise.withResolvers<never>();
  const model = scriptedModel((_, n) => (n === 1 ? held.promise : replyOf('after all')));
  const runtime = await open(scenePorts(model));
  const run = await runtime.start({ prompt: 'a' });
  await until(() => model.asked.length === 1);
  await runtime.stop(run.session);
  same((await run.done).why, 'stopped', 'stopped');
  const again = await runtime.resume(run.session);
  same(await again.done, { why: 'done', answer: 'after all' }, 'gone on with');
  const third = await runtime.resume(run.session);
  same([await rowsOf(third.events), await third.done], [[], { why: 'done', answer: 'after all' }], 'answered at once');
  held.reject(new Error('too late'));
}

export async function closes(open: OpenPorts) {
  const held = Promise.withResolvers<never>();
  const model = scriptedModel(() => held.promise);
  const runtime = await open(scenePorts(model));
  const run = await runtime.start({ prompt: 'a' });
  await until(() => model.asked.length === 1);
  await runtime.close();
  same((await run.done).why, 'stopped', 'stopped');
  held.reject(new Error('too late'));
}

export async function listed(open: OpenPorts) {
  let now = 1_000;
  const ports = scenePorts(says('ok'));
  const helper = { ...scenePorts(says('ok')).agent, name: 'helper' };
  const team = new Map([['helper', { ...ports, agent: helper }]]);
  const runtime = await open({ ...ports, team, clock: { ...ports.clock, now: () => ++now } });
  for (const prompt of ['first', 'second', 'third']) await (await runtime.start({ prompt })).done;
  same(
    (await runtime.sessions({ limit: 2 })).map(({ title, status }) => [title, status]),
    [
      ['third', 'done'],
      ['second', 'done'],
    ],
    'sessions',
  );
  same((await runtime.sessions()).length, 3, 'all of them');
  same(
    (await runtime.agents()).map(({ name, model }) => [name, model]),
    [
      ['root', 'scripted/one'],
      ['helper', 'scripted/one'],
    ],
    'agents',
  );
  const run = await runtime.start({ prompt: 'x', agent: 'helper' });
  same((await firstOf(run, 'run-start')).agent, 'helper', 'the agent that was named');
  await run.done;
}

export async function follows(open: OpenPorts) {
  const runtime = await open(scenePorts(says('ok')));
  const { session, done } = await runtime.start({ prompt: 'a' });
  await done;
  const stop = new AbortController();
  const seqs: number[] = [];
  const following = (async () => {
    for await (const { seq } of runtime.follow(session, 2, stop.signal)) seqs.push(seq);
  })();
  await until(() => seqs.length === 2);
  await (
    await runtime.start({ prompt: 'b', session })
  ).done;
  await until(() => seqs.length === 6);
  stop.abort();
  await following;
  same(seqs, [3, 4, 5, 6, 7, 8], 'seqs');
}

export async function live(open: OpenPorts) {
  const watched = Promise.withResolvers<void>();
  const model = scriptedModel(async () => (await watched.promise, replyOf('to', 'geth', 'er')));
  const runtime = await open(scenePorts(model));
  const heard: LiveEvent[] = [];
  const listening = runtime.live((event) => heard.push(event));
  const run = await runtime.start({ prompt: 'a' });
  // From afar a piece is heard once the run's rows come.
  await firstOf(run, 'input');
  watched.resolve();
  const rows = await rowsOf(run.events);
  const texts = () => heard.flatMap((event) => (event.type === 'text' ? [event.text] : [])).join('');
  await until(() => texts() === 'together');
  same([heard[0]?.session, heard[0]?.run, heard[0]?.path], [run.session, run.run, []], 'whose');
  const reply = rows.find(({ event }) => event.type === 'model-reply');
  same(heard[0]?.type === 'text' && heard[0].attempt, reply?.attempt, 'its attempt');
  listening[Symbol.dispose]();
  await (
    await runtime.start({ prompt: 'b', session: run.session })
  ).done;
  same(texts(), 'together', 'nobody listens');
}
