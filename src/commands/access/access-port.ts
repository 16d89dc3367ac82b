import type { Role } from '../../control/authorisation.ts';
import type { ControlSummary } from '../../control/control-desk.ts';
import type { RequestableMode } from '../../control/modes.ts';
import type { Result } from '../../core/result.ts';
import type { AccessChange } from '../../ops/access/key-ring.ts';
import type { PendingRequest, ToSign } from '../../ops/access/mode-approvals.ts';
import type { Identity } from '../../remote/server.ts';

export interface KeyRow {
  readonly name: string;
  readonly role: Role;
  /** Ed25519 public key as base64url. */
  readonly key: string;
}

/** What a signature has led to. */
export type SignOutcome =
  | { readonly kind: 'mode-requested'; readonly id: string }
  | {
      readonly kind: 'mode-approved';
      readonly id: string;
      readonly requestedBy: string;
      readonly approvedBy: string;
      readonly control: ControlSummary;
    };

/** Who may do what on a running desk, as the commands see it. */
export interface AccessPort {
  keys(): readonly KeyRow[];
  /** @returns what was done, as a sentence */
  change(change: AccessChange, by: string): Result<string, string>;
  /** Journals what somebody wanted and may not. */
  recordRefusal(who: Identity, command: string, reason: string): void;
  /** Whether one person is not enough for it. */
  needsSecond(action: 'raise-mode' | 'reset'): boolean;
  request(mode: RequestableMode, reason: string, by: string): Result<ToSign, string>;
  approve(id: string, by: string): Result<ToSign, string>;
  /** Takes a signature; the second one carries the request out. */
  sign(id: string, signature: string, by: string): Promise<Result<SignOutcome, string>>;
  pending(): readonly PendingRequest[];
}
