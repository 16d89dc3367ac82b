import type { Mode } from './gate.ts';
import type { GuardJournalEvent } from './guard/events.ts';
import type { ResetClass, Severity } from './safety-cause.ts';

/** What control and the desk itself add to the journal. Texts, so that they read anywhere. */
export type ControlEvent =
  | GuardJournalEvent
  | {
      readonly kind: 'booted';
      /** Counts the starts of this data directory from 1; part of every client order id. */
      readonly boot: number;
      readonly deskId: string;
      readonly version: string;
      /** Whether the run before ended by an orderly stop. */
      readonly wasClean: boolean;
    }
  | { readonly kind: 'stopped'; readonly reason: string }
  | {
      readonly kind: 'mode-changed';
      readonly from: Mode;
      readonly to: Mode;
      readonly requested: Mode;
      readonly by: string;
      readonly reason: string;
      readonly epoch: number;
      /** The statechart's persisted snapshot as JSON, and the version of the statechart. */
      readonly machine: string;
      readonly machineVersion: number;
    }
  /** A severity was raised, is tried at reduced size, or was released by whoever may. */
  | {
      readonly kind: 'severity-changed';
      readonly change: 'raised' | 'probed' | 'released';
      /** As people name it: `C28@venue:0`. */
      readonly cause: string;
      readonly severity: Severity;
      readonly reset: ResetClass;
      readonly by: string;
      readonly reason: string;
      readonly epoch: number;
      /** Every cause that outlives the process, sealed; see `severity/kept-causes.ts`. */
      readonly kept: string;
    }
  /** A person asked for a change; written before it is carried out. */
  | { readonly kind: 'command-given'; readonly by: string; readonly command: string }
  /** A person asked for what they may not do. */
  | {
      readonly kind: 'command-refused';
      readonly by: string;
      readonly role: string;
      readonly command: string;
      readonly reason: string;
    }
  /** One person has asked for a mode that two must want. */
  | {
      readonly kind: 'mode-requested';
      readonly statement: string;
      readonly by: string;
      /** Ed25519 public key as base64url, and its signature over the statement as base64. */
      readonly key: string;
      readonly signature: string;
    }
  /** Another has signed the same; written before it is carried out. */
  | {
      readonly kind: 'mode-approved';
      readonly statement: string;
      readonly requestedBy: string;
      readonly requestKey: string;
      readonly requestSignature: string;
      readonly approvedBy: string;
      readonly approvalKey: string;
      readonly approvalSignature: string;
    }
  | {
      readonly kind: 'config-changed';
      readonly by: string;
      /** SHA-256 of the text, and the changed keys as JSON. */
      readonly digest: string;
      readonly changes: string;
    }
  | {
      readonly kind: 'incident';
      readonly what: string;
      readonly where: string;
      readonly detail: string;
    };
