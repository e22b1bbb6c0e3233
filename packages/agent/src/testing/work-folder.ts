import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@holdfast/core/engine';
import type { Tool, ToolContext, ToolOutput } from '../ports.ts';
import { toolsFor, type ToolsetSettings, type ToolsPorts } from '../tools/index.ts';

type Settings = Partial<ToolsetSettings>;

/** A real folder to work in, another one outside of it (which is `~`), and the filesystem tools. */
export class WorkFolder implements Disposable {
  readonly cwd = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-files-')));
  readonly outside = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-other-')));

  put(path: string, content: string | Buffer = 'x\n'): void {
    mkdirSync(join(this.cwd, path, '..'), { recursive: true });
    writeFileSync(join(this.cwd, path), content);
  }

  get(path: string): string {
    return readFileSync(join(this.cwd, path), 'utf8');
  }

  context(signal = new AbortController().signal, more: Partial<ToolContext> = {}): ToolContext {
    const nobody = async () => ({ action: 'decline' }) as const;
    return { id: 'c', cwd: this.cwd, signal, session: 's', agent: 'root', path: [], live: () => {}, elicit: nobody, ...more };
  }

  tool(name: string, settings: Settings = {}, more: Partial<ToolsPorts> = {}): Tool {
    const ports: ToolsPorts = { clock: systemClock, home: this.outside, childEnvironment: () => ({}), ...more };
    return toolsFor([{ type: 'filesystem', ...settings }], ports).find((one) => one.name === name)!;
  }

  async run(name: string, input: object, settings?: Settings, more?: Partial<ToolsPorts>): Promise<ToolOutput> {
    return (await this.tool(name, settings, more).prepare(input as Record<string, unknown>, this.context())).run();
  }

  async output(...call: Parameters<WorkFolder['run']>): Promise<string> {
    return (await this.run(...call)).output;
  }

  async failure(...call: Parameters<WorkFolder['run']>): Promise<string> {
    const result = await this.run(...call);
    if (!result.failed) throw new Error(`it should have failed, and said: ${result.output}`);
    return result.output;
  }

  [Symbol.dispose](): void {
    for (const folder of [this.cwd, this.outside]) rmSync(folder, { recursive: true, force: true });
  }
}
