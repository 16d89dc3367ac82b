import type { Mode } from './gate.ts';
import type { ResetClass } from './safety-cause.ts';

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
  | 'release'
  | 'administer-actor'
  | 'administer-access'
  | 'stop'
  | 'reload'
  | 'loosen-limits';

const MAY: Readonly<Record<Action, readonly Role[]>> = {
  inspect: ROLES,
  emergency: ROLES,
  'lower-mode': ROLES,
  'raise-mode': ['operator', 'risk-officer'],
  reset: ['operator', 'risk-officer'],
  release: ['operator', 'risk-officer'],
  'administer-actor': ['operator', 'risk-officer', 'admin'],
  'administer-access': ['admin'],
  stop: ['operator', 'risk-officer', 'admin'],
  reload: ['operator', 'risk-officer', 'admin'],
  'loosen-limits': ['risk-officer'],
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

/** Who takes a safety cause away, and why. `reset` is the way out of Emergency: control only. */
export type Releaser =
  | { readonly kind: 'owner' | 'reset'; readonly name: string; readonly reason: string }
  | {
      readonly kind: 'person';
      readonly name: string;
      readonly role: Role;
      readonly reason: string;
    };

/** Why a safety cause stays. Waits are in milliseconds. */
export type ReleaseRefusal =
  | { readonly kind: 'not-raised'; readonly id: string; readonly standing: readonly string[] }
  | {
      readonly kind: 'wrong-class';
      readonly id: string;
      readonly reset: ResetClass;
      readonly found: string;
      readonly wanted: string;
    }
  | { readonly kind: 'bad-reason'; readonly id: string; readonly fault: string }
  | { readonly kind: 'not-probed'; readonly id: string; readonly probationMs: number }
  | { readonly kind: 'too-early'; readonly id: string; readonly waitMs: number };

/** The roles that release a class, its owner and the way out of Emergency aside. */
const RELEASES: Readonly<Record<ResetClass, readonly Role[]>> = {
  '-': ['operator', 'risk-officer'],
  A: ['operator', 'risk-officer'],
  O: ['operator', 'risk-officer'],
  R: ['risk-officer'],
  '2P': [],
};

/** Null when whoever asks may release the cause, now or after its probation. */
export function mayRelease(
  cause: { readonly id: string; readonly reset: ResetClass; readonly owner: string },
  by: Releaser,
): ReleaseRefusal | null {
  const { id, reset, owner } = cause;
  if (by.kind === 'person') {
    if (!RELEASES[reset].includes(by.role)) return wrongClass(cause, `${by.name} (${by.role})`);
    const fault = reasonFault(by.reason);
    return fault === null ? null : { kind: 'bad-reason', id, fault };
  }
  if (by.kind === 'reset') return reset === '2P' ? null : wrongClass(cause, 'a reset');
  const isOwners = (reset === 'A' || reset === '-') && by.name === owner;
  return isOwners ? null : wrongClass(cause, by.name);
}

export function releaseRefusalText(refusal: ReleaseRefusal): string {
  const { id } = refusal;
  switch (refusal.kind) {
    case 'not-raised':
      return `${id}: not raised; ${refusal.standing.join(', ') || 'nothing'} is`;
    case 'wrong-class':
      return `${id}: class ${refusal.reset} wants ${refusal.wanted}, found ${refusal.found}`;
    case 'bad-reason':
      return `${id}: ${refusal.fault}`;
    case 'not-probed':
      return `${id}: ${refusal.probationMs} ms at reduced size come before its release`;
    default:
      return `${id}: ${Math.ceil(refusal.waitMs)} ms too early`;
  }
}

export const REASON_CHARS_MAX = 200;
/** What cannot change how a line reads: no control characters, nothing that turns its direction. */
const PRINTABLE = /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u;

/** Whether a text is one line that reads as it is written. */
export function isPrintable(text: string): boolean {
  return PRINTABLE.test(text);
}

/** What is wrong with the reason given for lowering severity; null when nothing is. */
export function reasonFault(reason: string): string | null {
  if (reason.trim() === '') {
    return 'found no reason, wanted one: what lowers severity says why, for who reads it later';
  }
  if (reason.length > REASON_CHARS_MAX) {
    return `found a reason of ${reason.length} letters, wanted at most ${REASON_CHARS_MAX}`;
  }
  return isPrintable(reason) ? null : 'found control characters in the reason, wanted one line';
}

function wrongClass(
  { id, reset, owner }: { readonly id: string; readonly reset: ResetClass; readonly owner: string },
  found: string,
): ReleaseRefusal {
  const roles = RELEASES[reset].join(' or ');
  const isOwners = reset === 'A' || reset === '-';
  const wanted = reset === '2P' ? 'the reset' : isOwners ? `${owner}, ${roles}` : roles;
  return { kind: 'wrong-class', id, reset, found, wanted };
}
