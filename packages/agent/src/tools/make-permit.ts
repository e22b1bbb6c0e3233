import type { Permit } from '../ports.ts';
import { permissionPatterns, permit, type PermissionRules } from '../rules/permit.ts';

export interface PermitOptions {
  /** Absent: nothing is allowed, asked or denied by name. */
  readonly rules?: Partial<PermissionRules>;
  readonly yolo?: boolean;
  readonly readOnly?: boolean;
  /** Real path of the working directory. */
  readonly cwd: string;
}

/** The rules of a run, read once. */
export function makePermit({ rules = {}, yolo = false, readOnly = false, cwd }: PermitOptions): Permit {
  const policy = { rules: permissionPatterns({ allow: [], ask: [], deny: [], ...rules }), yolo, readOnlyMode: readOnly, cwd };
  return (ask) => permit(ask, policy);
}
