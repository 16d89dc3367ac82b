import type { Mode } from './gate.ts';

/** What control and the desk itself add to the journal. Texts, so that they read anywhere. */
export type ControlEvent =
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
  /** A person asked for a change; written before it is carried out. */
  | { readonly kind: 'command-given'; readonly by: string; readonly command: string }
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
