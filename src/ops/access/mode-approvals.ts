import { type Role, reasonFault } from '../../control/authorisation.ts';
import type { ControlEvent } from '../../control/events.ts';
import type { RequestableMode } from '../../control/modes.ts';
import type { Clock } from '../../core/env.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { type AuthorisedKey, isSignedBy, keyText } from './authorised-keys.ts';
import { statementBytes, statementText } from './mode-statement.ts';

export interface ModeApprovalsOptions {
  readonly deskId: string;
  readonly clock: Clock;
  readonly entropy: (bytes: number) => Uint8Array;
  readonly keys: () => readonly AuthorisedKey[];
  /** Sequence of the last event. */
  readonly head: () => number;
  /** Whatever a request rests on, as text: another one voids what was asked for before. */
  readonly standing: () => string;
  /** Durable on return. @returns false when it cannot be journaled */
  readonly journal: (event: ControlEvent) => boolean;
}

/** What is to be signed next, by whoever has just asked for it. */
export interface ToSign {
  readonly kind: 'to-sign';
  readonly id: string;
  readonly statement: string;
}

export type Signed =
  | { readonly kind: 'mode-requested'; readonly id: string }
  | {
      readonly kind: 'mode-approved';
      readonly id: string;
      readonly mode: RequestableMode;
      readonly reason: string;
      readonly requestedBy: string;
      readonly approvedBy: string;
    };

export interface PendingRequest {
  readonly id: string;
  readonly mode: RequestableMode;
  readonly reason: string;
  readonly requestedBy: string;
  readonly head: number;
  readonly secondsLeft: number;
}

interface Request {
  readonly id: string;
  readonly mode: RequestableMode;
  readonly reason: string;
  readonly requester: AuthorisedKey;
  readonly head: number;
  readonly standing: string;
  readonly untilNs: number;
  readonly statement: string;
  /** The requester's, once it has come; before that nobody can approve. */
  signature: string;
  /** Who approved it; it then counts no more. */
  approvedBy: string;
}

export const REQUEST_MS_MAX = 600_000;
const REQUESTS_MAX = 16;
const NONCE_BYTES = 16;
const REQUESTERS: readonly Role[] = ['operator', 'risk-officer'];

/**
 * The four-eyes rule for raising a mode: one person asks and signs, another with the role of a risk
 * officer signs the same statement within ten minutes, and only then it is carried out, once.
 * Nothing here stands before lowering a mode. Requests do not outlive the process.
 */
export class ModeApprovals {
  readonly #options: ModeApprovalsOptions;
  /** Newest last. */
  readonly #requests = new Map<string, Request>();
  #count = 0;

  constructor(options: ModeApprovalsOptions) {
    this.#options = options;
  }

  /** Begins a request; it stands once its requester has signed it. */
  request(mode: RequestableMode, reason: string, by: string): Result<ToSign, string> {
    const { clock, entropy, deskId, head, standing } = this.#options;
    const requester = this.#holder(by, REQUESTERS, 'asks for a mode');
    if (!requester.ok) return requester;
    const fault = reasonFault(reason);
    if (fault !== null) return err(fault);
    this.#count += 1;
    const id = String(this.#count);
    const atHead = head();
    const statement = statementText({
      deskId,
      mode,
      requestedBy: by,
      head: atHead,
      expiresMs: clock.now() + REQUEST_MS_MAX,
      nonce: Buffer.from(entropy(NONCE_BYTES)).toString('hex'),
      reason,
    });
    this.#requests.set(id, {
      id,
      mode,
      reason,
      requester: requester.value,
      head: atHead,
      standing: standing(),
      // Monotonic: a jump of the wall clock makes no request live longer.
      untilNs: clock.mono() + REQUEST_MS_MAX * 1e6,
      statement,
      signature: '',
      approvedBy: '',
    });
    const [oldest] = this.#requests.keys();
    if (this.#requests.size > REQUESTS_MAX) this.#requests.delete(oldest as string);
    return ok({ kind: 'to-sign', id, statement });
  }

  /** The statement that a second person is about to sign. */
  approve(id: string, by: string): Result<ToSign, string> {
    const request = this.#standing(id);
    if (!request.ok) return request;
    const approver = this.#approver(request.value, by);
    if (!approver.ok) return approver;
    return ok({ kind: 'to-sign', id, statement: request.value.statement });
  }

  /** Takes a signature: the requester's first, an approver's after it. */
  sign(id: string, signature: string, by: string): Result<Signed, string> {
    const request = this.#standing(id);
    if (!request.ok) return request;
    const { value } = request;
    return value.signature === '' && value.requester.name === by
      ? this.#signRequest(value, signature)
      : this.#signApproval(value, signature, by);
  }

