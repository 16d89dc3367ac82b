import type { Mode } from './gate.ts';

/** Each role may do what those before it may, except that an admin does not trade. */
export const ROLES = ['viewer', 'operator', 'risk-officer', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Classes of what can be asked of a running desk. */
export type Action =
  | 'inspect'
  | 'emergency'
  | 'lower-mode'
  | 'raise-mode'
  | 'reset'
  | 'administer-actor'
  | 'administer-access'
  | 'stop'
  | 'reload';

const MAY: Readonly<Record<Action, readonly Role[]>> = {
  inspect: ROLES,
  emergency: ROLES,
  'lower-mode': ROLES,
  'raise-mode': ['operator', 'risk-officer'],
  reset: ['operator', 'risk-officer'],
  'administer-actor': ['operator', 'risk-officer', 'admin'],
  'administer-access': ['admin'],
  stop: ['operator', 'risk-officer', 'admin'],
  reload: ['operator', 'risk-officer', 'admin'],
};

/** Whether a role may do it. Stopping is everybody's; raising is not an admin's. */
export function mayDo(role: Role, action: Action): boolean {
  return MAY[action].includes(role);
}

/** The roles that may do it, for an error that says what would be right. */
export function rolesFor(action: Action): readonly Role[] {
  return MAY[action];
}

/** The least role that may do it, for a list of commands. */
export function leastRole(action: Action): Role {
  return MAY[action][0] as Role;
}

const ORDER: readonly Mode[] = ['emergency', 'manual', 'semi-auto', 'full-auto'];

/** Whether a wish for a mode is a step up, which needs more than viewing rights. */
export function modeAction(from: Mode, to: Mode): 'raise-mode' | 'lower-mode' {
  return ORDER.indexOf(to) > ORDER.indexOf(from) ? 'raise-mode' : 'lower-mode';
}
