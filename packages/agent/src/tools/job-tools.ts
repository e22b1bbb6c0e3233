import { spawnHeld } from '../io/held-shell.ts';
import type { Prepared, Tool, ToolContext, ToolSpec } from '../ports.ts';
import { commandOf, folderOf, type CommandTools } from './commands.ts';
import { checked, done, object, text, workTool, type Input, type Work } from './define.ts';
import type { Job, Jobs } from './jobs.ts';
import { cwdOf } from './shell.ts';

export interface JobTools extends CommandTools {
  readonly jobs: Jobs;
  /** The environment of what is started: without secrets but for those the file names. */
  readonly environment: () => Readonly<Record<string, string>>;
}

export const jobTools = (tools: JobTools): readonly Tool[] => [
  runJobTool(tools),
  listJobsTool(tools),
  viewJobTool(tools),
  stopJobTool(tools),
];

const runJobTool = (tools: JobTools): Tool =>
  checked({
    name: 'run_background_job',
    description:
      'Starts a command with /bin/sh in the background and gives back the id of the job at once: for servers, watchers and whatever runs beside other work. Jobs end with the session.',
    parameters: object(
      { cmd: text('Command to run in the background'), cwd: text('Folder to run it in; the working directory unless given') },
      ['cmd'],
    ),
    readOnly: false,
    idempotent: false,
    sequential: true,
    category: 'shell',
    touches: async (input, context) => ({ reads: [await folderOf(tools, cwdOf(input), context)], writes: [], command: commandOf(input) }),
    prepare: (input, context) => prepareJob(tools, input, context),
  });

async function prepareJob(tools: JobTools, input: Input, context: ToolContext): Promise<Prepared> {
  const { jobs } = tools;
  jobs.mayStart(context.session);
  const cwd = await folderOf(tools, cwdOf(input), context);
  const command = commandOf(input);
  const held = await spawnHeld({ command, cwd, env: tools.environment(), tied: true });
  const run: Prepared['run'] = async () => {
    try {
      const job = jobs.start(held, { session: context.session, command, cwd });
      return done(`Background job started with ID: ${job.id}\nCommand: ${command}\nWorking directory: ${cwd}`);
    } catch (error) {
      held.drop();
      throw error;
    }
  };
  return { process: held.stamp, run, drop: held.drop };
}

const LOOKS: Pick<ToolSpec, 'readOnly' | 'idempotent' | 'sequential' | 'polling' | 'category'> = {
  readOnly: true,
  idempotent: true,
  sequential: false,
  polling: true,
  category: 'shell',
};
const nothing: Work['touches'] = async () => ({ reads: [], writes: [] });
const JOB_ID = object({ job_id: text('Id of the background job') }, ['job_id']);

const listJobsTool = ({ jobs }: JobTools): Tool =>
  workTool({
    ...LOOKS,
    name: 'list_background_jobs',
    description: 'Lists the background jobs of this session: id, command, status, how long they have run.',
    parameters: object({}, []),
    touches: nothing,
    run: async (_, context) => {
      const all = jobs.of(context.session);
      if (all.length === 0) return done('No background jobs.');
      return done(all.map((job) => factsOf(jobs, job).join('\n  ')).join('\n\n'));
    },
  });

const viewJobTool = (tools: JobTools): Tool =>
  workTool({
    ...LOOKS,
    name: 'view_background_job',
    description: 'Shows the status of a background job and what it has said so far (both streams, the newest and the first if it is much).',
    parameters: JOB_ID,
    touches: nothing,
    run: async (input, context) => {
      const job = found(tools, input, context);
      const output = outputOf(tools, job);
      return done([...factsOf(tools.jobs, job), '', '--- output ---', output === '' ? '(none so far)' : output].join('\n'));
    },
  });

const stopJobTool = (tools: JobTools): Tool =>
  workTool({
    name: 'stop_background_job',
    description: 'Stops a background job and every process it started.',
    parameters: JOB_ID,
    readOnly: false,
    idempotent: true,
    sequential: false,
    category: 'shell',
    touches: nothing,
    run: async (input, context) => {
      const job = found(tools, input, context);
      if (await tools.jobs.stop(job.id)) return done(`Job ${job.id} was stopped.`);
      return { output: `Job ${job.id} does not run: it is ${job.over?.status ?? 'over'}.`, failed: true };
    },
  });

function found({ jobs }: JobTools, input: Input, { session }: ToolContext): Job {
  const id = input['job_id'] as string;
  const job = jobs.find(session, id);
  if (job) return job;
  const others = jobs.of(session).map((one) => one.id);
  throw new Error(
    `There is no background job "${id}" in this session; ${others.length > 0 ? `there are ${others.join(', ')}` : 'there are none'}.`,
  );
}

/** While it runs, what may be the beginning of a secret is not shown. */
function outputOf({ scrub, unsettled }: JobTools, { kept, over }: Job): string {
  const output = kept.text(scrub);
  return over || !unsettled ? output : output.slice(0, output.length - unsettled(output));
}

const factsOf = (jobs: Jobs, job: Job): readonly string[] => [
  `ID: ${job.id}`,
  `Command: ${job.command}`,
  `Working directory: ${job.cwd}`,
  `Status: ${job.over?.status ?? 'running'}`,
  `Runtime: ${Math.round(jobs.timeOf(job) / 1000)} s`,
  ...(job.over ? [`Exit code: ${job.over.code}`] : []),
];