  /** Requests that somebody may approve now. */
  pending(): readonly PendingRequest[] {
    const nowNs = this.#options.clock.mono();
    return [...this.#requests.values()]
      .filter((each) => each.signature !== '' && this.#standing(each.id).ok)
      .map(({ id, mode, reason, requester, head, untilNs }) => ({
        id,
        mode,
        reason,
        requestedBy: requester.name,
        head,
        secondsLeft: Math.floor((untilNs - nowNs) / 1e9),
      }));
  }

  #signRequest(request: Request, signature: string): Result<Signed, string> {
    const requester = this.#holder(request.requester.name, REQUESTERS, 'asks for a mode');
    if (!requester.ok) return requester;
    const fault = this.#signatureFault(request, requester.value, signature);
    if (fault !== null) return err(fault);
    const { id, statement } = request;
    const { name: by } = requester.value;
    const key = keyText(requester.value.publicKey);
    if (!this.#options.journal({ kind: 'mode-requested', statement, by, key, signature })) {
      return err(NOT_JOURNALED);
    }
    request.signature = signature;
    return ok({ kind: 'mode-requested', id });
  }

  #signApproval(request: Request, signature: string, by: string): Result<Signed, string> {
    const approver = this.#approver(request, by);
    if (!approver.ok) return approver;
    const fault = this.#signatureFault(request, approver.value, signature);
    if (fault !== null) return err(fault);
    const { id, mode, reason, requester, statement } = request;
    const isJournaled = this.#options.journal({
      kind: 'mode-approved',
      statement,
      requestedBy: requester.name,
      requestKey: keyText(requester.publicKey),
      requestSignature: request.signature,
      approvedBy: by,
      approvalKey: keyText(approver.value.publicKey),
      approvalSignature: signature,
    });
    if (!isJournaled) return err(NOT_JOURNALED);
    request.approvedBy = by;
    const { name: requestedBy } = requester;
    return ok({ kind: 'mode-approved', id, mode, reason, requestedBy, approvedBy: by });
  }

  /** A request that can still be signed, or why it cannot. */
  #standing(id: string): Result<Request, string> {
    const { clock, standing } = this.#options;
    const request = this.#requests.get(id);
    if (request === undefined) return err(`request ${id}: not found; \`mode requests\` lists them`);
    if (request.approvedBy !== '') {
      return err(`request ${id}: ${request.approvedBy} has approved it; an approval counts once`);
    }
    const lateNs = clock.mono() - request.untilNs;
    if (lateNs > 0) {
      return err(`request ${id}: expired ${Math.ceil(lateNs / 1e9)} s ago; ask again`);
    }
    if (standing() === request.standing) return ok(request);
    return err(
      `request ${id}: the desk is not as it was at journal head ${request.head}; ask again`,
    );
  }

  /** Who may give the second signature, or why this one may not. */
  #approver(request: Request, by: string): Result<AuthorisedKey, string> {
    const { id, requester } = request;
    if (request.signature === '') return err(`request ${id}: ${requester.name} has not signed it`);
    // Who asked may have been sent away since, and then nobody asks any more.
    const asking = this.#holder(requester.name, REQUESTERS, 'asks for a mode');
    if (!asking.ok || !asking.value.publicKey.equals(requester.publicKey)) {
      return err(`request ${id}: ${requester.name} may ask for a mode no longer; ask again`);
    }
    const approver = this.#holder(by, ['risk-officer'], 'approves');
    if (!approver.ok) return approver;
    // The key and not the name is the person.
    return approver.value.publicKey.equals(requester.publicKey)
      ? err(`request ${id}: ${by} asked for it; another risk-officer approves`)
      : approver;
  }

  #holder(name: string, roles: readonly Role[], does: string): Result<AuthorisedKey, string> {
    const key = this.#options.keys().find((each) => each.name === name);
    if (key === undefined) return err(`${name}: not found among the keys of this desk`);
    if (roles.includes(key.role)) return ok(key);
    return err(`${name} is ${key.role}; ${roles.join(' or ')} ${does}`);
  }

  #signatureFault(request: Request, key: AuthorisedKey, signature: string): string | null {
    const bytes = statementBytes(request.statement);
    if (bytes.ok && isSignedBy(key.publicKey, bytes.value, signature)) return null;
    return `request ${request.id}: found a signature that is not ${key.name}'s over this statement`;
  }
}

const NOT_JOURNALED = 'the journal takes no events, so nothing was changed';
