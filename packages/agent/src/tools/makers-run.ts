import { apiTool } from './api.ts';
import { filesystemTools } from './filesystem.ts';
import { HTTP_TIMEOUT, type HttpTools } from './http-output.ts';
import { jobTools } from './job-tools.ts';
import { Jobs } from './jobs.ts';
import { OpenApiToolset } from './openapi.ts';
import { postEditsOf, withPostEdit } from './post-edit.ts';
import { reachOf } from './reach.ts';
import { scriptTools } from './script.ts';
import { same, secondsOf, texts, type Made, type Maker, type ToolsetSettings, type ToolsPorts } from './settings.ts';
import { DEFAULT_TIMEOUT, shellTool } from './shell.ts';

/** Toolsets that work on files, run commands and make calls. */
export const RUN_MAKERS: Readonly<Record<string, Maker>> = {
  filesystem: ({ raw = {}, env = {} }, ports) => {
    const reach = reachOf({ allowList: texts(raw['allow_list']), denyList: texts(raw['deny_list']), home: ports.home });
    const { scrub = same, clock } = ports;
    const files = filesystemTools({ reach, ignoreVcs: raw['ignore_vcs'] !== false, clock, scrub });
    return withPostEdit(files, postEditsOf(raw['post_edit']), { ...commands(ports), reach, environment: () => environment(ports, env) });
  },
  shell: (settings, ports, beside) => {
    const { raw = {}, env = {} } = settings;
    const shell = shellTool({
      ...commands(ports),
      environment: () => environment(ports, env),
      timeout: secondsOf(raw['timeout'], DEFAULT_TIMEOUT),
    });
    // Older files have jobs with the shell, newer ones as a toolset of their own.
    return beside.has('background_jobs') ? [shell] : background(settings, ports, [shell]);
  },
  background_jobs: (settings, ports) => background(settings, ports, []),
  script: ({ raw = {}, env = {} }, ports) =>
    scriptTools(raw['shell'], {
      ...commands(ports),
      environmentOf: (own) => environment(ports, { ...env, ...own }),
      ...(typeof raw['timeout'] === 'number' && raw['timeout'] > 0 && { timeout: raw['timeout'] }),
    }),
  api: ({ raw = {} }, ports) => [apiTool(raw['api_config'], http(raw, ports))],
  openapi: ({ raw = {} }, ports) => ({ toolset: new OpenApiToolset(raw, http(raw, ports)) }),
};

function background({ env = {} }: ToolsetSettings, ports: ToolsPorts, before: Made['tools'] & object): Made {
  const jobs = new Jobs(ports.clock);
  const tools = jobTools({ ...commands(ports), jobs, environment: () => environment(ports, env) });
  return { tools: [...before, ...tools], close: () => jobs.close() };
}

const commands = ({ clock, home, scrub = same, unsettled }: ToolsPorts) => ({
  clock,
  reach: reachOf({ allowList: [], denyList: [], home }),
  scrub,
  ...(unsettled && { unsettled }),
});

const environment = (ports: ToolsPorts, env: Readonly<Record<string, string>>) => ({ ...ports.childEnvironment(Object.keys(env)), ...env });

const http = (raw: Readonly<Record<string, unknown>>, { clock, scrub = same }: ToolsPorts): HttpTools => ({
  limits: { clock, timeoutMs: secondsOf(raw['timeout'], HTTP_TIMEOUT) * 1000, allowPrivate: raw['allow_private_ips'] === true },
  scrub,
});
